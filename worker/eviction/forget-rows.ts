/**
 * Forgetting the oldest rows of a chat, so that H-1 stays true: the floor moves up to the oldest row that is kept, or the chat is one of
 * which nothing was fetched yet.
 *
 * Owns: what goes with the rows and what stays. Rows that were not sent, the draft and the read state stay. So do voids of deleted
 * messages: a page that is late must not bring one back (M-2). Pure. Does not know which chat is chosen, or stores.
 */
import type { ChatSyncState, ServerRead } from '../../protocol/index.ts';
import { metaOf, rowsBetween, type ChatModel } from '../sync/chat-model.ts';
import { EMPTY_HISTORY, heldSet, type History } from '../sync/history.ts';
import { difference, intersection, rangeSet, type RangeSet } from '../sync/ranges.ts';

/** A chat after rows of it were forgotten. */
export interface Forgotten {
  readonly model: ChatModel;
  /** Sequences whose rows go, ascending. */
  readonly sequences: readonly number[];
}

/** Forgets the `count` oldest confirmed rows; null when none is held. */
export function forgetOldest(model: ChatModel, count: number, now: number): Forgotten | null {
  const held = heldSet(model.history);
  const sequences = lowest(held, count);
  const last = sequences.at(-1);
  if (last === undefined) return null;
  const kept = difference(held, rangeSet(1, last));
  const floor = kept[0]?.start ?? Number.POSITIVE_INFINITY;
  // What is held above the watermark alone is no window.
  const next = floor <= model.history.watermark ? keepFrom(model, floor, now) : keepNothing(model, now);
  return { model: next, sequences: next.history.floor > 0 ? sequences : lowest(held, Number.POSITIVE_INFINITY) };
}

function lowest(set: RangeSet, count: number): number[] {
  const found: number[] = [];
  for (const { start, end } of set) for (let at = start; at <= end && found.length < count; at++) found.push(at);
  return found;
}

const deletedVoids = ({ voids }: History): History['voids'] => voids.filter(({ reason }) => reason === 'deleted');

function keepFrom(model: ChatModel, floor: number, now: number): ChatModel {
  const { history } = model;
  const above = rangeSet(floor, Number.MAX_SAFE_INTEGER);
  const below = deletedVoids(history).filter(({ startSeq }) => startSeq < floor);
  const voids = history.voids.filter(({ startSeq }) => startSeq >= floor);
  const next: ChatModel = {
    ...model,
    history: { ...history, floor, gaps: intersection(history.gaps, above), voids: [...below, ...voids] },
    rows: rowsBetween(model.rows, floor, Number.MAX_SAFE_INTEGER),
    resident: intersection(model.resident, above),
    unverified: intersection(model.unverified, above),
  };
  return { ...next, meta: metaOf({ ...next, meta: withReadState(model) }, now) };
}

function keepNothing(model: ChatModel, now: number): ChatModel {
  const next: ChatModel = { ...model, history: { ...EMPTY_HISTORY, voids: deletedVoids(model.history) }, rows: [], resident: [], unverified: [] };
  const meta: ChatSyncState = { ...withReadState(model), serverRevision: null, lastSyncedAt: 0, _lastSyncFailed: false };
  return { ...next, meta: metaOf({ ...next, meta }, now) };
}

/**
 * The unread count as it is, no longer counted over rows that go. Its revision stays the server's: where not everything was held the count may
 * be old, and then whatever the server says next is better.
 */
function withReadState(model: ChatModel): ChatSyncState {
  const { meta } = model;
  const lastReadSequence = Math.max(meta.lastReadSequence, meta._serverRead?.lastReadSequence ?? 0);
  const revision = meta._serverRead?.revision ?? 0;
  const read: ServerRead = { unreadCount: meta.unreadCount, lastReadSequence, revision };
  return { ...meta, _serverRead: read };
}
