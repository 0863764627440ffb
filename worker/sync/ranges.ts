/**
 * Sets of whole numbers as sorted, disjoint, non-adjacent closed ranges.
 *
 * Owns: union, difference, intersection, membership. Pure; every function returns a new array or the one it was given when
 * nothing changes. Does not know what the numbers mean.
 */

/** The numbers from `start` to `end`, both included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A set: sorted, disjoint, non-adjacent. */
export type RangeSet = readonly Range[];

/** The empty set. */
export const EMPTY: RangeSet = [];

/** One range as a set; empty when `end < start`. */
export const rangeSet = (start: number, end: number): RangeSet => (end < start ? EMPTY : [{ start, end }]);

/** Any ranges, in any order, overlapping or not, as a set. */
export function normalise(ranges: readonly Range[]): RangeSet {
  const sorted = ranges.filter((range) => range.end >= range.start).sort((a, b) => a.start - b.start);
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last && range.start <= last.end + 1) {
      if (range.end > last.end) result[result.length - 1] = { start: last.start, end: range.end };
    } else result.push(range);
  }
  return result;
}

/** Everything in `a` or in `b`. */
export const union = (a: RangeSet, b: RangeSet): RangeSet => (b.length === 0 ? a : a.length === 0 ? b : normalise([...a, ...b]));

/** Everything in `a` that is not in `b`. */
export function difference(a: RangeSet, b: RangeSet): RangeSet {
  if (a.length === 0 || b.length === 0) return a;
  const result: Range[] = [];
  let first = 0;
  for (const range of a) {
    let start = range.start;
    while (first < b.length && (b[first] as Range).end < range.start) first++;
    for (let i = first; i < b.length; i++) {
      const cut = b[i] as Range;
      if (cut.start > range.end) break;
      if (cut.start > start) result.push({ start, end: cut.start - 1 });
      start = Math.max(start, cut.end + 1);
    }
    if (start <= range.end) result.push({ start, end: range.end });
  }
  return result;
}

/** Everything in both. */
export const intersection = (a: RangeSet, b: RangeSet): RangeSet => difference(a, difference(a, b));

/** Is the number in the set? */
export function contains(set: RangeSet, value: number): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = set[middle] as Range;
    if (value < range.start) high = middle - 1;
    else if (value > range.end) low = middle + 1;
    else return true;
  }
  return false;
}

/** Are all numbers from `start` to `end` in the set? True for an empty range. */
export const covers = (set: RangeSet, start: number, end: number): boolean => difference(rangeSet(start, end), set).length === 0;

/** How many numbers the set holds. */
export const size = (set: RangeSet): number => set.reduce((sum, range) => sum + range.end - range.start + 1, 0);

/** Single numbers as a set. */
export const ofValues = (values: readonly number[]): RangeSet => normalise(values.map((value) => ({ start: value, end: value })));

/** Are both the same set? */
export const equal = (a: RangeSet, b: RangeSet): boolean =>
  a === b || (a.length === b.length && a.every((range, i) => range.start === b[i]?.start && range.end === b[i]?.end));
