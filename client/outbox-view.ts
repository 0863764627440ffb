/**
 * The outbox of all chats in a tab, live while somebody reads, and what a person can decide about it.
 *
 * Owns: versions, lanes and their order, and that a lane which did not change keeps its reference. Does not know chats.
 */
import { OUTBOX_WARN_SHARE } from '../protocol/limits.ts';
import type { OutboxHead, OutboxOperation, OutboxPatch, OutboxSnapshot } from '../protocol/outbox.ts';
import type { Call } from './calls.ts';
import type { Outbox, OutboxLane, OutboxState } from './api/outbox.ts';
import { EMPTY_OUTBOX } from './empty-states.ts';
import type { Environment } from './env.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import { outboxActions } from './outbox-actions.ts';
import { createSource } from './source.ts';

/** The outbox and the wires that the client pulls. */
export interface OutboxView {
  readonly outbox: Outbox;
  readonly live: LiveView;
  receive(patch: OutboxPatch): void;
  /** Shows nothing any more. */
  forget(): void;
}

/** Operations in lanes, each in its order, the lane with the oldest operation first. Lanes as in `previous` keep their reference. Pure. */
export function lanesOf(operations: Iterable<OutboxOperation>, previous: readonly OutboxLane[]): readonly OutboxLane[] {
  const lanes = new Map<string, OutboxOperation[]>();
  for (const operation of [...operations].sort((a, b) => a.order - b.order)) {
    const lane = lanes.get(operation.requestId);
    if (lane) lane.push(operation);
    else lanes.set(operation.requestId, [operation]);
  }
  const known = new Map(previous.map((lane) => [lane.requestId, lane]));
  return [...lanes].map(([requestId, mine]) => {
    const held = known.get(requestId);
    if (held?.operations.length === mine.length && held.operations.every((operation, i) => operation === mine[i])) return held;
    return { requestId, blocked: mine[0]?.status === 'failed', operations: mine };
  });
}

const warningOf = ({ count, limit }: OutboxHead): OutboxState['warning'] =>
  count >= limit ? 'full' : count >= limit * OUTBOX_WARN_SHARE ? 'nearly-full' : 'none';

/** An outbox that is asked for when somebody subscribes. */
export function createOutboxView(env: Environment, deadlineMs: number, call: Call, isUp: () => boolean): OutboxView {
  let head: OutboxHead | null = null;
  let operations = new Map<string, OutboxOperation>();
  /** Patches that arrive before the answer to an opening under way. */
  let early: OutboxPatch[] | null = null;

  const take = (next: OutboxHead | null, upserts: readonly OutboxOperation[], removals: readonly string[]): void => {
    head = next;
    for (const id of removals) operations.delete(id);
    for (const operation of upserts) operations.set(operation.operationId, operation);
    source.touch();
  };
  const forget = (): void => {
    early = null;
    operations = new Map();
    take(null, [], []);
  };
  const receive = (patch: OutboxPatch): void => {
    if (early) early.push(patch);
    else if (!head || patch.version <= head.version) return;
    else if (patch.version !== head.version + 1) live.reopen();
    else take(patch, patch.upserts, patch.removals);
  };
  const live = createLiveView(env, deadlineMs, isUp, {
    open: async (isCurrent) => {
      early = [];
      const text = await call('watchOutbox', { watching: true });
      if (!isCurrent() || text === null) return;
      const snapshot = JSON.parse(text) as OutboxSnapshot;
      const missed = early;
      early = null;
      operations = new Map();
      take(snapshot, snapshot.operations, []);
      for (const patch of missed) receive(patch);
    },
    close: () => {
      forget();
      if (isUp()) void call('watchOutbox', { watching: false }).catch(() => undefined);
    },
    onFailure: () => (early = null),
  });
  const source = createSource<OutboxState>((previous) => {
    if (!head) return EMPTY_OUTBOX;
    const { limit, count, paused } = head;
    return { ready: true, limit, count, warning: warningOf(head), paused, lanes: lanesOf(operations.values(), previous?.lanes ?? []) };
  }, live.use);
  return {
    live,
    receive,
    forget,
    outbox: { subscribe: source.subscribe, getSnapshot: source.getSnapshot, ...outboxActions(call) },
  };
}
