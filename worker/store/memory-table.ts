/**
 * One store of the memory twin: records by key, and the indexes of the schema over them.
 *
 * Owns: one table's consistency. Every change answers its own undo, in which rollback consists. Does not know transactions.
 */
import { compareKeys, isEmptyRange, isKey, keyAt } from './keys.ts';
import { indexesOf, storeDefinitions } from './schema.ts';
import { createSortedEntries, type SortedEntries } from './sorted-entries.ts';
import type { KeyBounds, StoreName } from './store.ts';

/** Takes a change back. To be called in the reverse order of the changes. */
export type Undo = () => void;

/** What is selected, of any store; see `Selection` of the port. */
export interface TableSelection {
  readonly index?: string;
  readonly bounds?: KeyBounds;
  readonly descending?: boolean;
  readonly limit?: number;
}

/** Throws `DOMException`s with the names that IndexedDB uses. Keys are taken as they come from a caller. */
export interface MemoryTable {
  get(key: unknown): object | undefined;
  select(selection: TableSelection): object[];
  count(selection: TableSelection): number;
  put(record: object): Undo;
  remove(key: unknown): Undo;
  clear(): Undo;
}

interface MemoryIndex {
  readonly path: string | readonly string[];
  readonly unique: boolean;
  readonly entries: SortedEntries;
}

const dataError = (what: string): DOMException => new DOMException(`${what} is not a key.`, 'DataError');

/** An empty table of that store's shape. */
export function createMemoryTable(store: StoreName): MemoryTable {
  const { keyPath } = storeDefinitions[store];
  let records = new Map<string, object>();
  let indexes = createIndexes(store);

  const sourceOf = ({ index = '' }: TableSelection): SortedEntries => {
    const source = indexes.get(index);
    if (!source) throw new DOMException(`There is no index ${index}.`, 'NotFoundError');
    return source.entries;
  };
  const checkBounds = ({ lower, upper }: KeyBounds): void => {
    if (lower !== undefined && !isKey(lower)) throw dataError('The lower bound');
    if (upper !== undefined && !isKey(upper)) throw dataError('The upper bound');
  };
  const unlink = (primary: string): object | undefined => {
    const record = records.get(primary);
    if (!record) return undefined;
    records.delete(primary);
    for (const { path, entries } of indexes.values()) {
      const key = keyAt(record, path);
      if (key !== undefined) entries.remove({ key, primary });
    }
    return record;
  };
  const link = (primary: string, record: object): void => {
    records.set(primary, record);
    for (const { path, entries } of indexes.values()) {
      const key = keyAt(record, path);
      if (key !== undefined) entries.insert({ key, primary });
    }
  };
  const checkUnique = (primary: string, record: object): void => {
    for (const [name, { path, unique, entries }] of indexes) {
      const key = unique ? keyAt(record, path) : undefined;
      const holder = key === undefined ? undefined : entries.find(key);
      if (holder === undefined || holder === primary) continue;
      throw new DOMException(`Another record has this key in ${name}.`, 'ConstraintError');
    }
  };
  /** Does no index have to change when one record replaces the other? */
  const sameIndexKeys = (a: object, b: object): boolean => {
    for (const { path } of indexes.values()) {
      const [before, after] = [keyAt(a, path), keyAt(b, path)];
      if (before === undefined || after === undefined ? before !== after : compareKeys(before, after) !== 0) return false;
    }
    return true;
  };
  const replace = (primary: string, before: object, after: object): Undo => {
    records.set(primary, after);
    return () => records.set(primary, before);
  };
  const remove = (primary: string): Undo => {
    const record = unlink(primary);
    return () => {
      if (record) link(primary, record);
    };
  };

  return {
    get(key) {
      if (!isKey(key)) throw dataError('The key');
      return records.get(key as string);
    },
    select(selection) {
      const { bounds = {}, descending = false, limit = Infinity } = selection;
      const source = sourceOf(selection);
      checkBounds(bounds);
      if (limit < 1 || isEmptyRange(bounds)) return [];
      return source.select(bounds, descending, limit).map((primary) => records.get(primary) as object);
    },
    count(selection) {
      const { bounds = {} } = selection;
      const source = sourceOf(selection);
      checkBounds(bounds);
      return isEmptyRange(bounds) ? 0 : source.count(bounds);
    },
    put(record) {
      const primary = keyAt(record, keyPath) as string | undefined;
      if (primary === undefined) throw dataError(`The record's ${keyPath}`);
      checkUnique(primary, record);
      const replaced = records.get(primary);
      if (replaced && sameIndexKeys(replaced, record)) return replace(primary, replaced, record);
      const undoRemove = remove(primary);
      link(primary, record);
      return () => {
        unlink(primary);
        undoRemove();
      };
    },
    remove(key) {
      if (!isKey(key)) throw dataError('The key');
      return remove(key as string);
    },
    clear() {
      const [oldRecords, oldIndexes] = [records, indexes];
      records = new Map();
      indexes = createIndexes(store);
      return () => {
        records = oldRecords;
        indexes = oldIndexes;
      };
    },
  };
}

/** The indexes of a store by name; the primary key's order has the empty name. */
function createIndexes(store: StoreName): Map<string, MemoryIndex> {
  const all = new Map<string, MemoryIndex>();
  all.set('', { path: storeDefinitions[store].keyPath, unique: false, entries: createSortedEntries() });
  for (const [name, { keyPath, unique }] of indexesOf(store)) all.set(name, { path: keyPath, unique, entries: createSortedEntries() });
  return all;
}
