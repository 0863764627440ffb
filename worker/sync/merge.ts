/**
 * The one way in which anything from the server changes a chat: push frames, pages, ranges, deltas, answers to own sends.
 *
 * Owns: per sequence the higher revision wins, voids included (M-1, M-2); a row with the key of a pending one replaces it
 * (S-2). Pure. Does not know stores, tabs or requests.
 */
import type { CachedMessage } from '../../protocol/index.ts';
import { PROVISIONAL_BASE } from '../../protocol/limits.ts';
import { rowKey } from '../../protocol/views.ts';
import { metaOf, rowAt, type ChatModel } from './chat-model.ts';
import { accepts, applyAnswer, heldSet, isHeld, placeRows, placeVoid, reachBeginning, settle, topOf, type History } from './history.ts';
import { contains, difference, EMPTY, intersection, ofValues, rangeSet, union, type RangeSet } from './ranges.ts';
import { voidRevision } from './voids.ts';

/** What a page, range or newest answer claims to cover. */
export interface Coverage {
  readonly start: number;
  readonly end: number;
  readonly complete: boolean;
  readonly revision: number;
  /** There is nothing below `start` that this user can see. */
  readonly beginning: boolean;
}

/** Something that the server said about a chat. */
export interface Change {
  /** Valid rows, `status` sent. */
  readonly rows: readonly CachedMessage[];
  readonly deletions: readonly { readonly sequenceNumber: number; readonly revision: number }[];
  /** Rows that broke the validation rules: they become voids until a valid revision comes. */
  readonly rejected: readonly { readonly sequenceNumber: number; readonly revision: number }[];
  readonly answer: Coverage | null;
  /** The rows are the answer to the own send of that `clientTempId`. */
  readonly own?: string;
  /** Held sequences that a resync puts in doubt, until an answer covers them. */
  readonly doubt?: RangeSet;
  /** Rows of touched sequences that are held but not in memory. */
  readonly stored: readonly CachedMessage[];
  /** May the watermark move over what is now contiguous? Not for the answer to an own send (H-5). */
  readonly settles: boolean;
  /** All changes up to here are applied once this is. */
  readonly serverRevision?: number | null;
  readonly headSequence?: number;
  readonly totalCount?: number;
  /** Set by a synchronisation that got to its end. */
  readonly syncedAt?: number;
}

/** A change with nothing in it. */
export const NO_CHANGE: Change = { rows: [], deletions: [], rejected: [], answer: null, stored: [], settles: false };

/** What a change did. */
export interface Merged {
  readonly model: ChatModel;
  /** Rows to store and, where a tab's window has them, to show. */
  readonly upserts: readonly CachedMessage[];
  /** Confirmed rows that are gone. */
  readonly removed: readonly CachedMessage[];
  /** Sequences to delete from the store, whether or not their rows were in memory. */
  readonly removedSequences: readonly number[];
  /** Pending rows that the server has confirmed; their operations are done. */
  readonly confirmed: readonly CachedMessage[];
  /** Ids of held rows that give way to rows of lower revisions: a server that was set back. */
  readonly displaced: readonly string[];
}

