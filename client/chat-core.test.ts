import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CachedMessage } from '../protocol/records.ts';
import { rowKey, windowHolds, type ChatPatch } from '../protocol/views.ts';
import { mergePage, openCore, patchCore, type ChatCore } from './chat-core.ts';
import { keepItems } from './chat-items.ts';
import { describeChat, IDLE } from './chat-state.ts';
import { EMPTY_CHAT } from './empty-states.ts';
import { message, messages, metaOf, pageOf, patchOf, snapshotOf } from './testing/tab.ts';

const sequences = (core: ChatCore | null): number[] => core?.rows.map((row) => row.sequenceNumber) ?? [];

describe('patches', () => {
  const core = openCore(snapshotOf(3, 11, 20));

  test('the next version is applied, known ones change nothing, a jump is told', () => {
    const next = patchCore(core, patchOf(4, [message(21)], { meta: metaOf(11, 21) }));
    expect(sequences(next)).toEqual(sequences(core).concat(21));
    expect(next?.window).toEqual({ lo: 11, hi: 21, tail: true });
    expect(patchCore(core, patchOf(3, [message(99)]))).toBe(core);
    expect(patchCore(core, patchOf(5, [message(21)]))).toBeNull();
  });

  test('rows outside the window are clipped, and the rows keep their reference then', () => {
    const next = patchCore(core, patchOf(4, messages(1, 10), { meta: metaOf(1, 20) }));
    expect(next?.rows).toBe(core.rows);
    expect(next?.window).toEqual(core.window);
    const closed = openCore(snapshotOf(3, 11, 15, { window: { lo: 11, hi: 15, tail: false } }));
    expect(patchCore(closed, patchOf(4, [message(16)], { meta: metaOf(11, 16) }))?.rows).toBe(closed.rows);
  });

  test('a row that says the same keeps its reference', () => {
    const next = patchCore(core, patchOf(4, [message(15), message(16, { content: 'edited', _revision: 30, _syncVersion: 2 })], { meta: metaOf(11, 20) }));
    expect(next?.rows[4]).toBe(core.rows[4]);
    expect(next?.rows[5]?.content).toBe('edited');
  });

  test('S-2 a pending row is replaced in place by its confirmed one', () => {
    const id = '33333333-3333-4333-8333-333333333333';
    const pending = message(2 ** 52, { id, clientTempId: id, status: 'pending', _revision: 0 });
    const shown = patchCore(core, patchOf(4, [pending], { meta: metaOf(11, 20) })) as ChatCore;
    expect(shown.window.hi).toBe(20);
    const confirmed = patchCore(shown, patchOf(5, [message(21, { clientTempId: id })], { meta: metaOf(11, 21) })) as ChatCore;
    expect(confirmed.rows.filter((row) => rowKey(row) === id)).toEqual([message(21, { clientTempId: id })]);
    expect(confirmed.rows).toHaveLength(11);
  });

  test('a window that was empty begins at the floor once something is held', () => {
    const empty = openCore(snapshotOf(0, 1, 0, { window: { lo: 0, hi: 0, tail: true }, meta: metaOf(0, 0) }));
    const filled = patchCore(empty, patchOf(1, messages(51, 100), { meta: metaOf(51, 100) })) as ChatCore;
    expect(filled.window).toEqual({ lo: 51, hi: 100, tail: true });
    expect(describeChat(filled, IDLE, EMPTY_CHAT)).toMatchObject({ hasOlder: true, hasNewer: false });
  });
});

