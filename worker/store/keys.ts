/**
 * Keys of stores and indexes: which values are keys, and how they are ordered, as IndexedDB does it.
 *
 * Owns: the part of IndexedDB's rules that our key types need (numbers before strings before arrays). Does not know dates and
 * binary keys.
 */
import type { KeyBounds, StoreKey } from './store.ts';

/** Is this a key? `null`, `undefined`, `NaN`, booleans and objects are not: a row is not in an index over them. */
export function isKey(value: unknown): value is StoreKey {
  if (typeof value === 'string') return true;
  if (typeof value === 'number') return !Number.isNaN(value);
  return Array.isArray(value) && value.every(isKey);
}

const rank = (key: StoreKey): number => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2);

/** Negative, zero or positive, as `indexedDB.cmp`. */
export function compareKeys(a: StoreKey, b: StoreKey): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b || 0;
  if (typeof a !== 'object' || typeof b !== 'object') return rank(a) - rank(b);
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const order = compareKeys(a[at] as StoreKey, b[at] as StoreKey);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Can no key lie within the bounds? IndexedDB refuses such a range; a selection over it is empty instead. */
export function isEmptyRange(bounds: KeyBounds): boolean {
  if (bounds.lower === undefined || bounds.upper === undefined) return false;
  const order = compareKeys(bounds.lower, bounds.upper);
  return order > 0 || (order === 0 && (bounds.lowerOpen === true || bounds.upperOpen === true));
}

/** The key that a key path leads to in a record, or undefined when it leads to none. */
export function keyAt(record: object, keyPath: string | readonly string[]): StoreKey | undefined {
  const fields = record as Readonly<Record<string, unknown>>;
  const value = typeof keyPath === 'string' ? fields[keyPath] : keyPath.map((part) => fields[part]);
  return isKey(value) ? value : undefined;
}
