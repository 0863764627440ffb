import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { media, uuid } from '../testing/store-records.ts';
import { mayGo, orderVictims, victimsFor, type VictimFacts } from './file-victims.ts';

const HOUR = 60 * 60 * 1000;
const now = 1_000 * HOUR;
const facts: VictimFacts = { now, isBusy: (id) => id.startsWith('busy'), isUnsent: (messageId) => messageId === uuid(99) };
const held = (id: string, more: Parameters<typeof media>[1] = {}) => media(id, { localBlobKey: `body of ${id}`, downloadedAt: now - 2 * HOUR, downloadStatus: 'completed', fileSize: 10, ...more });

const idsOf = (records: ReturnType<typeof held>[]): string[] => orderVictims(records, facts).flatMap(({ ids }) => ids);

describe('which files go first', () => {
  test('D-3 low priority before normal before high, then least recently used', () => {
    expect(
      idsOf([held('a', { priority: 'high', lastAccessedAt: 1 }), held('b', { lastAccessedAt: 5 }), held('c', { lastAccessedAt: 4 }), held('d', { priority: 'low', lastAccessedAt: 9 })]),
    ).toEqual(['d', 'c', 'b', 'a']);
  });

  test('D-3 pinned, busy and unsent files do not go', () => {
    expect(idsOf([held('a', { isPinned: true }), held('busy'), held('c', { messageId: uuid(99) }), held('d')])).toEqual(['d']);
  });

  test('#79 a fresh file that nobody opened stays, an old one that was opened goes; a clock that was set back changes that for an hour at most', () => {
    const fresh = held('fresh', { downloadedAt: now - HOUR + 1, lastAccessedAt: 0 });
    expect(idsOf([fresh, held('opened', { lastAccessedAt: now })])).toEqual(['opened']);
    expect(mayGo(held('x', { downloadedAt: now - HOUR }), facts)).toBe(true);
    expect(mayGo(held('x', { downloadedAt: now + HOUR - 1 }), facts)).toBe(false);
    expect(mayGo(held('x', { downloadedAt: now + 2 * HOUR }), facts)).toBe(true);
  });

  test('#76 files of one body go together, or stay when one of them may not go', () => {
    const shared = { localBlobKey: 'same' };
    expect(orderVictims([held('a', shared), held('b', shared), held('c')], facts)).toEqual([
      { ids: ['a', 'b'], bytes: 10 },
      { ids: ['c'], bytes: 10 },
    ]);
    expect(idsOf([held('a', shared), held('b', { ...shared, isPinned: true })])).toEqual([]);
  });

  test('D-2 parts that wait and thumbnails are counted and go too, with or without a body; records without bytes do not', () => {
    const records = [media('a', { _partial: { size: 7, etag: '"1"' } }), media('b', { thumbnailBlobKey: 't', _thumbnailSize: 3 }), media('c'), held('d', { thumbnailBlobKey: 't', _thumbnailSize: 3 })];
    expect(orderVictims(records, facts)).toEqual([{ ids: ['a'], bytes: 7 }, { ids: ['b'], bytes: 3 }, { ids: ['d'], bytes: 13 }]);
  });

  test('D-3 no choice names a file that may not go, frees less than was asked, or takes one more than it must', () => {
    const record = fc.record({
      key: fc.integer({ min: 1, max: 6 }),
      fileSize: fc.integer({ min: 1, max: 50 }),
      isPinned: fc.boolean(),
      busy: fc.boolean(),
      age: fc.integer({ min: -2, max: 3 }),
      priority: fc.constantFrom('low' as const, 'normal' as const, 'high' as const),
      lastAccessedAt: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), fc.integer({ min: 1, max: 200 }), (made, bytes) => {
        const records = made.map(({ key, busy, age, fileSize: _, ...more }, at) => held(`${busy ? 'busy' : 'idle'}${at}`, { ...more, localBlobKey: `${key}`, fileSize: 10 * key, downloadedAt: now - age * HOUR }));
        const groups = orderVictims(records, facts);
        const exempt = new Set(records.filter((file) => !mayGo(file, facts)).map(({ localBlobKey }) => localBlobKey));
        for (const id of groups.flatMap(({ ids }) => ids)) expect(exempt.has(records.find((file) => file.id === id)?.localBlobKey ?? null)).toBe(false);
        const chosen = victimsFor(groups, bytes);
        const freed = (some: typeof groups): number => some.reduce((sum, group) => sum + group.bytes, 0);
        if (!chosen) expect(freed(groups)).toBeLessThan(bytes);
        else {
          expect(freed(chosen)).toBeGreaterThanOrEqual(bytes);
          expect(freed(chosen.slice(0, -1))).toBeLessThan(bytes);
        }
      }),
    );
  });
});
