/** Domain writes and reads of a chat, on both twins. */
import 'fake-indexeddb/auto';
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE, rowBytes, type CachedMessage } from '../../protocol/index.ts';
import { codeOf } from '../testing/store-contract.ts';
import { message, operation, uuid } from '../testing/store-records.ts';
import { highestProvisional, readChatMeta, readPending, readRange, readWindow } from './chat-reads.ts';
import { chatWriteStores, deleteChat, emptyChat, emptyStats, recountAll, recountChat, writeChat, type ChatWrite, type ChatWriteResult } from './chat-writes.ts';
import { openIndexedDbStore } from './indexeddb-store.ts';
import { createMemoryStore } from './memory-store.ts';
import { allOperations, deleteOperation, outboxWriteStores, putOperation, putOrDeleteOperations } from './outbox-rows.ts';
import { storeNames } from './schema.ts';
import type { Store, WriteTransaction } from './store.ts';

const chatA = uuid(0xa);
const chatB = uuid(0xb);

const openIndexedDb = (): Promise<Store> =>
  openIndexedDbStore({
    userId: 'u1',
    events: { onBlocking: () => undefined, onTerminated: () => undefined },
    clock: { now: () => 1 },
    timers: { after: () => () => undefined },
    indexedDB: new FakeFactory(),
  });
const twins: [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore()],
  ['indexeddb', openIndexedDb],
];

const sequencesOf = (rows: readonly CachedMessage[]): number[] => rows.map((row) => row.sequenceNumber);
const change = (requestId: string, more: Partial<ChatWrite>): ChatWrite => ({
  ...{ requestId, upserts: [], deletions: [], meta: emptyChat(requestId, 1), now: 10 },
  ...more,
});

/** Fails unless all counters equal a recount, and no sequence is held twice. */
async function expectCounted(store: Store): Promise<void> {
  await store.read([...storeNames], async (tx) => {
    const recount = await recountAll(tx);
    const stats = (await tx.get('cache_stats', 'stats')) ?? emptyStats(0);
    const { messageCount, messagesSize, chatCount, pendingOperations } = recount;
    expect(stats).toMatchObject({ messageCount, messagesSize, chatCount, pendingOperations, totalSize: messagesSize + stats.mediaSize });
    for (const meta of await tx.getAll('chat_meta')) {
      const counted = recount.chats.get(meta.requestId) ?? { messageCount: 0, messagesSize: 0 };
      expect({ messageCount: meta.messageCount, messagesSize: meta._messagesSize }).toEqual(counted);
      expect(await recountChat(tx, meta.requestId)).toEqual(counted);
    }
    const places = (await tx.getAll('messages')).map((row) => `${row.requestId} ${row.sequenceNumber}`);
    expect(new Set(places).size).toBe(places.length);
  });
}

