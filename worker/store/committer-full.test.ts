import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createCommitter, type Write } from './committer.ts';
import { createMemoryStore } from './memory-store.ts';

/** A committer over a store that is full until room is made `needs` times. */
async function full(needs: number, makes: () => Promise<boolean>, onProbe?: (at: number) => void) {
  const time = createVirtualTime();
  const memory = createMemoryStore();
  await memory.claimWriter('build', 0);
  let left = needs;
  let refuses = false;
  let asked = 0;
  const told: string[] = [];
  const store = {
    ...memory,
    write: ((stores, durability, work) =>
      left > 0 || refuses ? (stores[0] === 'cache_stats' && onProbe?.(time.clock.now()), Promise.reject(new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: full', { cause: new DOMException('', 'QuotaExceededError') }))) : (stores[0] === 'cache_stats' && onProbe?.(time.clock.now()), memory.write(stores, durability, work))) as typeof memory.write,
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
    ...(onProbe ? { probe: async () => undefined } : {}),
  });
  const write: Write = { stores: ['ticket_meta'], rows: 1, durability: 'strict', work: (tx) => tx.put('ticket_meta', { key: 'a', value: 1 }) };
  return { time, committer, memory, told, write, asked: () => asked, refuse: (now: boolean) => void (refuses = now) };
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

test('T-3 sim seed 1830001580: nothing waits after a refusal, and still it is told that there is room again, asked for with growing pauses, making none', async () => {
  const probes: number[] = [];
  const { time, committer, memory, told, write, asked, refuse } = await full(0, async () => false, (at) => probes.push(at));
  refuse(true);
  await expect(committer.add(write)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  expect([asked(), told]).toEqual([1, ['failed']]);
  await time.advance(200_000);
  expect([asked(), told]).toEqual([1, ['failed']]);
  // 2, 4, 8, 16, 32, 60 and 60 seconds.
  expect(probes.length).toBe(7);
  refuse(false);
  await time.advance(60_000);
  expect(told).toEqual(['failed', 'recovered']);
  expect((await memory.read(['ticket_meta'], (tx) => tx.get('ticket_meta', 'a')))).toBeUndefined();
  await time.advance(600_000);
  expect(probes.length).toBe(8);
  await committer.close();
});

test('T-3 a store that is asked whether it takes writes again is not asked after the end, nor while something waits that is tried anyway', async () => {
  const probes: number[] = [];
  const { time, committer, told, write, refuse } = await full(0, async () => false, (at) => probes.push(at));
  refuse(true);
  await expect(committer.add(write)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  const waits = committer.add({ ...write, durability: 'relaxed' });
  await time.advance(30_000);
  expect(probes).toEqual([]);
  refuse(false);
  await time.advance(2_000);
  await waits;
  expect(told.at(-1)).toBe('recovered');
  refuse(true);
  await expect(committer.add(write)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  await committer.close();
  await time.advance(100_000);
  expect(probes).toEqual([]);
});
