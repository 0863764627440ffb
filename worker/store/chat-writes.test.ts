import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE, rowBytes, type CachedMessage } from '../../protocol/index.ts';
import { change, chatA, chatB, expectCounted, rowsOf, sequencesOf, twins, write } from '../testing/chat-fixture.ts';
import { codeOf } from '../testing/store-contract-fixture.ts';
import { message, operation, uuid } from '../testing/store-records.ts';
import { readChatMeta, readPending } from './chat-reads.ts';
import { chatWriteStores, emptyChat, writeChat } from './chat-writes.ts';
import { outboxWriteStores, putOperation } from './outbox-rows.ts';
import type { Store, WriteTransaction } from './store.ts';

describe.each(twins)('a chat in %s', (_name, open) => {
  const stored = (store: Store, id: number): Promise<CachedMessage | undefined> => store.read(['messages'], (tx) => tx.get('messages', uuid(id)));

  test('an insert sets _cachedAt and _syncVersion, an update keeps the one and counts up the other', async () => {
    const store = await open();
    const first = await write(store, { upserts: [message(1, chatA, 1, { _cachedAt: 99, _syncVersion: 99 })], now: 10 });
    expect(first.upserts).toEqual([message(1, chatA, 1, { _cachedAt: 10, _syncVersion: 0 })]);
    const second = await write(store, { upserts: [message(1, chatA, 1, { content: 'edited', _revision: 5 })], now: 20 });
    expect(second.upserts).toEqual([message(1, chatA, 1, { content: 'edited', _revision: 5, _cachedAt: 10, _syncVersion: 1 })]);
    expect(await stored(store, 1)).toEqual(second.upserts[0]);
    await expectCounted(store);
  });
  test('the higher revision wins; an equal one with the same content changes nothing', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 1, { _revision: 5 })] });
    expect((await write(store, { upserts: [message(1, chatA, 1, { _revision: 4, content: 'stale' })] })).upserts).toEqual([]);
    expect((await write(store, { upserts: [message(1, chatA, 1, { _revision: 5, _cachedAt: 77 })] })).upserts).toEqual([]);
    const touched = await write(store, { upserts: [message(1, chatA, 1, { _revision: 5, isReadByCurrentUser: true })] });
    expect(touched.upserts[0]).toMatchObject({ _syncVersion: 1, isReadByCurrentUser: true });
    const sender = { id: 'u1', username: 'renamed', fullName: null, isTechnician: true };
    expect((await write(store, { upserts: [message(1, chatA, 1, { _revision: 5, isReadByCurrentUser: true, sender })] })).upserts).toHaveLength(1);
    await expectCounted(store);
  });
  test('§10.2 an upsert first removes another id at its sequence, unless that has a higher revision', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 1, { _revision: 3 })] });
    const lost = await write(store, { upserts: [message(2, chatA, 1, { _revision: 2 })] });
    expect([lost.upserts, lost.removed]).toEqual([[], []]);
    const won = await write(store, { upserts: [message(2, chatA, 1, { _revision: 3 })] });
    expect(won.removed.map((row) => row.id)).toEqual([uuid(1)]);
    expect((await rowsOf(store)).map((row) => row.id)).toEqual([uuid(2)]);
    await expectCounted(store);
  });
  test('an id that is held at another sequence moves', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2)] });
    const moved = await write(store, { upserts: [message(1, chatA, 900, { content: 'longer than before' })], now: 20 });
    expect(moved.upserts[0]).toMatchObject({ _cachedAt: 10, _syncVersion: 1 });
    expect(moved.removed).toEqual([]);
    expect(sequencesOf(await rowsOf(store))).toEqual([2, 900]);
    await expectCounted(store);
  });
  test('two rows that change places do so in one write', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2)] });
    await write(store, { upserts: [message(1, chatA, 2, { _revision: 8 }), message(2, chatA, 1, { _revision: 9 })] });
    expect((await rowsOf(store)).map((row) => row.id)).toEqual([uuid(2), uuid(1)]);
    await expectCounted(store);
  });
  test('a sequence that a row left within the batch takes no staler row', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 8, { _revision: 5 })] });
    const upserts = [message(2, chatA, 8, { _revision: 5 }), message(2, chatA, 9, { _revision: 6 }), message(1, chatA, 8, { _revision: 4 })];
    await write(store, { upserts });
    expect((await rowsOf(store)).map((row) => [row.id, row.sequenceNumber])).toEqual([[uuid(2), 9]]);
    await expectCounted(store);
  });
  test('rows removed by id give way to rows of any revision', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 8, { _revision: 5 })] });
    await write(store, { upserts: [message(2, chatA, 8, { _revision: 1 })], removeIds: [uuid(1)] });
    expect((await rowsOf(store)).map((row) => row.id)).toEqual([uuid(2)]);
    await expectCounted(store);
  });
  test('an id that moves to another chat is counted in both', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2)] });
    await write(store, { upserts: [message(1, chatB, 7)] }, chatB);
    expect(sequencesOf(await rowsOf(store))).toEqual([2]);
    expect(sequencesOf(await rowsOf(store, chatB))).toEqual([7]);
    await expectCounted(store);
  });
  test('a batch too large for looking up ids still counts a row that moved within the chat', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 1, { content: 'a long text that was here before' }), message(2, chatA, 2)] });
    const batch = Array.from({ length: 300 }, (_, at) => message(1_000 + at, chatA, 100 + at));
    await write(store, { upserts: [...batch, message(1, chatA, 500)] });
    expect(await rowsOf(store)).toHaveLength(302);
    await expectCounted(store);
  });
  test('a deletion removes its row unless the row is newer', async () => {
    const store = await open();
    await write(store, { upserts: [message(1, chatA, 1, { _revision: 5 }), message(2, chatA, 2, { _revision: 5 }), message(3, chatA, 3, { _revision: 5 })] });
    const deletions = [
      { sequenceNumber: 1, revision: 4 },
      { sequenceNumber: 2, revision: 5 },
      { sequenceNumber: 3, revision: 6 },
      { sequenceNumber: 4, revision: 6 },
    ];
    const { removed } = await write(store, { deletions });
    expect(sequencesOf(removed)).toEqual([2, 3]);
    expect(sequencesOf(await rowsOf(store))).toEqual([1]);
    await expectCounted(store);
  });
  test('upsert and deletion of one sequence in one batch: the higher revision wins, the deletion at a draw', async () => {
    for (const [revision, kept] of [[4, true], [5, false], [6, false]] as const) {
      const store = await open();
      const result = await write(store, { upserts: [message(1, chatA, 1, { _revision: 5 })], deletions: [{ sequenceNumber: 1, revision }] });
      expect(result.upserts).toHaveLength(kept ? 1 : 0);
      expect(await rowsOf(store)).toHaveLength(kept ? 1 : 0);
      await expectCounted(store);
    }
  });
  test('a pending row is replaced by the confirmed one in one write', async () => {
    const store = await open();
    const pending = message(1, chatA, PROVISIONAL_BASE, { status: 'pending', clientTempId: uuid(1), _revision: 0 });
    await write(store, { upserts: [pending] });
    const confirmed = message(2, chatA, 41, { clientTempId: uuid(1) });
    const result = await write(store, { upserts: [confirmed], removeIds: [uuid(1), uuid(77)] });
    expect([result.removed.map((row) => row.id), result.upserts.map((row) => row.id)]).toEqual([[uuid(1)], [uuid(2)]]);
    expect(await store.read(['messages'], (tx) => readPending(tx, chatA))).toEqual([]);
    await expectCounted(store);
  });
  test('a pending row changes its state at the same revision', async () => {
    const store = await open();
    const pending = message(1, chatA, PROVISIONAL_BASE, { status: 'pending', _revision: 0 });
    await write(store, { upserts: [pending] });
    await write(store, { upserts: [{ ...pending, status: 'failed', errorMessage: 'no' }] });
    expect(await stored(store, 1)).toMatchObject({ status: 'failed', _syncVersion: 1 });
  });
  test('meta is stored as given, but for its counters', async () => {
    const store = await open();
    const meta = { ...emptyChat(chatA, 1), lastSyncedSequence: 9, messageCount: 500, _messagesSize: 500, _draft: 'hello' };
    const row = message(1, chatA, 1);
    const result = await write(store, { upserts: [row], meta });
    expect(result.meta).toEqual({ ...meta, messageCount: 1, _messagesSize: rowBytes(row) });
    expect(await store.read(['chat_meta'], (tx) => readChatMeta(tx, chatA))).toEqual(result.meta);
    const statistics = (): Promise<unknown> => store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats'));
    const before = await statistics();
    await write(store, { meta: { ...meta, lastSyncedSequence: 10 }, now: 99 });
    expect(await statistics()).toEqual(before);
  });
  test('H-6 several chats and the outbox share a transaction, one after another; when it aborts, so do the counters', async () => {
    const store = await open();
    const stores = [...chatWriteStores, ...outboxWriteStores];
    const work = async (tx: WriteTransaction): Promise<void> => {
      await writeChat(tx, change(chatA, { upserts: [message(1, chatA, 1)] }));
      await writeChat(tx, change(chatB, { upserts: [message(2, chatB, 1)] }));
      await putOperation(tx, operation(1, chatA), 10);
    };
    expect(await codeOf(store.write(stores, 'strict', (tx) => work(tx).then(() => Promise.reject(new Error('mine')))))).toBe('Error: mine');
    await expectCounted(store);
    expect(await store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats'))).toBeUndefined();
    await store.write(stores, 'strict', work);
    await expectCounted(store);
    expect(await store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats'))).toMatchObject({ messageCount: 2, chatCount: 2, pendingOperations: 1 });
  });
});
