/**
 * A sorted list of (key, primary key) pairs, as an index of the memory store.
 *
 * Owns: order and ranges. Kept in chunks, so that inserting into 100,000 entries moves at most a thousand of them. Does not know
 * records or uniqueness.
 */
import { compareKeys } from './keys.ts';
import type { KeyBounds, StoreKey } from './store.ts';

/** One record's place in an index. */
export interface Entry {
  readonly key: StoreKey;
  readonly primary: string;
}

/** See the head of the file. */
export interface SortedEntries {
  insert(entry: Entry): void;
  /** Does nothing when it is not there. */
  remove(entry: Entry): void;
  /** Primary keys of the entries within the bounds, in order, at most `limit`. */
  select(bounds: KeyBounds, descending: boolean, limit: number): string[];
  count(bounds: KeyBounds): number;
  /** Primary key of the first entry of exactly that key. */
  find(key: StoreKey): string | undefined;
}

/** Chunks are halved at this size. */
const CHUNK = 1_000;

const compareEntries = (a: Entry, b: Entry): number => compareKeys(a.key, b.key) || compareKeys(a.primary, b.primary);

/** A position between entries: before `chunks[chunk][at]`. */
interface Position {
  readonly chunk: number;
  readonly at: number;
}

/** First index at which `isPast` holds; it must hold from there on. */
function firstPast<T>(items: readonly T[], isPast: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPast(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** An empty list. */
export function createSortedEntries(): SortedEntries {
  const chunks: Entry[][] = [];

  const locate = (isPast: (entry: Entry) => boolean): Position => {
    const chunk = firstPast(chunks, (entries) => isPast(entries.at(-1) as Entry));
    return { chunk, at: firstPast(chunks[chunk] ?? [], isPast) };
  };
  const start = ({ lower, lowerOpen }: KeyBounds): Position =>
    lower === undefined ? { chunk: 0, at: 0 } : locate(({ key }) => compareKeys(key, lower) >= (lowerOpen ? Number.MIN_VALUE : 0));
  const end = ({ upper, upperOpen }: KeyBounds): Position =>
    upper === undefined
      ? { chunk: chunks.length, at: 0 }
      : locate(({ key }) => compareKeys(key, upper) >= (upperOpen ? 0 : Number.MIN_VALUE));

  return {
    insert(entry) {
      const { chunk, at } = locate((other) => compareEntries(other, entry) >= 0);
      // Past the last chunk's end means at its end, unless there is none.
      const target = Math.min(chunk, chunks.length - 1);
      const entries = chunks[target];
      if (!entries) {
        chunks.push([entry]);
        return;
      }
      entries.splice(target === chunk ? at : entries.length, 0, entry);
      if (entries.length > CHUNK) chunks.splice(target + 1, 0, entries.splice(CHUNK / 2));
    },
    remove(entry) {
      const { chunk, at } = locate((other) => compareEntries(other, entry) >= 0);
      const entries = chunks[chunk];
      const found = entries?.[at];
      if (!entries || !found || compareEntries(found, entry) !== 0) return;
      entries.splice(at, 1);
      if (entries.length === 0) chunks.splice(chunk, 1);
    },
    select(bounds, descending, limit) {
      const from = start(bounds);
      const to = end(bounds);
      const primaries: string[] = [];
      const [first, last] = descending ? [to, from] : [from, to];
      for (let { chunk, at } = first; primaries.length < limit; ) {
        if (chunk === last.chunk && at === last.at) break;
        if (descending && at === 0) {
          chunk -= 1;
          at = chunks[chunk]?.length ?? 0;
        } else if (!descending && at >= (chunks[chunk]?.length ?? 0)) {
          chunk += 1;
          at = 0;
        } else {
          if (descending) at -= 1;
          const entry = chunks[chunk]?.[at];
          if (entry) primaries.push(entry.primary);
          if (!descending) at += 1;
        }
      }
      return primaries;
    },
    count(bounds) {
      const from = start(bounds);
      const to = end(bounds);
      let count = to.at - from.at;
      for (let chunk = from.chunk; chunk < to.chunk; chunk++) count += chunks[chunk]?.length ?? 0;
      return count;
    },
    find(key) {
      const { chunk, at } = locate((entry) => compareKeys(entry.key, key) >= 0);
      const found = chunks[chunk]?.[at];
      return found && compareKeys(found.key, key) === 0 ? found.primary : undefined;
    },
  };
}
