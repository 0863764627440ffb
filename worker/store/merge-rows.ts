/**
 * What a batch of changes does to the held rows of a chat. Pure.
 *
 * Owns: which revision wins, who gives way, and the cache fields of a row. Does not know stores, meta or gaps.
 */
import { rowBytes, type CachedMessage } from '../../protocol/index.ts';

/** A batch for one chat; see `ChatWrite` in `chat-writes.ts` for the rules. */
export interface RowChanges {
  readonly requestId: string;
  readonly upserts: readonly CachedMessage[];
  readonly deletions: readonly { readonly sequenceNumber: number; readonly revision: number }[];
  readonly removeIds?: readonly string[];
  readonly now: number;
}

/** Change of the counters of one chat. */
export interface CounterDelta {
  count: number;
  bytes: number;
}

/** What to write, and what it means. Deletes come before puts, so that no sequence is ever taken twice. */
export interface MergedRows {
  readonly deletes: readonly string[];
  readonly puts: readonly CachedMessage[];
  /** Rows whose id is not held any more. */
  readonly removed: readonly CachedMessage[];
  /** By chat; only the batch's own, unless an id moved here from another chat. */
  readonly deltas: ReadonlyMap<string, CounterDelta>;
}

/** Fields that the cache sets itself: they do not make two rows different. */
const CACHE_FIELDS = new Set(['_cachedAt', '_syncVersion']);

/** The same plain data? A missing field and an undefined one are the same. */
function sameData(a: unknown, b: unknown, ignored?: ReadonlySet<string>): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (!ignored?.has(name) && !sameData(left[name], right[name])) return false;
  }
  return true;
}

/**
 * Merges a batch into the rows that it concerns: `held` are the stored rows at the batch's sequences and, as far as they were
 * looked up, those with the batch's ids.
 */
export function mergeRows(held: readonly CachedMessage[], changes: RowChanges): MergedRows {
  const before = new Map(held.map((row) => [row.id, row]));
  const rows = new Map<string, CachedMessage>();
  const bySequence = new Map<number, CachedMessage>();
  const place = (row: CachedMessage): void => {
    rows.set(row.id, row);
    if (row.requestId === changes.requestId) bySequence.set(row.sequenceNumber, row);
  };
  const drop = (row: CachedMessage | undefined): void => {
    if (!row) return;
    rows.delete(row.id);
    if (bySequence.get(row.sequenceNumber)?.id === row.id) bySequence.delete(row.sequenceNumber);
  };
  // A sequence that an upsert emptied keeps its revision, so that the order within a batch cannot let a staler row in. One that
  // `removeIds` emptied does not: after a reset of the server, its rows come with lower revisions.
  const vacated = new Map<number, number>();
  const giveWay = (row: CachedMessage | undefined): void => {
    if (row?.requestId === changes.requestId) {
      vacated.set(row.sequenceNumber, Math.max(row._revision, vacated.get(row.sequenceNumber) ?? 0));
    }
    drop(row);
  };
  for (const row of held) place(row);

  for (const id of changes.removeIds ?? []) drop(rows.get(id));
  for (const upsert of changes.upserts) {
    const occupant = bySequence.get(upsert.sequenceNumber);
    if (Math.max(occupant?._revision ?? 0, vacated.get(upsert.sequenceNumber) ?? 0) > upsert._revision) continue;
    if (occupant && occupant._revision === upsert._revision && sameData(occupant, upsert, CACHE_FIELDS)) continue;
    giveWay(occupant);
    giveWay(rows.get(upsert.id));
    const stored = before.get(upsert.id);
    place({ ...upsert, _cachedAt: stored?._cachedAt ?? changes.now, _syncVersion: stored ? stored._syncVersion + 1 : 0 });
  }
  for (const { sequenceNumber, revision } of changes.deletions) {
    const occupant = bySequence.get(sequenceNumber);
    if (occupant && occupant._revision <= revision) drop(occupant);
  }
  return compare(before, rows);
}

/** What leads from the rows before to those after. */
function compare(before: ReadonlyMap<string, CachedMessage>, after: ReadonlyMap<string, CachedMessage>): MergedRows {
  const deletes: string[] = [];
  const puts: CachedMessage[] = [];
  const removed: CachedMessage[] = [];
  const deltas = new Map<string, CounterDelta>();
  const count = (row: CachedMessage, sign: 1 | -1): void => {
    const delta = deltas.get(row.requestId) ?? { count: 0, bytes: 0 };
    deltas.set(row.requestId, delta);
    delta.count += sign;
    delta.bytes += sign * rowBytes(row);
  };
  for (const row of before.values()) {
    const now = after.get(row.id);
    if (now === row) continue;
    count(row, -1);
    if (!now) removed.push(row);
    if (now?.requestId !== row.requestId || now.sequenceNumber !== row.sequenceNumber) deletes.push(row.id);
  }
  for (const row of after.values()) {
    if (before.get(row.id) === row) continue;
    count(row, 1);
    puts.push(row);
  }
  return { deletes, puts, removed, deltas };
}
