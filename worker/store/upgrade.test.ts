import 'fake-indexeddb/auto';
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { CachedMessage, CachedTicket, CacheStats, ChatSyncState, rowBytes } from '../../protocol/index.ts';
import { chatA, chatB, openIndexedDb as open } from '../testing/chat-fixture.ts';
import { createOld, dump, messages, metas, never, orphan, ticketMeta, tickets } from '../testing/old-database.ts';
import { codeOf } from '../testing/store-contract-fixture.ts';
import { uuid } from '../testing/store-records.ts';
import { recountAll } from './chat-counters.ts';
import { readChatMeta, readWindow } from './chat-reads.ts';
import { storeDefinitions, storeNames } from './schema.ts';
import type { Store } from './store.ts';

/** Fails unless every field of every old row is as it was; `changed` names fields that may differ. */
function expectKept(old: readonly object[], now: readonly Record<string, unknown>[] | undefined, key: string, changed: readonly string[] = []): void {
  const byKey = new Map((now ?? []).map((row) => [row[key], row]));
  expect(byKey.size).toBe(new Set([...(old as Record<string, unknown>[]).map((row) => row[key]), ...byKey.keys()]).size);
  for (const row of old as Record<string, unknown>[]) {
    for (const [field, value] of Object.entries(row)) {
      if (value !== undefined && !changed.includes(field)) expect(byKey.get(row[key])?.[field]).toEqual(value);
    }
  }
}

describe('a new database', () => {
  test('has version 3 and every store, key path and index of the data model', async () => {
    const factory = new FakeFactory();
    (await open(factory)).close();
    const { version, db } = await dump(factory);
    expect(version).toBe(3);
    const found = [...db.objectStoreNames].map((storeName) => {
      const store = db.transaction(storeName).objectStore(storeName);
      const indexes = [...store.indexNames].map((index) => [index, store.index(index).keyPath, store.index(index).unique]);
      return [storeName, store.keyPath, indexes];
    });
    expect(found).toEqual([
      ['cache_stats', 'key', []],
      ['chat_meta', 'requestId', [['by_last_accessed', 'lastAccessedAt', false]]],
      [
        'media_blobs',
        'key',
        [['by_last_accessed', 'lastAccessedAt', false]],
      ],
      [
        'media_meta',
        'id',
        [
          ['by_last_accessed', 'lastAccessedAt', false],
          ['by_request', 'requestId', false],
          ['by_status', 'downloadStatus', false],
        ],
      ],
      [
        'messages',
        'id',
        [
          ['by_cached_at', '_cachedAt', false],
          ['by_request', 'requestId', false],
          ['by_request_sequence', ['requestId', 'sequenceNumber'], true],
        ],
      ],
      [
        'offline_queue',
        'id',
        [
          ['by_created', 'createdAt', false],
          ['by_next_retry', 'nextRetryAt', false],
          ['by_status', 'status', false],
        ],
      ],
      ['ticket_meta', 'key', []],
      [
        'tickets',
        'id',
        [
          ['by_cached_at', '_cachedAt', false],
          ['by_status', 'statusId', false],
        ],
      ],
    ]);
    db.close();
  });
});