/** Applies a change. */
export function mergeChange(model: ChatModel, change: Change, now: number): Merged {
  const { answer } = change;
  const existing = (sequence: number): CachedMessage | undefined =>
    rowAt(model.rows, sequence) ?? change.stored.find((row) => row.sequenceNumber === sequence);
  const attested = answer?.revision ?? 0;
  const waiting = new Set(model.pending.map((row) => row.clientTempId));

  const replaced = replacedBy(model, change);
  const upserts: CachedMessage[] = [];
  const present: number[] = [];
  const displaced: string[] = [];
  for (const row of change.rows) {
    const { sequenceNumber, _revision } = row;
    const goneAt = voidRevision(model.history.voids, sequenceNumber);
    // A row in an answer is proven to be there at the answer's revision, however old its own last change is, and whatever that revision was
    // before the server was set back.
    if (answer ? goneAt > Math.max(_revision, attested) : goneAt >= _revision) continue;
    if (replaced.some((row) => row.sequenceNumber === sequenceNumber)) continue;
    const held = existing(sequenceNumber);
    // An answer that is not older than the held row, and has an older one, or gives its number to a new message: the server was set back, and
    // what was held never happened.
    const undone = held !== undefined && held._revision > _revision && (held._revision <= attested || (change.own !== undefined && held.id !== row.id));
    if (undone) displaced.push(held.id);
    if (held && !undone && outranks(held, row)) {
      present.push(sequenceNumber);
      // The screens that show it as waiting show it as sent.
      if (waiting.has(row.clientTempId)) upserts.push(held);
    } else if (answer || accepts(model.history, sequenceNumber)) {
      upserts.push(held && held.id === row.id ? { ...row, _cachedAt: held._cachedAt, _syncVersion: held._syncVersion + 1 } : row);
      present.push(sequenceNumber);
    }
  }
  const beats = (revision: number) => ({ sequenceNumber }: { readonly sequenceNumber: number }): boolean =>
    (existing(sequenceNumber)?._revision ?? -1) <= revision;
  const deletions = [...change.deletions, ...replaced].filter((deletion) => beats(deletion.revision)(deletion));
  const rejected = change.rejected.filter((row) => beats(row.revision - 1)(row));

  let history = place(model, change, present, existing);
  for (const { sequenceNumber, revision } of deletions) history = placeVoid(history, rangeSet(sequenceNumber, sequenceNumber), revision, 'deleted');
  for (const { sequenceNumber, revision } of rejected) history = placeVoid(history, rangeSet(sequenceNumber, sequenceNumber), revision, 'rejected');
  if (answer?.complete && answer.beginning) history = reachBeginning(history, answer.revision);
  if (change.settles) history = settle(history);

  // A new or edited row removes nothing: the common case does not look at thousands of rows.
  const removes = answer !== null || deletions.length > 0 || rejected.length > 0;
  const touched = removes ? [...model.rows, ...change.stored.filter((row) => !rowAt(model.rows, row.sequenceNumber))] : [];
  const before = removes ? heldSet(model.history) : EMPTY;
  const after = removes ? heldSet(history) : EMPTY;
  const removed = touched.filter((row) => contains(before, row.sequenceNumber) && !contains(after, row.sequenceNumber));
  const kept = upserts.filter((row) => isHeld(history, row.sequenceNumber));
  const keys = new Set([change.own, ...change.rows.map((row) => row.clientTempId)]);
  const confirmed = model.pending.filter((row) => keys.has(row.clientTempId));

  const told = [...kept, ...deletions, ...rejected].map((row) => row.sequenceNumber);
  const resident = residentAfter(model, answer, history, ofValues(told));
  const next: ChatModel = {
    ...model,
    history,
    resident,
    rows: rowsAfter(model, kept, removed, change.stored, resident),
    pending: confirmed.length > 0 ? model.pending.filter((row) => !confirmed.includes(row)) : model.pending,
    unverified: verifiedAfter(union(model.unverified, change.doubt ?? EMPTY), history, answer),
    meta: cursorsAfter(model, change, history),
  };
  return {
    model: { ...next, meta: metaOf(next, now) },
    upserts: kept,
    removed,
    removedSequences: [...new Set([...removed.map((row) => row.sequenceNumber), ...deletions.map((row) => row.sequenceNumber)])],
    confirmed,
    displaced,
  };
}

/**
 * Places of messages that were deleted and sent again: each is on the server once (S-1), so of two rows with one key the older was gone before
 * the newer came. Not where it is proven to be there now: then the server was set back.
 */
function replacedBy(model: ChatModel, { rows, stored, own, answer }: Change): Change['deletions'] {
  const keys = new Set<string | undefined>(rows.flatMap((row) => row.clientTempId ?? []));
  if (keys.size === 0) return [];
  const told = new Set(rows.map((row) => row.sequenceNumber));
  const known = [...rows, ...[...model.rows, ...stored].filter((row) => !told.has(row.sequenceNumber))].filter((row) => keys.has(row.clientTempId));
  const last = new Map<string | undefined, CachedMessage>();
  for (const row of known.toSorted((a, b) => a._revision - b._revision || a.sequenceNumber - b.sequenceNumber)) last.set(row.clientTempId, row);
  const attested = own === undefined ? answer?.revision ?? 0 : Number.POSITIVE_INFINITY;
  return known.flatMap(({ clientTempId, sequenceNumber, _revision }) => {
    const newer = last.get(clientTempId);
    const stays = !newer || newer.sequenceNumber === sequenceNumber || (told.has(sequenceNumber) && newer._revision <= attested);
    return stays ? [] : [{ sequenceNumber, revision: Math.max(_revision, newer._revision - 1) }];
  });
}

/** Is the held row newer than, or the same as, the one that came? Without revisions the time of the last edit decides. */
function outranks(held: CachedMessage, row: CachedMessage): boolean {
  if (held._revision !== row._revision) return held._revision > row._revision;
  return held.id === row.id && (row.updatedAt ?? '') <= (held.updatedAt ?? '');
}

