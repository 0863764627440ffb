import 'fake-indexeddb/auto';
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, test } from 'vitest';
import { openIndexedDbStore } from '../store/indexeddb-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { mediaStoreContract, type MediaFixture } from '../testing/media-store-contract.ts';
import { a, body, etag, expectCounted, fileOf } from '../testing/media-contract-fixture.ts';
import { partBounds, partKey, readBlobKey, thumbnailKey } from './blob-keys.ts';
import { createBlobMediaStore } from './blob-media-store.ts';

const clock = { now: () => 7 };

const fixture = async (store: Store): Promise<MediaFixture> => {
  await store.claimWriter('build', 1);
  return {
    media: createBlobMediaStore(store, clock),
    store,
    reopen: async (over = store) => createBlobMediaStore(over, clock),
    lose: (id, what) =>
      store.write(['media_meta', 'media_blobs'], 'relaxed', async (tx) => {
        const record = await tx.get('media_meta', id);
        await tx.delete('media_blobs', (what === 'body' ? record?.localBlobKey : record?.thumbnailBlobKey) ?? '');
      }),
    litter: () =>
      store.write(['media_blobs'], 'relaxed', (tx) => tx.put('media_blobs', { key: 'f'.repeat(64), data: new Blob(['?']), size: 1, mimeType: '', createdAt: 1, lastAccessedAt: 1, _refs: ['nobody'] })),
  };
};

describe('D-2 D-4 D-5 files in the database', () => {
  mediaStoreContract('indexeddb', async () => {
    const silent = { onBlocking: () => undefined, onTerminated: () => undefined };
    return fixture(await openIndexedDbStore({ userId: 'u1', events: silent, clock, timers: { after: () => () => undefined }, indexedDB: new FakeFactory() }));
  });
});

test('the same over the memory store, where a browser refuses to store', async () => {
  const { media } = await fixture(createMemoryStore());
  await media.reconcile();
  expect(await media.list()).toEqual([]);
});

test('D-2 killed after a body became visible and before its parts were deleted: counters are right after every transaction of the next daemon', async () => {
  const store = createMemoryStore();
  const before = await fixture(store);
  await before.media.add(fileOf('a.png'));
  await before.media.append(a, 0, new Blob(['bytes ']), etag);
  await before.media.append(a, 6, new Blob(['of ']), etag);
  let writes = 0;
  const killed = await before.reopen({ ...store, write: (...args) => (++writes > 1 ? new Promise<never>(() => undefined) : store.write(...args)) });
  void killed.publish(a, { ...body('bytes of a'), rest: new Blob(['a']) }, 1);
  await expect.poll(() => writes).toBe(2);
  await expectCounted(before);
  let checked = 0;
  const watched: Store = {
    ...store,
    write: async (...args) => {
      const written = await store.write(...args);
      await expectCounted(before);
      checked += 1;
      return written;
    },
  };
  expect(await (await before.reopen(watched)).reconcile()).toEqual({ missing: 0, orphans: 2, countersWrong: false, left: 0 });
  expect(checked).toBeGreaterThan(2);
  expect(await before.media.size()).toBe(10);
});

test('keys of one file are never those of another, and are read back', () => {
  expect(readBlobKey('a'.repeat(64))).toEqual({ kind: 'body' });
  for (const id of ['x', 'x:0000000000000000', '1:x', 'x\ny', '']) {
    expect(readBlobKey(thumbnailKey(id))).toMatchObject({ kind: 'thumb', id });
    expect(readBlobKey(partKey(id, 70_000))).toEqual({ kind: 'part', id, offset: 70_000 });
    const { lower, upper } = partBounds(id);
    for (const other of ['x', 'x:0000000000000000', '1:x', 'x\ny', '']) {
      const key = partKey(other, 5);
      expect([id, other, key >= lower && key <= upper]).toEqual([id, other, id === other]);
    }
  }
});
