import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CachedMessage } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { chatCommit, joinCommits, type ChatCommit } from './chat-commits.ts';
import { recountChat } from './chat-writes.ts';
import { createCommitter, type Write } from './committer.ts';
import { emptyChat } from './empty-records.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Store } from './store.ts';
import { joinTicketCommits } from './ticket-commits.ts';

const requestId = '11111111-1111-4111-8111-111111111111';

async function rig(over: Partial<Store> = {}) {
  const time = createVirtualTime();
  const memory = createMemoryStore();
  await memory.claimWriter('build', 0);
  const told: string[] = [];
  let transactions = 0;
  const store: Store = { ...memory, write: (...args) => (transactions++, memory.write(...args)), ...over };
  const committer = createCommitter(store, time, {
    onFailed: (error) => void told.push(error.code),
    onRecovered: () => void told.push('recovered'),
    onFenced: () => void told.push('fenced'),
  });
  return { time, store, committer, told, transactions: () => transactions };
}

const meta = (key: string, value: unknown, durability: Write['durability'] = 'relaxed', keyed = false): Write => ({
  stores: ['ticket_meta'],
  rows: 1,
  durability,
  ...(keyed ? { key } : {}),
  work: (tx) => tx.put('ticket_meta', { key, value }),
});
const valueOf = async (store: Store, key: string): Promise<unknown> => (await store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', key)))?.value;

describe('group commit', () => {
  test('what waits together is one transaction', async () => {
    const { time, committer, transactions } = await rig();
    const all = Promise.all([1, 2, 3].map((n) => committer.add(meta('a', n))));
    await time.advance(5);
    await all;
    expect(transactions()).toBe(1);
  });

  test('opening a chat does not wait for the writes of another one, and does for its own and for those of no chat', async () => {
    const { committer, transactions } = await rig();
    const row = (of?: string): Write => ({ stores: ['messages'], rows: 1, durability: 'relaxed', ...(of ? { requestId: of } : {}), work: async () => undefined });
    void committer.add(row('other'));
    void committer.add(meta('a', 1));
    await committer.flush(requestId);
    expect([transactions(), committer.backlog()]).toEqual([0, 2]);
    void committer.add(row(requestId));
    await committer.flush(requestId);
    expect([transactions(), committer.backlog()]).toEqual([1, 0]);
    void committer.add(row());
    await committer.flush(requestId);
    expect(committer.backlog()).toBe(0);
  });

  test('S-4 what a person wrote is stored at once, and what came before it with it', async () => {
    const { committer, store } = await rig();
    void committer.add(meta('a', 'before'));
    await committer.add(meta('b', 'mine', 'strict'));
    expect([await valueOf(store, 'a'), await valueOf(store, 'b')]).toEqual(['before', 'mine']);
  });

  test('#92 a relaxed change survives failing storage, a strict one is refused, neither out of order', async () => {
    let broken = true;
    const memory = createMemoryStore();
    await memory.claimWriter('build', 0);
    const { time, committer, told } = await rig({
      ...memory,
      write: (...args) => (broken ? Promise.reject(new TabcachedError('STORAGE_FAILED')) : memory.write(...args)),
    });
    const relaxed = committer.add(meta('a', 1));
    await time.advance(10);
    await expect(committer.add(meta('b', 1, 'strict'))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    broken = false;
    await time.advance(1_000);
    await relaxed;
    expect([await valueOf(memory, 'a'), await valueOf(memory, 'b')]).toEqual([1, undefined]);
    expect(told.at(-1)).toBe('recovered');
  });

  test('T-2 nothing is written once another writer owns the database', async () => {
    const { time, committer, store, told } = await rig();
    await store.claimWriter('newer', 1);
    const fenced = createCommitter({ ...store, write: () => Promise.reject(new TabcachedError('FENCED')) }, time, {
      onFailed: () => undefined,
      onRecovered: () => undefined,
      onFenced: () => void told.push('fenced'),
    });
    await expect(fenced.add(meta('a', 1, 'strict'))).rejects.toMatchObject({ code: 'FENCED' });
    expect(told).toEqual(['fenced']);
    await committer.close();
  });

  test('closing writes what is queued', async () => {
    const { committer, store } = await rig();
    void committer.add(meta('a', 1));
    await committer.close();
    expect(await valueOf(store, 'a')).toBe(1);
    await expect(committer.add(meta('a', 2))).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('joined changes of a chat', () => {
  const row = (sequenceNumber: number, id: number, revision: number): CachedMessage => ({
    id: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    requestId, sequenceNumber, senderId: null, sender: null, content: `${id} at ${revision}`, createdAt: '2026-01-16T09:00:00Z', updatedAt: null, isScreenshot: false,
    screenshotFileName: null, fileName: null, fileSize: null, fileMimeType: null, isReadByCurrentUser: false, status: 'sent', _cachedAt: 0, _syncVersion: 0, _revision: revision,
  });
  const step = fc.record({
    upserts: fc.uniqueArray(fc.record({ at: fc.integer({ min: 1, max: 6 }), swap: fc.boolean() }), { selector: (upsert) => upsert.at, maxLength: 4 }),
    deleted: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
  });

  test('H-6 leave the store as one after the other would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const commits = steps.map(({ upserts, deleted }, i): ChatCommit => ({
          requestId,
          upserts: upserts.filter(({ at }) => !deleted.includes(at)).map(({ at, swap }) => row(at, swap ? at + 100 : at, i + 1)),
          deletions: deleted.map((sequenceNumber) => ({ sequenceNumber, revision: Number.MAX_SAFE_INTEGER })),
          removeIds: [],
          confirmed: [],
          meta: { ...emptyChat(requestId, 0), lastSyncedSequence: i },
          now: 0,
        }));
        const stored = await Promise.all(
          [commits, [commits.reduce(joinCommits)]].map(async (list) => {
            const store = createMemoryStore();
            await store.claimWriter('build', 0);
            for (const commit of list) await store.write([...chatCommit(commit).stores], 'relaxed', (tx) => chatCommit(commit).work(tx));
            return store.read(['messages', 'chat_meta', 'cache_stats'], async (tx) => ({
              rows: (await tx.getAll('messages')).map((message) => [message.sequenceNumber, message.id, message.content]),
              meta: await tx.get('chat_meta', requestId),
              counters: await recountChat(tx, requestId),
              stats: (await tx.get('cache_stats', 'stats'))?.messageCount ?? 0,
            }));
          }),
        );
        expect(stored[1]).toEqual(stored[0]);
        expect(stored[0]?.meta?.messageCount).toBe(stored[0]?.counters.messageCount);
      }),
      { numRuns: 300 },
    );
  });

  test('a busy chat costs a few transactions', async () => {
    const { time, committer, transactions, store } = await rig();
    for (let n = 1; n <= 100; n++) {
      void committer.add(chatCommit({ requestId, upserts: [row(n, n, n)], deletions: [], removeIds: [], confirmed: [], meta: emptyChat(requestId, 0), now: 0 }));
      await time.advance(10);
    }
    await committer.flush();
    expect(transactions()).toBeLessThan(30);
    expect(await store.read(['messages'], (tx) => tx.count('messages'))).toBe(100);
  });

  test('tickets join by id, the newest cursor wins', () => {
    const ticket = (id: string) => ({ id }) as never;
    expect(joinTicketCommits({ upserts: [ticket('a'), ticket('b')], removals: ['c'], cursor: '1' }, { upserts: [ticket('c')], removals: ['a'], cursor: null })).toEqual({
      upserts: [ticket('b'), ticket('c')],
      removals: ['a'],
      cursor: '1',
    });
  });
});
