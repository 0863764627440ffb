import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE } from '../../protocol/index.ts';
import { chatA, chatB, sequencesOf, twins, write } from '../testing/chat-fixture.ts';
import { message, uuid } from '../testing/store-records.ts';
import { highestProvisional, readPending, readRange, readWindow } from './chat-reads.ts';
import type { Store } from './store.ts';

describe.each(twins)('reading a chat in %s', (_name, open) => {
  const filled = async (): Promise<Store> => {
    const store = await open();
    const upserts = [1, 2, 3, 5, 8, 13].map((sequence) => message(sequence, chatA, sequence));
    const pending = [0, 1].map((at) => message(50 + at, chatA, PROVISIONAL_BASE + at, { status: 'pending', _revision: 0 }));
    await write(store, { upserts: [...upserts, ...pending] });
    await write(store, { upserts: [message(60, chatB, 4)] }, chatB);
    return store;
  };
  test('a window is the newest confirmed rows, or those before a sequence, ascending', async () => {
    const store = await filled();
    await store.read(['messages'], async (tx) => {
      expect(sequencesOf(await readWindow(tx, chatA, { limit: 3 }))).toEqual([5, 8, 13]);
      expect(sequencesOf(await readWindow(tx, chatA, { limit: 2, before: 8 }))).toEqual([3, 5]);
      expect(sequencesOf(await readWindow(tx, chatA, { limit: 50, before: 3 }))).toEqual([1, 2]);
      expect(await readWindow(tx, chatA, { limit: 50, before: 1 })).toEqual([]);
      expect(await readWindow(tx, uuid(0xc), { limit: 50 })).toEqual([]);
    });
  });
  test('a range has both its ends and no pending row', async () => {
    const store = await filled();
    await store.read(['messages'], async (tx) => {
      expect(sequencesOf(await readRange(tx, chatA, 2, 8))).toEqual([2, 3, 5, 8]);
      expect(sequencesOf(await readRange(tx, chatA, 9, Infinity))).toEqual([13]);
      expect(await readRange(tx, chatA, 9, 8)).toEqual([]);
    });
  });
  test('§10.3 pending rows in order, and the highest provisional sequence', async () => {
    const store = await filled();
    await store.read(['messages'], async (tx) => {
      expect(sequencesOf(await readPending(tx, chatA))).toEqual([PROVISIONAL_BASE, PROVISIONAL_BASE + 1]);
      expect(await highestProvisional(tx, chatA)).toBe(PROVISIONAL_BASE + 1);
      expect(await highestProvisional(tx, chatB)).toBe(PROVISIONAL_BASE - 1);
    });
  });
});
