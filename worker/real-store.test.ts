import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { SIGNED_OUT_KEY, WIPING_KEY } from '../protocol/sign-out.ts';
import { carriedDatabaseName, daemonLease, databaseName } from '../protocol/names.ts';
import type { Locks } from './env.ts';
import { openOwnStore } from './real-store.ts';
import { carriedReadStores, readCarried } from './store/carry-outbox.ts';
import { emptyChat } from './store/chat-writes.ts';
import { chatWriteStores, writeChat } from './store/chat-writes.ts';
import { outboxWriteStores, putOperation } from './store/outbox-rows.ts';
import type { Store } from './store/store.ts';
import { pendingRow, sendOperation } from './outbox/operations.ts';
import { expectCounted } from './testing/chat-fixture.ts';
import { message, uuid } from './testing/store-records.ts';

const USER = 'u1';
const chat = uuid(0xc);
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let factory: IDBFactory;
let held: string[];
beforeEach(() => {
  factory = new FakeFactory();
  held = [daemonLease({ buildId: '3.2.b', userId: USER, generation: 0 }, 'own')];
});

const open = (): Promise<Store> => {
  const locks: Pick<Locks, 'held'> = { held: async () => held };
  const timers = { after: () => () => undefined };
  return openOwnStore({ scope: { indexedDB: factory }, locks, clock: { now: () => 5_000 }, timers, log }, USER, { onBlocking: () => undefined, onTerminated: () => undefined });
};

/** A message that waits, with its row, and a draft in another chat. */
async function write(store: Store, numbers: readonly number[]): Promise<void> {
  for (const n of numbers) {
    const draft = { requestId: chat, clientTempId: uuid(n), content: `waiting ${n}`, isScreenshot: false, screenshotFileName: null };
    await store.write([...chatWriteStores, ...outboxWriteStores], 'strict', async (tx) => {
      const meta = (await tx.get('chat_meta', chat)) ?? emptyChat(chat, 1);
      await writeChat(tx, { requestId: chat, upserts: [pendingRow(draft, { userId: USER, sender: null }, 2 ** 52 + n, 1)], deletions: [], meta, now: 1 });
      await putOperation(tx, sendOperation(draft, 1, n), 1);
    });
  }
  const other = uuid(0xd);
  await store.write(chatWriteStores, 'strict', (tx) => writeChat(tx, { requestId: other, upserts: [message(20, other, 1)], deletions: [], meta: { ...emptyChat(other, 1), _draft: 'half a thought' }, now: 1 }).then(() => undefined));
}

/** The database becomes one of a later version, as a newer build would make it. */
const upgradeTo = (version: number, change: (database: IDBDatabase, transaction: IDBTransaction) => void = () => undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = factory.open(databaseName(USER), version);
    request.onupgradeneeded = () => change(request.result, request.transaction as IDBTransaction);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
const read = (store: Store) => store.read(carriedReadStores, readCarried);
const databases = async (): Promise<(string | undefined)[]> => (await factory.databases()).map(({ name }) => name).toSorted();

async function filled(): Promise<void> {
  const store = await open();
  await store.claimWriter('3.2.b', 1);
  await write(store, [1, 2, 3]);
  store.close();
}

describe('B-5 #93 a database that is newer than the code', () => {
  test('is rebuilt: the outbox in its order, its rows and the drafts are there, the cache is empty, counters are true', async () => {
    await filled();
    await upgradeTo(4, (database) => void database.createObjectStore('something_new'));
    const store = await open();
    await store.claimWriter('3.3.b', 2);
    const { operations, rows, drafts } = await read(store);
    expect(operations.map(({ id }) => id)).toEqual([uuid(1), uuid(2), uuid(3)]);
    expect(rows.map(({ content, status }) => [content, status])).toEqual([1, 2, 3].map((n) => [`waiting ${n}`, 'pending']));
    expect(rows.map(({ sequenceNumber }) => sequenceNumber)).toEqual(rows.map(({ sequenceNumber }) => sequenceNumber).toSorted((a, b) => a - b));
    expect(drafts).toEqual([{ requestId: uuid(0xd), text: 'half a thought' }]);
    expect(await store.read(['messages'], (tx) => tx.count('messages'))).toBe(3);
    await expectCounted(store);
    expect(await databases()).toEqual([databaseName(USER)]);
  });

  test('T-4 T-5 that the user has signed out, or that everything is to be removed, outlives the rebuild', async () => {
    await filled();
    await upgradeTo(4, (_, transaction) => {
      for (const key of [SIGNED_OUT_KEY, WIPING_KEY]) transaction.objectStore('ticket_meta').put({ key, value: { at: 1 } });
    });
    const store = await open();
    await store.claimWriter('3.3.b', 2);
    expect((await read(store)).notes).toEqual([SIGNED_OUT_KEY, WIPING_KEY]);
  });

  test('a daemon that dies after the old database is gone loses nothing: the next one takes the outbox back', async () => {
    await filled();
    await upgradeTo(4);
    const killed = await open();
    killed.close();
    expect(await databases()).toEqual([databaseName(USER), carriedDatabaseName(USER)]);
    const store = await open();
    await store.claimWriter('3.3.b', 2);
    expect((await read(store)).operations).toHaveLength(3);
    expect(await databases()).toEqual([databaseName(USER)]);
  });

  test('is not touched while another daemon of the user lives', async () => {
    await filled();
    await upgradeTo(4);
    held = [...held, daemonLease({ buildId: '4.1.b', userId: USER, generation: 0 }, 'other')];
    await expect(open()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect((await factory.databases()).map(({ version }) => version)).toEqual([4]);
  });

  test('operations that this build does not understand stay aside; the others go on', async () => {
    await filled();
    await upgradeTo(4, (_, transaction) => void transaction.objectStore('offline_queue').put({ id: uuid(9), type: 'send_hologram', requestId: chat, _order: 9, status: 'pending', createdAt: 1 }));
    const store = await open();
    await store.claimWriter('3.3.b', 2);
    expect((await read(store)).operations.map(({ id }) => id)).toEqual([uuid(1), uuid(2), uuid(3)]);
    expect(await databases()).toEqual([databaseName(USER), carriedDatabaseName(USER)]);
    store.close();
    // Nothing of it is taken twice.
    const again = await open();
    await again.claimWriter('3.3.b', 3);
    expect((await read(again)).operations).toHaveLength(3);
  });
});

test('an ordinary database is opened as it is, and nothing stands beside it', async () => {
  await filled();
  const store = await open();
  await store.claimWriter('3.2.b', 2);
  expect((await read(store)).operations).toHaveLength(3);
  expect(await databases()).toEqual([databaseName(USER)]);
});