describe.each(twins)('a chat in %s', (_name, open) => {
  const claimed = async (): Promise<Store> => {
    const store = await open();
    await store.claimWriter('b', 1);
    return store;
  };
  const write = (store: Store, more: Partial<ChatWrite>, requestId = chatA): Promise<ChatWriteResult> =>
    store.write(chatWriteStores, 'relaxed', (tx) => writeChat(tx, change(requestId, more)));
  const rowsOf = (store: Store, requestId = chatA): Promise<CachedMessage[]> =>
    store.read(['messages'], (tx) => readRange(tx, requestId, 1, Number.MAX_SAFE_INTEGER));
  const stored = (store: Store, id: number): Promise<CachedMessage | undefined> => store.read(['messages'], (tx) => tx.get('messages', uuid(id)));

  test('an insert sets _cachedAt and _syncVersion, an update keeps the one and counts up the other', async () => {
    const store = await claimed();
    const first = await write(store, { upserts: [message(1, chatA, 1, { _cachedAt: 99, _syncVersion: 99 })], now: 10 });
    expect(first.upserts).toEqual([message(1, chatA, 1, { _cachedAt: 10, _syncVersion: 0 })]);
    const second = await write(store, { upserts: [message(1, chatA, 1, { content: 'edited', _revision: 5 })], now: 20 });
    expect(second.upserts).toEqual([message(1, chatA, 1, { content: 'edited', _revision: 5, _cachedAt: 10, _syncVersion: 1 })]);
    expect(await stored(store, 1)).toEqual(second.upserts[0]);
    await expectCounted(store);
  });
  test('the higher revision wins; an equal one with the same content changes nothing', async () => {
    const store = await claimed();
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
    const store = await claimed();
    await write(store, { upserts: [message(1, chatA, 1, { _revision: 3 })] });
    const lost = await write(store, { upserts: [message(2, chatA, 1, { _revision: 2 })] });
    expect([lost.upserts, lost.removed]).toEqual([[], []]);
    const won = await write(store, { upserts: [message(2, chatA, 1, { _revision: 3 })] });
    expect(won.removed.map((row) => row.id)).toEqual([uuid(1)]);
    expect((await rowsOf(store)).map((row) => row.id)).toEqual([uuid(2)]);
    await expectCounted(store);
  });
  test('an id that is held at another sequence moves', async () => {
    const store = await claimed();
    await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2)] });
    const moved = await write(store, { upserts: [message(1, chatA, 900, { content: 'longer than before' })], now: 20 });
    expect(moved.upserts[0]).toMatchObject({ _cachedAt: 10, _syncVersion: 1 });
    expect(moved.removed).toEqual([]);
    expect(sequencesOf(await rowsOf(store))).toEqual([2, 900]);
    await expectCounted(store);
  });
  test('two rows that change places do so in one write', async () => {
    const store = await claimed();
    await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2)] });
    await write(store, { upserts: [message(1, chatA, 2, { _revision: 8 }), message(2, chatA, 1, { _revision: 9 })] });
    expect((await rowsOf(store)).map((row) => row.id)).toEqual([uuid(2), uuid(1)]);
    await expectCounted(store);
  });
  test('an id that moves to another chat is counted in both', async () => {
    const store = await claimed();
    await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2)] });
    await write(store, { upserts: [message(1, chatB, 7)] }, chatB);
    expect(sequencesOf(await rowsOf(store))).toEqual([2]);
    expect(sequencesOf(await rowsOf(store, chatB))).toEqual([7]);
    await expectCounted(store);
  });
  test('a batch too large for looking up ids still counts a row that moved within the chat', async () => {
    const store = await claimed();
    await write(store, { upserts: [message(1, chatA, 1, { content: 'a long text that was here before' }), message(2, chatA, 2)] });
    const batch = Array.from({ length: 300 }, (_, at) => message(1_000 + at, chatA, 100 + at));
    await write(store, { upserts: [...batch, message(1, chatA, 500)] });
    expect(await rowsOf(store)).toHaveLength(302);
    await expectCounted(store);
  });
  test('a deletion removes its row unless the row is newer', async () => {
    const store = await claimed();
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
      const store = await claimed();
      const result = await write(store, { upserts: [message(1, chatA, 1, { _revision: 5 })], deletions: [{ sequenceNumber: 1, revision }] });
      expect(result.upserts).toHaveLength(kept ? 1 : 0);
      expect(await rowsOf(store)).toHaveLength(kept ? 1 : 0);
      await expectCounted(store);
    }
  });
  test('a pending row is replaced by the confirmed one in one write', async () => {
    const store = await claimed();
    const pending = message(1, chatA, PROVISIONAL_BASE, { status: 'pending', clientTempId: uuid(1), _revision: 0 });
    await write(store, { upserts: [pending] });
    const confirmed = message(2, chatA, 41, { clientTempId: uuid(1) });
    const result = await write(store, { upserts: [confirmed], removeIds: [uuid(1), uuid(77)] });
    expect([result.removed.map((row) => row.id), result.upserts.map((row) => row.id)]).toEqual([[uuid(1)], [uuid(2)]]);
    expect(await store.read(['messages'], (tx) => readPending(tx, chatA))).toEqual([]);
    await expectCounted(store);
  });
  test('a pending row changes its state at the same revision', async () => {
    const store = await claimed();
    const pending = message(1, chatA, PROVISIONAL_BASE, { status: 'pending', _revision: 0 });
    await write(store, { upserts: [pending] });
    await write(store, { upserts: [{ ...pending, status: 'failed', errorMessage: 'no' }] });
    expect(await stored(store, 1)).toMatchObject({ status: 'failed', _syncVersion: 1 });
  });
  test('meta is stored as given, but for its counters', async () => {
    const store = await claimed();
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
  test('several chats and the outbox share a transaction, one after another; when it aborts, so do the counters', async () => {
    const store = await claimed();
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

  describe('reading', () => {
    const filled = async (): Promise<Store> => {
      const store = await claimed();
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

  describe('deleting', () => {
    const filled = async (draft?: string): Promise<Store> => {
      const store = await claimed();
      const meta = draft === undefined ? emptyChat(chatA, 3) : { ...emptyChat(chatA, 3), _draft: draft };
      const pending = message(50, chatA, PROVISIONAL_BASE, { status: 'pending', _revision: 0 });
      await write(store, { upserts: [message(1, chatA, 1), message(2, chatA, 2), pending], meta: { ...meta, lastSyncedSequence: 2 } });
      await write(store, { upserts: [message(60, chatB, 4)] }, chatB);
      await store.write(outboxWriteStores, 'strict', (tx) => putOrDeleteOperations(tx, { puts: [operation(50, chatA), operation(51, chatB)], now: 5 }));
      return store;
    };
    const remove = (store: Store, everything: boolean): Promise<number> =>
      store.write([...chatWriteStores, 'offline_queue'], 'strict', (tx) => deleteChat(tx, chatA, { everything, now: 30 }));

    test('keeps what was not sent, with a meta that was never synced, and other chats', async () => {
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
    test('§10.15 keeps a draft', async () => {
      const store = await filled('half a');
      await store.write(chatWriteStores, 'relaxed', (tx) => writeChat(tx, change(chatA, { removeIds: [uuid(50)], meta: { ...emptyChat(chatA, 3), _draft: 'half a' } })));
      await remove(store, false);
      await expectCounted(store);
      expect(await store.read(['chat_meta'], (tx) => readChatMeta(tx, chatA))).toEqual({ ...emptyChat(chatA, 3), _draft: 'half a' });
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

  describe('outbox', () => {
    test('operations come in order of acceptance; only those not completed are counted', async () => {
      const store = await claimed();
      const counted = async (work: (tx: WriteTransaction) => Promise<void>): Promise<number | undefined> => {
        await store.write(outboxWriteStores, 'strict', work);
        await expectCounted(store);
        return (await store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats')))?.pendingOperations;
      };
      expect(await counted((tx) => putOrDeleteOperations(tx, { puts: [operation(3, chatA), operation(1, chatA), operation(2, chatB)], now: 5 }))).toBe(3);
      expect((await store.read(['offline_queue'], allOperations)).map((row) => row._order)).toEqual([1, 2, 3]);
      expect(await counted((tx) => putOperation(tx, operation(1, chatA, { status: 'failed' }), 5))).toBe(3);
      expect(await counted((tx) => putOperation(tx, operation(1, chatA, { status: 'completed' }), 5))).toBe(2);
      expect(await counted((tx) => putOperation(tx, operation(1, chatA, { status: 'completed' }), 5))).toBe(2);
      expect(await counted((tx) => deleteOperation(tx, uuid(1), 5))).toBe(2);
      expect(await counted((tx) => deleteOperation(tx, uuid(2), 5))).toBe(1);
      expect(await counted((tx) => deleteOperation(tx, uuid(99), 5))).toBe(1);
      expect(await counted((tx) => putOrDeleteOperations(tx, { puts: [operation(3, chatA)], deletes: [uuid(3), uuid(3)], now: 5 }))).toBe(1);
    });
  });

  test('after random writes the counters equal a recount, no sequence is held twice, and no revision went down', async () => {
    const sequence = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1_000, max: 1_002 }));
    const row = fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      at: fc.oneof({ weight: 6, arbitrary: sequence }, { weight: 1, arbitrary: fc.constantFrom(PROVISIONAL_BASE, PROVISIONAL_BASE + 1) }),
      content: fc.string({ minLength: 1, maxLength: 9 }),
      _revision: fc.integer({ min: 0, max: 6 }),
    });
    const writes = fc.record({
      kind: fc.constantFrom('write' as const, 'write' as const, 'write' as const, 'large' as const, 'delete' as const, 'abort' as const),
      requestId: fc.constantFrom(chatA, chatB),
      rows: fc.array(row, { maxLength: 6 }),
      deletions: fc.array(fc.record({ sequenceNumber: sequence, revision: fc.integer({ min: 0, max: 6 }) }), { maxLength: 3 }),
      removeIds: fc.array(fc.integer({ min: 1, max: 12 }).map(uuid), { maxLength: 2 }),
      everything: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(writes, { minLength: 1, maxLength: 12 }), async (steps) => {
        const store = await claimed();
        for (const [at, { kind, requestId, rows, deletions, removeIds, everything }] of steps.entries()) {
          const upserts = rows.map(({ id, at: sequenceNumber, content, _revision }) => {
            // In large batches ids are not looked up in other chats: there, each chat has ids of its own.
            const own = kind === 'large' ? id + (requestId === chatA ? 100 : 200) : id;
            return message(own, requestId, sequenceNumber, { content, _revision });
          });
          if (kind === 'large') for (let more = 0; more < 70; more++) upserts.push(message((requestId === chatA ? 3_000 : 4_000) + more, requestId, 2_000 + more + at));
          const work = (tx: WriteTransaction): Promise<unknown> =>
            kind === 'delete' ? deleteChat(tx, requestId, { everything, now: at }) : writeChat(tx, change(requestId, { upserts, deletions, removeIds, now: at }));
          const before = await rowsOf(store, requestId);
          const stores = [...chatWriteStores, 'offline_queue'] as const;
          const failing = (tx: WriteTransaction): Promise<unknown> => work(tx).then(() => Promise.reject(new Error('mine')));
          await store.write(stores, 'relaxed', kind === 'abort' ? failing : work).catch((error: unknown) => {
            if (kind !== 'abort') throw error;
          });
          const after = new Map((await rowsOf(store, requestId)).map((found) => [found.sequenceNumber, found]));
          if (kind === 'abort') expect([...after.values()]).toEqual(before);
          for (const held of kind === 'write' ? before : []) {
            const now = after.get(held.sequenceNumber);
            // A place may have become empty and then been taken: only then may its revision be lower.
            const left = removeIds.includes(held.id) || upserts.some((upsert) => upsert.id === held.id && upsert.sequenceNumber !== held.sequenceNumber);
            if (now && !left && !upserts.some((upsert) => upsert.id === now.id && upsert.sequenceNumber !== now.sequenceNumber)) {
              expect(now._revision).toBeGreaterThanOrEqual(held._revision);
            }
          }
          await expectCounted(store);
        }
        store.close();
      }),
      { numRuns: 60 },
    );
  });
});
