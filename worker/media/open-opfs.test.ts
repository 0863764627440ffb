import { expect, test } from 'vitest';
import { createFakeOpfs } from '../testing/fake-opfs.ts';
import { dropOpfs, openOpfs } from './open-opfs.ts';

const storageOf = (opfs: ReturnType<typeof createFakeOpfs>): StorageManager => ({ getDirectory: async () => opfs.root }) as unknown as StorageManager;

test('T-5 dropping removes the folder of that user, and nothing else; a second time, or without such a file system, there is nothing to do', async () => {
  const storage = storageOf(createFakeOpfs());
  for (const user of ['ann', 'bob']) await (await openOpfs(storage, user)).write(['cache', 'a'], new Blob([user]));
  await dropOpfs(storage, 'ann');
  await dropOpfs(storage, 'ann');
  await dropOpfs(undefined, 'ann');
  expect(await (await openOpfs(storage, 'ann')).list([])).toEqual([]);
  expect(await (await (await openOpfs(storage, 'bob')).read(['cache', 'a']))?.text()).toBe('bob');
});