describe.each([1, 2] as const)('a database of version %i', (version) => {
  const old: Readonly<Record<string, readonly object[]>> =
    version === 1 ? { messages, chat_meta: metas } : { messages, chat_meta: metas, tickets, ticket_meta: ticketMeta };
  const upgraded = async (): Promise<{ factory: IDBFactory; store: Store }> => {
    const factory = new FakeFactory();
    await createOld(factory, version, old);
    return { factory, store: await open(factory) };
  };

  test('keeps every row and every field of it', async () => {
    const { factory, store } = await upgraded();
    store.close();
    const { version: reached, rows, db } = await dump(factory);
    db.close();
    expect(reached).toBe(3);
    expect(Object.keys(rows).sort()).toEqual([...storeNames].sort());
    expect(rows['messages']).toHaveLength(messages.length);
    expectKept(messages, rows['messages'], 'id');
    // The counter was wrong: it is counted anew.
    expectKept(metas, rows['chat_meta'], 'requestId', ['messageCount']);
    expect(rows['tickets']).toHaveLength(version === 1 ? 0 : tickets.length);
    if (version === 2) {
      expectKept(tickets, rows['tickets'], 'id');
      expect(rows['ticket_meta']).toEqual(ticketMeta);
    }
  });
  test('is whole afterwards: rows satisfy the schemas, but for what older code put into their own fields', async () => {
    const { store } = await upgraded();
    await store.read([...storeNames], async (tx) => {
      const rows = await tx.getAll('messages');
      for (const row of rows) {
        if (row.id !== uuid(92)) v.parse(CachedMessage, row);
        expect(row._revision).toBe(0);
      }
      for (const meta of await tx.getAll('chat_meta')) v.parse(ChatSyncState, meta);
      for (const ticket of await tx.getAll('tickets')) v.parse(CachedTicket, ticket);
      v.parse(CacheStats, await tx.get('cache_stats', 'stats'));
    });
  });
  test('has a meta for every chat, from what is really held', async () => {
    const { store } = await upgraded();
    await store.read(['chat_meta'], async (tx) => {
      expect(await tx.get('chat_meta', chatA)).toMatchObject({
        messageCount: 6,
        _floor: 21,
        _headSequence: 28,
        _ahead: [{ startSeq: 28, endSeq: 28 }],
        _voids: [],
        _serverRead: null,
      });
      expect((await tx.get('chat_meta', chatA))?._unverified).toEqual([
        { startSeq: 21, endSeq: 22 },
        { startSeq: 25, endSeq: 26 },
        { startSeq: 28, endSeq: 28 },
      ]);
      expect(await tx.get('chat_meta', orphan)).toMatchObject({ lastSyncedSequence: 0, _floor: 0, _ahead: [{ startSeq: 4, endSeq: 4 }], messageCount: 1 });
      expect(await tx.get('chat_meta', never)).toMatchObject({ _floor: 0, _unverified: [], messageCount: 0, _messagesSize: 0 });
      expect(await readChatMeta(tx, chatA)).toMatchObject({ serverRevision: '41' });
      // Another notion of revision is read as none, and stays on the disk.
      expect((await tx.get('chat_meta', chatB))?.serverRevision).toBe('r-7');
      expect((await readChatMeta(tx, chatB))?.serverRevision).toBeNull();
      expect(await readChatMeta(tx, uuid(0xee))).toBeUndefined();
    });
  });
  test('has counters that equal a recount, and rows that can be read', async () => {
    const { store } = await upgraded();
    await store.read([...storeNames], async (tx) => {
      const recount = await recountAll(tx);
      const stats = await tx.get('cache_stats', 'stats');
      expect(stats).toMatchObject({
        messageCount: recount.messageCount,
        messagesSize: recount.messagesSize,
        totalSize: recount.messagesSize,
        chatCount: recount.chatCount,
        createdAt: 5_000,
      });
      expect(recount.messageCount).toBe(messages.length);
      for (const meta of await tx.getAll('chat_meta')) {
        const counted = recount.chats.get(meta.requestId) ?? { messageCount: 0, messagesSize: 0 };
        expect({ messageCount: meta.messageCount, messagesSize: meta._messagesSize }).toEqual(counted);
      }
      const newest = await readWindow(tx, chatB, { limit: 2, before: 1_201 });
      expect(newest.map((row) => [row.sequenceNumber, rowBytes(row) > 0])).toEqual([
        [1_199, true],
        [1_200, true],
      ]);
      expect(await tx.count('messages', { index: 'by_cached_at' })).toBe(messages.length);
    });
  });
  test('can be written afterwards', async () => {
    const { store } = await upgraded();
    expect(await store.claimWriter('b', 1)).toEqual({ generation: 1 });
    expect(await codeOf(store.write(['media_meta'], 'strict', (tx) => tx.clear('media_meta')))).toBe('none');
  });
});

test('an upgrade that fails leaves the older database as it was', async () => {
  const factory = new FakeFactory();
  await createOld(factory, 2, { messages, chat_meta: metas, tickets, ticket_meta: ticketMeta });
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    if (this.name === 'cache_stats') throw new DOMException('full', 'QuotaExceededError');
    return put.call(this, value, key);
  };
  try {
    await expect(open(factory)).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: 'QuotaExceededError: full' });
  } finally {
    IDBObjectStore.prototype.put = put;
  }
  const { version, rows, db } = await dump(factory);
  db.close();
  expect(version).toBe(2);
  expect(rows['messages']).toHaveLength(messages.length);
  expect(rows['messages']?.some((row) => '_revision' in row)).toBe(false);
  (await open(factory)).close();
});

test('every store of the port has a definition', () => {
  expect(storeNames).toHaveLength(8);
  expect(storeDefinitions.messages.indexes.by_request_sequence.unique).toBe(true);
});
