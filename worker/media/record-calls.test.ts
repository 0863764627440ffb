import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { mediaId } from '../../protocol/media.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { media as record, uuid } from '../testing/store-records.ts';
import { recordCalls } from './record-calls.ts';

const chat = uuid(0xa);
const named = (filename: string, more: object = {}): ReturnType<typeof record> => record(mediaId(chat, filename), { requestId: chat, filename, ...more });

async function bed() {
  const store = createMemoryStore();
  await store.claimWriter('b', 1);
  const writes = { count: 0, refused: false };
  const calls = recordCalls(
    {
      ...store,
      write: (stores, durability, work) => {
        writes.count += 1;
        return writes.refused ? Promise.reject(new TabcachedError('STORAGE_FAILED')) : store.write(stores, durability, work);
      },
    },
    { now: () => 1 },
  );
  return { calls, writes };
}

test('records that are added while a transaction is under way share the next one, and the first of two with one id stays', async () => {
  const { calls, writes } = await bed();
  const added = await Promise.all([...Array.from({ length: 40 }, (_, at) => calls.add(named(`${at}.png`))), calls.add(named('7.png', { priority: 'high' }))]);
  expect(writes.count).toBe(2);
  expect(await calls.list(chat)).toHaveLength(40);
  expect(added.at(-1)?.priority).toBe('normal');
  expect((await calls.add(named('8.png', { priority: 'high' }))).priority).toBe('normal');
});

test('T-3 a refusal reaches everybody who waited for it, and those who come after are added', async () => {
  const { calls, writes } = await bed();
  writes.refused = true;
  const refused = await Promise.allSettled([1, 2, 3].map((at) => calls.add(named(`${at}.png`))));
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  writes.refused = false;
  expect((await calls.add(named('1.png'))).filename).toBe('1.png');
});
