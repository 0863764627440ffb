/**
 * One opened chat in the daemon's memory.
 *
 * Owns: the shape, and the translation between its history and the stored record. Values only: `merge.ts` makes new ones. Histories
 * of all opened chats stay in memory; rows only of those that were looked at lately (`resident`).
 */
import type { CachedMessage, ChatSyncState, KnownGap } from '../../protocol/index.ts';
import type { History } from './history.ts';
import { EMPTY, normalise, type Range, type RangeSet } from './ranges.ts';

/** One opened chat. */
export interface ChatModel {
  readonly requestId: string;
  /** Another one once everything confirmed was forgotten: what was asked for before says nothing of what is held since. */
  readonly era: object;
  /** The record of `chat_meta`; its history fields are written from `history` by {@link metaOf}. */
  readonly meta: ChatSyncState;
  readonly history: History;
  /** Confirmed rows in memory, ascending by sequence. */
  readonly rows: readonly CachedMessage[];
  /** Sequences about which `rows` tells everything that is held. */
  readonly resident: RangeSet;
  /** Rows that the server has not numbered, in the order of sending. All of them, always. */
  readonly pending: readonly CachedMessage[];
  /** Held sequences that a resync has not confirmed yet. */
  readonly unverified: RangeSet;
}

const toRange = ({ startSeq, endSeq }: { readonly startSeq: number; readonly endSeq: number }): Range => ({ start: startSeq, end: endSeq });
const fromRange = ({ start, end }: Range): { startSeq: number; endSeq: number } => ({ startSeq: start, endSeq: end });

/** The chat that a stored record describes, no row of it in memory but the pending ones. */
export function modelOf(meta: ChatSyncState, pending: readonly CachedMessage[]): ChatModel {
  return {
    requestId: meta.requestId,
    era: {},
    meta,
    history: {
      floor: meta._floor,
      watermark: meta.lastSyncedSequence,
      gaps: normalise(meta.knownGaps.map(toRange)),
      voids: meta._voids,
      ahead: normalise(meta._ahead.map(toRange)),
    },
    rows: [],
    resident: EMPTY,
    pending,
    unverified: normalise(meta._unverified.map(toRange)),
  };
}

/** The record to store: `meta` with the history written into it. Gaps keep the time they were first seen. */
export function metaOf(model: Pick<ChatModel, 'meta' | 'history' | 'unverified'>, now: number): ChatSyncState {
  const { meta, history, unverified } = model;
  const seenAt = (gap: Range): number => {
    const known = meta.knownGaps.find((old: KnownGap) => old.startSeq <= gap.end && old.endSeq >= gap.start);
    return known?.detectedAt ?? now;
  };
  return {
    ...meta,
    lastSyncedSequence: history.watermark,
    knownGaps: history.gaps.map((gap) => ({ ...fromRange(gap), detectedAt: seenAt(gap) })),
    _floor: history.floor,
    _voids: [...history.voids],
    _ahead: history.ahead.map(fromRange),
    _unverified: unverified.map(fromRange),
  };
}

/** Highest revision whose changes are all applied; null before the first sync or without revisions. */
export const revisionOf = (model: ChatModel): number | null => (model.meta.serverRevision === null ? null : Number(model.meta.serverRevision));

/** The rows of a chat between two sequences, as far as they are in memory. */
export function rowsBetween(rows: readonly CachedMessage[], start: number, end: number): readonly CachedMessage[] {
  return rows.slice(lowerBound(rows, start), lowerBound(rows, end + 1));
}

/** Index of the first row whose sequence is at least that. */
export function lowerBound(rows: readonly CachedMessage[], sequence: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] as CachedMessage).sequenceNumber < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row of a sequence, or undefined when it is not in memory. */
export function rowAt(rows: readonly CachedMessage[], sequence: number): CachedMessage | undefined {
  const row = rows[lowerBound(rows, sequence)];
  return row?.sequenceNumber === sequence ? row : undefined;
}
