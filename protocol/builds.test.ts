import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBuilds, composeBuildId } from './builds.ts';

const sorted = (ids: readonly string[]): string[] => ids.toSorted(compareBuilds);

test('#89 builds are ordered by schema version, then by build number, as numbers; ids without order are the oldest', () => {
  const oldToNew = ['plain', composeBuildId(2, 2_000, 'z'), composeBuildId(3, 9, 'z'), composeBuildId(3, 10, 'a'), composeBuildId(3, 10, 'b'), composeBuildId(10, 0, 'a')];
  expect(sorted(oldToNew.toReversed())).toEqual(oldToNew);
});

test('#89 any two builds agree about which of them is the newer one', () => {
  const id = fc.oneof(fc.string(), fc.tuple(fc.nat(5), fc.nat(5), fc.string()).map(([schema, number, text]) => composeBuildId(schema, number, text)));
  fc.assert(
    fc.property(id, id, id, (a, b, c) => {
      expect(Math.sign(compareBuilds(a, b))).toBe(-Math.sign(compareBuilds(b, a)) + 0);
      expect(compareBuilds(a, b) === 0).toBe(a === b);
      if (compareBuilds(a, b) >= 0 && compareBuilds(b, c) >= 0) expect(compareBuilds(a, c)).toBeGreaterThanOrEqual(0);
    }),
  );
});
