/**
 * Reading many records in one request, in either direction.
 *
 * Owns: key ranges, and the choice between `getAll` with a direction (newer browsers) and a cursor. Does not know transactions' ends.
 */
import { wrap } from 'idb';
import { isEmptyRange } from './keys.ts';
import type { KeyBounds, Selection, StoreName, StoreValue } from './store.ts';

/** Largest count that `getAll` takes. */
const COUNT_MAX = 2 ** 32 - 1;

/** `getAll` with options, which the type library does not know yet. */
type DirectedGetAll = (options: { query: IDBKeyRange | null; count?: number; direction: 'prev' }) => IDBRequest<unknown[]>;

/** Does this browser take a direction? Unknown until the first descending read; the same for all databases of a browser. */
let takesDirection: boolean | null = null;

/** Forgets what was found out about the browser, for tests that replace it. */
export function forgetDirectionSupport(): void {
  takesDirection = null;
}

/** Bounds as IndexedDB takes them; null for all. The bounds must not be empty (see `isEmptyRange`). */
export function toKeyRange({ lower, upper, lowerOpen, upperOpen }: KeyBounds): IDBKeyRange | null {
  if (lower !== undefined && upper !== undefined) return IDBKeyRange.bound(lower, upper, lowerOpen, upperOpen);
  if (lower !== undefined) return IDBKeyRange.lowerBound(lower, lowerOpen);
  if (upper !== undefined) return IDBKeyRange.upperBound(upper, upperOpen);
  return null;
}

/** The selected records. Throws what IndexedDB throws when the request cannot be made. */
export function selectAll<S extends StoreName>(store: IDBObjectStore, selection: Selection<S>): Promise<StoreValue<S>[]> {
  const { index, bounds = {}, descending = false, limit = COUNT_MAX } = selection;
  const source = index === undefined ? store : store.index(index);
  if (limit < 1 || isEmptyRange(bounds)) return Promise.resolve([]);
  const range = toKeyRange(bounds);
  const count = limit < COUNT_MAX ? limit : undefined;
  const rows = descending ? selectDescending(source, range, count) : wrap(source.getAll(range, count));
  return rows as Promise<StoreValue<S>[]>;
}

function selectDescending(source: IDBObjectStore | IDBIndex, range: IDBKeyRange | null, count: number | undefined): Promise<unknown[]> {
  // Without a limit the order can be turned here, in every browser.
  if (count === undefined) return wrap(source.getAll(range)).then((rows: unknown[]) => rows.reverse());
  if (takesDirection !== false) {
    try {
      const request = (source.getAll as unknown as DirectedGetAll).call(source, { query: range, count, direction: 'prev' });
      takesDirection = true;
      return wrap(request);
    } catch (error) {
      // Browsers without it take the options for a key, which they are not.
      if ((error as Error).name !== 'DataError') throw error;
      takesDirection = false;
    }
  }
  return walkBackwards(source, range, count);
}

function walkBackwards(source: IDBObjectStore | IDBIndex, range: IDBKeyRange | null, count: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const rows: unknown[] = [];
    const request = source.openCursor(range, 'prev');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor) rows.push(cursor.value);
      if (cursor && rows.length < count) cursor.continue();
      else resolve(rows);
    };
  });
}
