/** Voids against a map from sequence to its proof. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VoidRange } from '../../protocol/index.ts';
import { normalise, ofValues } from './ranges.ts';
import { addVoid, removeFromVoids, voidRevision, voidSet } from './voids.ts';

type Proof = Pick<VoidRange, 'revision' | 'reason'>;
const reasons: readonly VoidRange['reason'][] = ['absent', 'deleted', 'rejected'];
const voidRange = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 5 }), fc.constantFrom(...reasons))
  .map(([startSeq, length, revision, reason]): VoidRange => ({ startSeq, endSeq: startSeq + length, revision, reason }));
const step = fc.oneof(
  voidRange.map((added) => ({ kind: 'add' as const, added })),
  fc.array(fc.integer({ min: 1, max: 36 }), { maxLength: 5 }).map((values) => ({ kind: 'remove' as const, values })),
);

test('M-1 per sequence the higher revision wins, the known one at a draw, and rows take voids away', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
    let voids: readonly VoidRange[] = [];
    const naive = new Map<number, Proof>();
    for (const each of steps) {
      if (each.kind === 'remove') {
        voids = removeFromVoids(voids, ofValues(each.values));
        for (const value of each.values) naive.delete(value);
        continue;
      }
      voids = addVoid(voids, each.added);
      const { startSeq, endSeq, revision, reason } = each.added;
      for (let at = startSeq; at <= endSeq; at++) if ((naive.get(at)?.revision ?? -1) < revision) naive.set(at, { revision, reason });
    }
    const told = new Map(voids.flatMap(({ startSeq, endSeq, revision, reason }) => Array.from({ length: endSeq - startSeq + 1 }, (_, i) => [startSeq + i, { revision, reason }] as const)));
    expect(told).toEqual(new Map([...naive].sort(([a], [b]) => a - b)));
    expect(voidSet(voids)).toEqual(normalise([...naive.keys()].map((at) => ({ start: at, end: at }))));
    for (let at = 0; at <= 38; at++) expect(voidRevision(voids, at)).toBe(naive.get(at)?.revision ?? -1);
    for (const [i, range] of voids.entries()) {
      const before = voids[i - 1];
      if (!before) continue;
      expect(range.startSeq).toBeGreaterThan(before.endSeq);
      // Neighbours with the same proof are one.
      if (range.startSeq === before.endSeq + 1) expect([range.revision, range.reason]).not.toEqual([before.revision, before.reason]);
    }
  }));
});

test('H-3 the same void twice changes nothing, and the order of different revisions does not matter', () => {
  fc.assert(fc.property(fc.uniqueArray(voidRange, { selector: (range) => range.revision, maxLength: 6 }), (added) => {
    const once = added.reduce<readonly VoidRange[]>(addVoid, []);
    expect(added.reduce(addVoid, once)).toEqual(once);
    expect(added.toReversed().reduce<readonly VoidRange[]>(addVoid, [])).toEqual(once);
  }));
});
