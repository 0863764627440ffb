/** Ranges against sets of numbers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contains, covers, difference, equal, intersection, normalise, ofValues, size, union, type Range, type RangeSet } from './ranges.ts';

const numbers = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 });
const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -2, max: 8 })).map(([start, length]): Range => ({ start, end: start + length })), { maxLength: 8 });
const plain = (set: readonly Range[]): Set<number> => new Set(set.flatMap(({ start, end }) => Array.from({ length: Math.max(0, end - start + 1) }, (_, i) => start + i)));
const same = (set: RangeSet, values: ReadonlySet<number>): void => {
  expect(plain(set)).toEqual(new Set([...values].sort((a, b) => a - b)));
  // Sorted, disjoint, not adjacent, none empty.
  for (const [i, range] of set.entries()) {
    expect(range.end).toBeGreaterThanOrEqual(range.start);
    if (i > 0) expect(range.start).toBeGreaterThan((set[i - 1]?.end ?? 0) + 1);
  }
};

test('H-2 a set made of any ranges or values is in its one form', () => {
  fc.assert(fc.property(ranges, numbers, (some, values) => {
    same(normalise(some), plain(some));
    same(ofValues(values), new Set(values));
    expect(equal(normalise(some), normalise(some.toReversed()))).toBe(true);
  }));
});

test('H-2 union, difference and intersection are those of sets', () => {
  fc.assert(fc.property(numbers, numbers, (left, right) => {
    const [a, b] = [new Set(left), new Set(right)];
    const [x, y] = [ofValues(left), ofValues(right)];
    same(union(x, y), new Set([...a, ...b]));
    same(difference(x, y), new Set([...a].filter((value) => !b.has(value))));
    same(intersection(x, y), new Set([...a].filter((value) => b.has(value))));
    expect(size(x)).toBe(a.size);
    expect(equal(x, y)).toBe(a.size === b.size && [...a].every((value) => b.has(value)));
  }));
});

test('membership is that of sets', () => {
  fc.assert(fc.property(numbers, fc.integer({ min: 0, max: 42 }), fc.integer({ min: -2, max: 8 }), (values, at, length) => {
    const [set, naive] = [ofValues(values), new Set(values)];
    expect(contains(set, at)).toBe(naive.has(at));
    expect(covers(set, at, at + length)).toBe(Array.from({ length: Math.max(0, length + 1) }, (_, i) => at + i).every((value) => naive.has(value)));
  }));
});
