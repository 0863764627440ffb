/** What tests of domain writes share: both twins, shorthands, and the check that every counter equals a recount. */
import 'fake-indexeddb/auto';
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { expect } from 'vitest';
import type { CachedMessage } from '../../protocol/index.ts';
import { readRange } from '../store/chat-reads.ts';
import { chatWriteStores, emptyChat, emptyStats, recountAll, recountChat, writeChat } from '../store/chat-writes.ts';
import type { ChatWrite, ChatWriteResult } from '../store/chat-writes.ts';
import { openIndexedDbStore } from '../store/indexeddb-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { storeNames } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { uuid } from './store-records.ts';

export const chatA = uuid(0xa);
export const chatB = uuid(0xb);

/** An empty IndexedDB store in a factory of its own, or in the given one. */
export const openIndexedDb = (indexedDB: IDBFactory = new FakeFactory()): Promise<Store> =>
  openIndexedDbStore({
    userId: 'u1',
    events: { onBlocking: () => undefined, onTerminated: () => undefined },
    clock: { now: () => 5_000 },
    timers: { after: () => () => undefined },
    indexedDB,
  });

const claim = async (store: Store): Promise<Store> => {
  await store.claimWriter('b', 1);
  return store;
};

/** Both twins, each with a way to open an empty store that may be written. */
export const twins: readonly [string, () => Promise<Store>][] = [
  ['memory', () => claim(createMemoryStore())],
  ['indexeddb', () => openIndexedDb().then(claim)],
];

export const sequencesOf = (rows: readonly CachedMessage[]): number[] => rows.map((row) => row.sequenceNumber);

/** A write of nothing, with the given parts. */
export const change = (requestId: string, more: Partial<ChatWrite>): ChatWrite => ({
  ...{ requestId, upserts: [], deletions: [], meta: emptyChat(requestId, 1), now: 10 },
  ...more,
});

export const write = (store: Store, more: Partial<ChatWrite>, requestId = chatA): Promise<ChatWriteResult> =>
  store.write(chatWriteStores, 'relaxed', (tx) => writeChat(tx, change(requestId, more)));

/** Confirmed rows of a chat. */
export const rowsOf = (store: Store, requestId = chatA): Promise<CachedMessage[]> =>
  store.read(['messages'], (tx) => readRange(tx, requestId, 1, Number.MAX_SAFE_INTEGER));

/** Fails unless all counters equal a recount, and no sequence is held twice. */
export async function expectCounted(store: Store): Promise<void> {
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
