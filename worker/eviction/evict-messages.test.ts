import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE, type CachedMessage } from '../../protocol/index.ts';
import { createCommitter } from '../store/committer.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { chatWriteStores, writeChat } from '../store/chat-writes.ts';
import { emptyChat } from '../store/empty-records.ts';
import type { Store } from '../store/store.ts';
import { createChatBook } from '../sync/chat-book.ts';
import { EMPTY_HISTORY, heldSet } from '../sync/history.ts';
import { size } from '../sync/ranges.ts';
import { expectCounted, rowsOf } from '../testing/chat-fixture.ts';
import { message, uuid } from '../testing/store-records.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createEvictionLog } from './eviction-log.ts';
import { createMessageEviction } from './evict-messages.ts';

const chats = [1, 2, 3].map((number) => uuid(0xc00 + number));
const [oldest = '', middle = '', newest = ''] = chats;

/** Three chats of 250 rows each, opened one after the other, the first with a pending row and a draft. */
async function filled(over: (store: Store) => Store = (store) => store) {
  const time = createVirtualTime();
  const store = createMemoryStore();
  await store.claimWriter('b', 1);
  const now = time.clock.now();
  for (const [index, requestId] of chats.entries()) {
    const rows = Array.from({ length: 250 }, (_, at) => message(index * 1_000 + at + 1, requestId, at + 1, { content: 'x'.repeat(50) }));
    const pending: CachedMessage[] = requestId === oldest ? [message(9_000, requestId, PROVISIONAL_BASE, { status: 'pending' })] : [];
    const meta = { ...emptyChat(requestId, now - 1_000 + index), _floor: 1, lastSyncedSequence: 250, serverRevision: '250', lastSyncedAt: now - 10, unreadCount: 4, _headSequence: 250, lastReadSequence: 246, ...(requestId === oldest ? { _draft: 'typed' } : {}) };
    await store.write(chatWriteStores, 'relaxed', (tx) => writeChat(tx, { requestId, upserts: [...rows, ...pending], deletions: [], meta, now }));
  }
  const given = over(store);
  const committer = createCommitter(given, time, { onFailed: () => undefined, onRecovered: () => undefined, onFenced: () => undefined });
  const metas = await store.read(['chat_meta'], (tx) => tx.getAll('chat_meta'));
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const book = createChatBook({ store: given, committer, clock: time.clock, log, stored: metas.map((meta) => ({ meta, pending: [] })), firstRead: () => null, derive: (model) => model.meta, onChange: () => undefined, onForgotten: () => undefined });
  const busy = new Set<string>();
  const evictions = createEvictionLog();
  const eviction = createMessageEviction({ store: given, committer, book, ...time, log, evictions, isBusy: (requestId) => busy.has(requestId), onForgotten: () => undefined });
  /** Evicts while time passes. */
  const evict = async (until: (freed: number) => boolean): Promise<number> => {
    const freed = eviction.evict('budget', until);
    await time.advance(1_000);
    return freed;
  };
  const counts = (): Promise<number[]> => Promise.all(chats.map(async (requestId) => (await rowsOf(store, requestId)).filter((row) => row.sequenceNumber < PROVISIONAL_BASE).length));
  return { time, store, committer, book, busy, evictions, eviction, evict, counts };
}

describe('eviction of messages', () => {
  test('D-3 the chats that were not opened for longest lose their oldest rows first; record, rows and counters agree after every slice', async () => {
    const { store, book, evict, counts, evictions } = await filled();
    const bytes = 512 + 100;
    expect(await evict((freed) => freed >= 150 * bytes)).toBe(200 * bytes);
    expect(await counts()).toEqual([50, 250, 250]);
    expect(book.get(oldest)?.history).toMatchObject({ floor: 201, watermark: 250 });
    await expectCounted(store);
    expect(await evict((freed) => freed >= 60 * bytes)).toBe(150 * bytes);
    expect(await counts()).toEqual([0, 150, 250]);
    expect(book.get(oldest)?.history.floor).toBe(0);
    await expectCounted(store);
    expect(evictions.totals()).toEqual({ files: 0, fileBytes: 0, rows: 350, rowBytes: 350 * bytes });
    expect(evictions.entries()[0]).toMatchObject({ what: 'messages', id: oldest, reason: 'budget', rows: 100, bytes: 100 * bytes });
  });

  test('D-3 what was not sent, the draft and the read state survive the eviction of everything', async () => {
    const { store, evict, counts } = await filled();
    await evict(() => false);
    expect(await counts()).toEqual([0, 0, 0]);
    const [pending] = await store.read(['messages'], (tx) => tx.getAll('messages'));
    expect(pending).toMatchObject({ id: uuid(9_000), status: 'pending' });
    const metas = await store.read(['chat_meta'], (tx) => tx.getAll('chat_meta'));
    for (const meta of metas) expect(meta).toMatchObject({ _floor: 0, lastSyncedSequence: 0, serverRevision: null, unreadCount: 4, lastReadSequence: 246, _serverRead: { unreadCount: 4, lastReadSequence: 246, revision: 0 } });
    expect(metas.find(({ requestId }) => requestId === oldest)?._draft).toBe('typed');
    await expectCounted(store);
  });

  test('D-3 a chat that is busy keeps its rows, also when it becomes so between two slices; one with a write under way is left alone', async () => {
    const { evict, busy, counts, book, committer } = await filled();
    busy.add(oldest);
    let slices = 0;
    await evict(() => {
      if (++slices === 3) busy.add(middle);
      return false;
    });
    expect(await counts()).toEqual([250, 150, 0]);
    busy.clear();
    book.touch(oldest, (meta) => ({ ...meta, lastAccessedAt: 1 }));
    expect(committer.waits(oldest)).toBe(true);
    await evict((freed) => freed > 0);
    expect(await counts()).toEqual([250, 50, 0]);
  });

  test('D-3 expired chats go before others that were opened earlier', async () => {
    const { time, book, evict, counts } = await filled();
    book.touch(newest, (meta) => ({ ...meta, lastSyncedAt: time.clock.now() - 8 * 24 * 60 * 60 * 1000 }));
    await time.advance(100);
    await evict((freed) => freed > 0);
    expect(await counts()).toEqual([250, 250, 150]);
  });

  test('S-2 rows that the store does not let go stay as readable as they were; record and rows agree (sim seed 1641044116)', async () => {
    let refuse = true;
    const { store, time, book, evict, counts } = await filled((inner) => ({
      ...inner,
      write: (stores, durability, work) => (refuse ? Promise.reject(new Error('full')) : inner.write(stores, durability, work)),
    }));
    await book.loadBefore(newest, PROVISIONAL_BASE, 50);
    expect(await evict(() => false)).toBe(0);
    const held = (): number[] => chats.map((requestId) => size(heldSet(book.get(requestId)?.history ?? EMPTY_HISTORY)));
    expect(held()).toEqual([250, 250, 250]);
    expect(book.get(newest)?.rows).toHaveLength(50);
    expect(book.get(newest)?.meta).toMatchObject({ serverRevision: '250', _floor: 1, lastSyncedSequence: 250, unreadCount: 4 });
    expect(await book.loadBefore(oldest, PROVISIONAL_BASE, 50)).toBe(201);
    refuse = false;
    await time.advance(5_000);
    expect(await counts()).toEqual([250, 250, 250]);
    await expectCounted(store);
    expect(await evict(() => false)).toBeGreaterThan(0);
    expect(await counts()).toEqual([0, 0, 0]);
    expect(held()).toEqual([0, 0, 0]);
    await expectCounted(store);
  });
});
