/** The outbox chat by chat, as its page shows it. Pure. */
import type { OutboxLane, OutboxOperation, OutboxPause } from 'tabcached';

/** What a chat's queue is doing, decided by its first message. */
export type LaneStatus =
  /** The first message was refused: those behind it wait for a person. */
  | { readonly kind: 'blocked'; readonly operation: OutboxOperation }
  | { readonly kind: 'sending' }
  /** It is tried again then, in Unix milliseconds. */
  | { readonly kind: 'retry'; readonly atMs: number; readonly why: string | null }
  /** Nothing is sent at all now, in no chat. */
  | { readonly kind: 'paused'; readonly pause: OutboxPause }
  | { readonly kind: 'next' };

/** What a lane is doing. */
export function laneStatus({ operations: [head] }: OutboxLane, paused: OutboxPause | null): LaneStatus {
  if (!head) return { kind: 'next' };
  if (head.status === 'failed') return { kind: 'blocked', operation: head };
  if (head.status === 'syncing') return { kind: 'sending' };
  if (paused) return { kind: 'paused', pause: paused };
  if (head.nextRetryAt !== null) return { kind: 'retry', atMs: head.nextRetryAt, why: head.errorMessage };
  return { kind: 'next' };
}

/** Lanes that need a person first; otherwise in the order given. */
export const urgentFirst = (lanes: readonly OutboxLane[]): readonly OutboxLane[] =>
  lanes.toSorted((a, b) => Number(b.blocked) - Number(a.blocked));

/** Messages in all lanes. */
export interface MessageCounts {
  readonly all: number;
  /** Refused: a person has to decide. */
  readonly failed: number;
  /** Behind a refused one, and it. */
  readonly blocked: number;
}

/** See {@link MessageCounts}. */
export function countMessages(lanes: readonly OutboxLane[]): MessageCounts {
  const of = (some: readonly OutboxLane[]): readonly OutboxOperation[] => some.flatMap((lane) => lane.operations);
  return {
    all: of(lanes).length,
    failed: of(lanes).filter(({ status }) => status === 'failed').length,
    blocked: of(lanes.filter((lane) => lane.blocked)).length,
  };
}
