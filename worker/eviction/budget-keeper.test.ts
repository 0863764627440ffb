import { expect, test } from 'vitest';
import type { StorageEstimate } from '../env.ts';
import { emptyStats } from '../store/empty-records.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createBudgetKeeper } from './budget-keeper.ts';

async function bed(messagesSize: number, { room = false, estimate = null as StorageEstimate | null } = {}) {
  const time = createVirtualTime();
  const store = createMemoryStore();
  await store.claimWriter('b', 1);
  await store.write(['cache_stats'], 'relaxed', (tx) => tx.put('cache_stats', { ...emptyStats(0), messagesSize, totalSize: messagesSize }));
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const did: string[] = [];
  const keeper = createBudgetKeeper({
    env: { ...time, log, estimateStorage: async () => estimate },
    store,
    settings: { messageBudgetBytes: 1_000 },
    room: { make: async () => true, settle: () => undefined, limitBytes: () => 0, close: () => undefined, check: async () => void did.push('files'), free: async () => (did.push('free files'), room) },
    messages: {
      close: () => undefined,
      evict: async (reason, until) => {
        let freed = 0;
        while (freed < 5_000_000 && !(await until(freed))) freed += freed < 1_000 ? 10 : 1_000_000;
        did.push(`${reason} ${freed}`);
        return freed;
      },
    },
  });
  return { time, keeper, did };
}

test('messages past 90 % of their budget are brought down to 80 %; below, nothing goes', async () => {
  const over = await bed(950);
  await over.keeper.check();
  expect(over.did).toEqual(['files', 'budget 150']);
  const below = await bed(900);
  await below.keeper.check();
  expect(below.did).toEqual(['files']);
});

test('what goes beyond the browser\'s quota after files went is taken from messages', async () => {
  const { keeper, did } = await bed(500, { estimate: { usageBytes: 1_000, quotaBytes: 1_000 } });
  await keeper.check();
  expect(did).toEqual(['files', 'quota 100']);
});

test('rows that are stored are looked at once, half a minute later, however many they are', async () => {
  const { time, keeper, did } = await bed(10);
  for (let at = 0; at < 100; at++) keeper.rowsStored();
  await time.advance(29_000);
  expect(did).toEqual([]);
  await time.advance(2_000);
  expect(did).toEqual(['files']);
  await time.advance(100_000);
  expect(did).toEqual(['files']);
});

test('#58 room for what a person wrote: files first, messages when no file may go', async () => {
  const files = await bed(10, { room: true });
  expect(await files.keeper.freeSpace()).toBe(true);
  expect(files.did).toEqual(['free files']);
  const messages = await bed(10);
  expect(await messages.keeper.freeSpace()).toBe(true);
  expect(messages.did[0]).toBe('free files');
  expect(messages.did[1]).toMatch(/^quota /);
});
