import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE } from '../../protocol/index.ts';
import { change, chatA, chatB, expectCounted, sequencesOf, twins, write } from '../testing/chat-fixture.ts';
import { message, operation, uuid } from '../testing/store-records.ts';
import { readChatMeta } from './chat-reads.ts';
import { chatWriteStores, deleteChat, emptyChat, emptyStats, writeChat } from './chat-writes.ts';
import { allOperations, outboxWriteStores, putOrDeleteOperations } from './outbox-rows.ts';
import { storeNames } from './schema.ts';
import type { Store } from './store.ts';

describe.each(twins)('deleting a chat in %s', (_name, open) => {
  const filled = async (draft?: string): Promise<Store> => {
    const store = await open();
    const meta = draft === undefined ? emptyChat(chatA, 3) : { ...emptyChat(chatA, 3), _draft: draft };
    const pending = message(50, chatA, PROVISIONAL_BASE, { status: 'pending', _revision: 0 });
    await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2), pending], meta: { ...meta, lastSyncedSequence: 2 } });
    await write(store, { upserts: [message(60, chatB, 4)] }, chatB);
    await store.write(outboxWriteStores, 'strict', (tx) => putOrDeleteOperations(tx, { puts: [operation(50, chatA), operation(51, chatB)], now: 5 }));
    return store;
  };
  const remove = (store: Store, everything: boolean): Promise<number> =>
    store.write([...chatWriteStores, 'offline_queue'], 'strict', (tx) => deleteChat(tx, chatA, { everything, now: 30 }));

  test('H-8 keeps what was not sent, with a meta that was never synced, and other chats', async () => {
    const store = await filled();
    expect(await remove(store, false)).toBe(2);
    await expectCounted(store);
    await store.read([...storeNames], async (tx) => {
      expect(sequencesOf(await tx.getAll('messages', { index: 'by_request', bounds: { lower: chatA, upper: chatA } }))).toEqual([PROVISIONAL_BASE]);
      expect(await readChatMeta(tx, chatA)).toMatchObject({ lastSyncedSequence: 0, messageCount: 1 });
      expect((await allOperations(tx)).map((row) => row.id)).toEqual([uuid(50), uuid(51)]);
      expect(await tx.count('messages')).toBe(2);
    });
  });
  test('H-8 §10.15 keeps a draft', async () => {
    const store = await filled('half a');
    await store.write(chatWriteStores, 'relaxed', (tx) => writeChat(tx, change(chatA, { removeIds: [uuid(50)], meta: { ...emptyChat(chatA, 3), _draft: 'half a' } })));
    await remove(store, false);
    await expectCounted(store);
    expect(await store.read(['chat_meta'], (tx) => readChatMeta(tx, chatA))).toEqual({ ...emptyChat(chatA, 3), _draft: 'half a', _serverRead: { unreadCount: 0, lastReadSequence: 0, revision: 0 } });
  });
  test('R-1 keeps how far a person has read, with what he wrote (sim seed 2383)', async () => {
    const store = await filled();
    const read = { lastReadSequence: 2, lastReadAt: 4, unreadCount: 7 };
    await store.write(chatWriteStores, 'relaxed', (tx) => writeChat(tx, change(chatA, { meta: { ...emptyChat(chatA, 3), ...read } })));
    await remove(store, false);
    expect(await store.read(['chat_meta'], (tx) => readChatMeta(tx, chatA))).toMatchObject({ ...read, messageCount: 1, lastSyncedSequence: 0, _serverRead: { unreadCount: 7, lastReadSequence: 2, revision: 0 } });
  });
  test('removes all of it when told, with its operations', async () => {
    const store = await filled('half a');
    expect(await remove(store, true)).toBe(3);
    await expectCounted(store);
    await store.read([...storeNames], async (tx) => {
      expect(await readChatMeta(tx, chatA)).toBeUndefined();
      expect((await allOperations(tx)).map((row) => row.id)).toEqual([uuid(51)]);
      expect((await tx.get('cache_stats', 'stats'))?.chatCount).toBe(1);
    });
  });
  test('removes the meta when nothing has to stay, and is no error for an absent chat', async () => {
    const store = await filled();
    await store.write(chatWriteStores, 'relaxed', (tx) => deleteChat(tx, chatB, { now: 30 }));
    expect(await store.write(chatWriteStores, 'relaxed', (tx) => deleteChat(tx, uuid(0xc), { now: 30 }))).toBe(0);
    expect(await store.read(['chat_meta'], (tx) => readChatMeta(tx, chatB))).toBeUndefined();
    await expectCounted(store);
  });
  test('a chat whose meta is gone counts rows that stayed when it is written again', async () => {
    const store = await filled();
    await store.write(chatWriteStores, 'relaxed', async (tx) => {
      await tx.delete('chat_meta', chatA);
      await tx.put('cache_stats', { ...((await tx.get('cache_stats', 'stats')) ?? emptyStats(0)), chatCount: 1 });
    });
    expect((await write(store, { upserts: [message(3, chatA, 3)] })).meta.messageCount).toBe(4);
    await expectCounted(store);
  });
});
