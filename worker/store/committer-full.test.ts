import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createCommitter, type Write } from './committer.ts';
import { createMemoryStore } from './memory-store.ts';

/** A committer over a store that is full until room is made `needs` times. */
async function full(needs: number, makes: () => Promise<boolean>) {
  const time = createVirtualTime();
  const memory = createMemoryStore();
  await memory.claimWriter('build', 0);
  let left = needs;
  let asked = 0;
  const told: string[] = [];
  const store = {
    ...memory,
    write: ((stores, durability, work) =>
      left > 0 ? Promise.reject(new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: full', { cause: new DOMException('', 'QuotaExceededError') })) : memory.write(stores, durability, work)) as typeof memory.write,
  };
  const committer = createCommitter(store, time, {
    onFailed: () => void told.push('failed'),
    onRecovered: () => void told.push('recovered'),
    onFenced: () => undefined,
    onFull: async () => {
      asked += 1;
      left -= 1;
      return makes();
    },
  });
  const write: Write = { stores: ['ticket_meta'], rows: 1, durability: 'strict', work: (tx) => tx.put('ticket_meta', { key: 'a', value: 1 }) };
  return { time, committer, memory, told, write, asked: () => asked };
}

test('B-8 T-3 #58 a full disk: room is made and the write is tried once more, nobody hears of a failure', async () => {
  const { committer, memory, told, write, asked } = await full(1, async () => true);
  await committer.add(write);
  expect((await memory.read(['ticket_meta'], (tx) => tx.get('ticket_meta', 'a')))?.value).toBe(1);
  expect([asked(), told]).toEqual([1, []]);
});

test('B-8 #58 still full, no room to be had, or making room fails: the one who waits is told, after one attempt more at most', async () => {
  for (const [needs, makes] of [
    [2, async () => true],
    [9, async () => false],
    [9, () => Promise.reject(new Error('no'))],
  ] as const) {
    const { committer, told, write, asked } = await full(needs, makes);
    await expect(committer.add(write)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect([asked(), told]).toEqual([1, ['failed']]);
  }
});