describe('pages', () => {
  test('M-1 #67 an edit and a removal that arrived while the page was under way are not undone by it', () => {
    const core = openCore(snapshotOf(3, 11, 20));
    const edited = message(5, { content: 'edited', _revision: 50, _syncVersion: 2 });
    const log: ChatPatch[] = [
      patchOf(4, [edited], { meta: metaOf(1, 20) }),
      patchOf(5, [], { removals: [rowKey(message(6))], meta: metaOf(1, 20) }),
    ];
    const patched = log.reduce<ChatCore | null>((held, patch) => held && patchCore(held, patch), core) as ChatCore;
    const merged = mergePage(patched, pageOf(3, 1, 10, { lo: 1, hi: 20, tail: true }), 'older', log);
    expect(sequences(merged)).toEqual([1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(merged.rows[4]?.content).toBe('edited');
    expect(merged.version).toBe(5);
  });

  test('an older page does not move the end that patches moved meanwhile, nor a newer one the beginning', () => {
    const core = openCore(snapshotOf(3, 11, 20));
    const grown = patchCore(core, patchOf(4, [message(21)], { meta: metaOf(1, 21) })) as ChatCore;
    expect(mergePage(grown, pageOf(3, 1, 10, { lo: 1, hi: 20, tail: true }), 'older', []).window).toEqual({ lo: 1, hi: 21, tail: true });
    const middle = openCore(snapshotOf(3, 11, 20, { window: { lo: 11, hi: 20, tail: false } }));
    const end = mergePage(middle, pageOf(3, 21, 30, { lo: 15, hi: 30, tail: true }), 'newer', []);
    expect(end.window).toEqual({ lo: 11, hi: 30, tail: true });
    expect(describeChat(end, IDLE, EMPTY_CHAT).hasNewer).toBe(false);
  });

  test('H-3 M-1 whatever patches arrive during a load, the window shows what the daemon holds', () => {
    const change = fc.record({ at: fc.integer({ min: 1, max: 24 }), kind: fc.constantFrom('edit', 'remove', 'touch') });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.nat({ max: 12 }), (changes, answeredAfter) => {
        const held = new Map<number, CachedMessage>(messages(1, 20).map((row) => [row.sequenceNumber, row]));
        let core = openCore(snapshotOf(0, 11, 20));
        let page = pageOf(0, 1, 10, { lo: 1, hi: 20, tail: true });
        const log: ChatPatch[] = [];
        changes.forEach(({ at, kind }, index) => {
          const before = held.get(at);
          let patch: ChatPatch;
          if (kind === 'remove' && before) {
            held.delete(at);
            patch = patchOf(index + 1, [], { removals: [rowKey(before)], meta: metaOf(1, 24) });
          } else {
            const row = message(at, { content: `${kind} ${index}`, _revision: 100 + index, _syncVersion: (before?._syncVersion ?? 0) + 1 });
            held.set(at, row);
            patch = patchOf(index + 1, [row], { meta: metaOf(1, 24) });
          }
          log.push(patch);
          core = patchCore(core, patch) as ChatCore;
          if (index + 1 === Math.min(answeredAfter, changes.length)) {
            const rows = [...held.values()].filter((row) => row.sequenceNumber <= 10).sort((a, b) => a.sequenceNumber - b.sequenceNumber);
            page = { ...page, version: index + 1, rows };
          }
        });
        const merged = mergePage(core, page, 'older', log);
        const expected = [...held.values()].filter((row) => windowHolds(merged.window, row.sequenceNumber));
        expect(merged.rows).toEqual(expected.sort((a, b) => a.sequenceNumber - b.sequenceNumber));
      }),
    );
  });
});

describe('what is published', () => {
  test('H-7 a gap is an item between its neighbours', () => {
    const rows = [...messages(1, 3), ...messages(8, 10)];
    const core = openCore(snapshotOf(1, 1, 10, { rows, meta: metaOf(1, 10, { gaps: [{ startSeq: 4, endSeq: 7 }] }) }));
    expect(describeChat(core, IDLE, EMPTY_CHAT).items.map((item) => item.key)[3]).toBe('gap:7');
  });

  test('only items that changed have a new reference, at the end, at the beginning, in the middle', () => {
    const core = openCore(snapshotOf(1, 11, 20));
    const before = describeChat(core, IDLE, EMPTY_CHAT);
    const appended = describeChat(patchCore(core, patchOf(2, [message(21)], { meta: metaOf(11, 21) })), IDLE, before);
    expect(appended.items.slice(0, 10).every((item, index) => item === before.items[index])).toBe(true);
    const prepended = describeChat(mergePage(core, pageOf(1, 1, 10, { lo: 1, hi: 20, tail: true }), 'older', []), IDLE, before);
    expect(prepended.items.slice(10).every((item, index) => item === before.items[index])).toBe(true);
    const edited = describeChat(patchCore(core, patchOf(2, [message(15, { _syncVersion: 2 })], { meta: metaOf(11, 20) })), IDLE, before);
    expect(edited.items.flatMap((item, index) => (item === before.items[index] ? [] : [index]))).toEqual([4]);
    expect(keepItems(before.items, [...before.items])).toBe(before.items);
    expect(keepItems(before.items, before.items.slice(0, -1))).toHaveLength(9);
  });

  test('there is more below the window when it begins above the floor, or the floor is not the beginning', () => {
    const at = (lo: number, floor: number): boolean =>
      describeChat(openCore(snapshotOf(1, lo, 20, { meta: metaOf(floor, 20) })), IDLE, EMPTY_CHAT).hasOlder;
    expect([at(11, 11), at(11, 1), at(1, 1), at(11, 0)]).toEqual([true, true, false, false]);
  });
});
