/**
 * Records as the memory store keeps them: own copies, frozen, so that nothing a caller does to its object, or to one it was
 * given, changes the store.
 *
 * Owns: copying plain data as structured clone would. Objects that are not plain (a `Blob`) are immutable and kept as they are.
 */

/** A deep, frozen copy. Throws a `DataCloneError` where structured clone would: functions and symbols. */
export function freezeCopy<T>(value: T): T {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new DOMException(`A ${typeof value} cannot be stored.`, 'DataCloneError');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(freezeCopy)) as T;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) copy[name] = freezeCopy(part);
  return Object.freeze(copy) as T;
}