function place(model: ChatModel, change: Change, present: readonly number[], existing: (sequence: number) => CachedMessage | undefined): History {
  const { answer } = change;
  if (!answer) return placeRows(model.history, present);
  const covered = rangeSet(answer.start, answer.end);
  const newer = [...model.rows, ...change.stored].filter(
    (row) => contains(covered, row.sequenceNumber) && (existing(row.sequenceNumber)?._revision ?? 0) > answer.revision,
  );
  return applyAnswer(model.history, { ...answer, rows: present, newer: ofValues(newer.map((row) => row.sequenceNumber)) });
}

/**
 * What was told is resident: it must not be read again from a store that may not have it yet. A complete answer makes its whole stretch
 * so. Above the highest row there is nothing, so the newest stretch has no end.
 */
function residentAfter(model: ChatModel, answer: Coverage | null, history: History, told: RangeSet): RangeSet {
  if (!answer?.complete) return difference(told, model.resident).length === 0 ? model.resident : union(model.resident, told);
  const end = answer.end >= topOf(history) ? PROVISIONAL_BASE - 1 : answer.end;
  return union(model.resident, rangeSet(answer.start, end));
}

function rowsAfter(
  model: ChatModel,
  upserts: readonly CachedMessage[],
  removed: readonly CachedMessage[],
  stored: readonly CachedMessage[],
  resident: RangeSet,
): readonly CachedMessage[] {
  const added = upserts.filter((row) => contains(resident, row.sequenceNumber));
  const joined = resident === model.resident ? [] : stored.filter((row) => contains(resident, row.sequenceNumber) && !rowAt(model.rows, row.sequenceNumber));
  const last = model.rows.at(-1);
  const [only] = added;
  if (added.length === 1 && only && removed.length === 0 && joined.length === 0 && (!last || last.sequenceNumber < only.sequenceNumber)) {
    return [...model.rows, only];
  }
  if (added.length === 0 && removed.length === 0 && joined.length === 0) return model.rows;
  const bySequence = new Map<number, CachedMessage>();
  for (const row of [...model.rows, ...joined]) bySequence.set(row.sequenceNumber, row);
  for (const row of removed) bySequence.delete(row.sequenceNumber);
  for (const row of added) bySequence.set(row.sequenceNumber, row);
  return [...bySequence.values()].sort((a, b) => a.sequenceNumber - b.sequenceNumber);
}

function verifiedAfter(unverified: RangeSet, history: History, answer: Coverage | null): RangeSet {
  if (unverified.length === 0) return EMPTY;
  const held = intersection(unverified, union(rangeSet(history.floor, history.watermark), history.ahead));
  return answer?.complete ? difference(held, rangeSet(answer.start, answer.end)) : held;
}

function cursorsAfter(model: ChatModel, change: Change, history: History): ChatModel['meta'] {
  const { meta } = model;
  const revision = change.serverRevision === undefined ? meta.serverRevision : change.serverRevision === null ? null : `${change.serverRevision}`;
  return {
    ...meta,
    serverRevision: revision,
    _headSequence: Math.max(change.headSequence ?? meta._headSequence, topOf(history)),
    totalMessageCount: change.totalCount ?? meta.totalMessageCount,
    lastSyncedAt: change.syncedAt ?? meta.lastSyncedAt,
    _lastSyncFailed: change.syncedAt === undefined ? meta._lastSyncFailed : false,
  };
}

/** What a tab has to show, and keys of rows that it has to take off its screen: gone ones, and those whose sequence another message took. */
export function shown(before: ChatModel, merged: Merged): { readonly upserts: readonly CachedMessage[]; readonly removals: readonly string[] } {
  const keys = new Set(merged.removed.map(rowKey));
  for (const row of merged.confirmed) keys.add(rowKey(row));
  for (const row of merged.upserts) {
    const occupant = rowAt(before.rows, row.sequenceNumber);
    if (occupant && rowKey(occupant) !== rowKey(row)) keys.add(rowKey(occupant));
  }
  for (const row of merged.upserts) keys.delete(rowKey(row));
  // A message that was sent again after its deletion is still there under its key, whichever of the two a screen shows.
  const again = keys.size > 0 ? merged.model.rows.filter((row) => keys.delete(rowKey(row))) : [];
  return { upserts: [...merged.upserts, ...again], removals: [...keys] };
}
