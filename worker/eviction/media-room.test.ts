import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mediaId } from '../../protocol/index.ts';
import type { StorageEstimate } from '../env.ts';
import { createBlobMediaStore } from '../media/blob-media-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { media as record, uuid } from '../testing/store-records.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createEvictionLog } from './eviction-log.ts';
import { createMediaRoom } from './media-room.ts';

const HOUR = 60 * 60 * 1000;
const chat = uuid(0xa);
const idOf = (name: string): string => mediaId(chat, name);

async function bed(budgetBytes = 1_000, estimate: () => StorageEstimate | null = () => null) {
  const time = createVirtualTime();
  const store = createMemoryStore();
  await store.claimWriter('b', 1);
  const media = createBlobMediaStore(store, time.clock);
  const busy = new Set<string>();
  const evictions = createEvictionLog();
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const room = createMediaRoom({
    env: { ...time, log, estimateStorage: async () => estimate() },
    store, media, budgetBytes, evictions,
    cache: () => ({ isBusy: (id) => busy.has(id), evict: async (id, mayGo) => {
      const found = await media.get(id);
      return busy.has(id) || !found || !mayGo(found) ? 0 : media.evict(id);
    } }),
  });
  /** Stores a file as the cache does: asks, publishes, settles. Answers whether there was room. */
  const keep = async (name: string, size: number, content = name): Promise<boolean> => {
    const asked = room.make(size);
    await time.advance(50);
    if (!(await asked)) return false;
    const body = content.padEnd(size, '.').slice(0, size);
    await media.add(record(idOf(name), { requestId: chat, filename: name }));
    await media.publish(idOf(name), { digest: createHash('sha256').update(body).digest('hex'), size, mimeType: 'image/png', verified: true, rest: new Blob([body]) }, time.clock.now());
    room.settle(size);
    await time.advance(50);
    return true;
  };
  const held = async (): Promise<string[]> => (await media.list()).filter(({ localBlobKey }) => localBlobKey !== null).map(({ filename }) => filename);
  return { time, store, media, busy, evictions, room, keep, held };
}

describe('room for media', () => {
  test('an eviction starts past 90 % of the budget and stops at 80 %, the least recently used first', async () => {
    const { time, keep, held, media, evictions } = await bed();
    for (let at = 1; at <= 9; at++) {
      await keep(`f${at}`, 100);
      await time.advance(1_000);
    }
    expect(await media.size()).toBe(900);
    await time.advance(HOUR);
    await keep('f10', 50);
    expect(await held()).toEqual(['f10', 'f3', 'f4', 'f5', 'f6', 'f7', 'f8', 'f9']);
    expect(await media.size()).toBe(750);
    expect(evictions.entries().map(({ id, reason, bytes }) => [id, reason, bytes])).toEqual([[idOf('f1'), 'budget', 100], [idOf('f2'), 'budget', 100]]);
  });

  test('#77 with everything pinned, or a file larger than the budget, nothing is evicted and nothing granted, however often it is asked', async () => {
    const { time, keep, held, media, evictions } = await bed();
    for (let at = 1; at <= 9; at++) await keep(`f${at}`, 100);
    for (const { id } of await media.list()) await media.note(id, { isPinned: true });
    await time.advance(2 * HOUR);
    for (let at = 0; at < 5; at++) expect(await keep('more', 200)).toBe(false);
    expect(await keep('huge', 1_001)).toBe(false);
    expect(await held()).toHaveLength(9);
    expect(evictions.entries()).toEqual([]);
  });

  test('#77 when all that may go is not enough, what may go stays', async () => {
    const { time, keep, held, media } = await bed();
    for (let at = 1; at <= 9; at++) await keep(`f${at}`, 100);
    await time.advance(2 * HOUR);
    for (const { id } of (await media.list()).slice(1)) await media.note(id, { isPinned: true });
    expect(await keep('more', 300)).toBe(false);
    expect(await held()).toHaveLength(9);
    expect(await keep('less', 150)).toBe(true);
    expect(await held()).not.toContain('f1');
  });

  test('two downloads side by side do not share one place', async () => {
    const { room, time } = await bed();
    const both = Promise.all([room.make(600), room.make(600)]);
    await time.advance(50);
    expect(await both).toEqual([true, false]);
    room.settle(600);
    const again = room.make(600);
    await time.advance(50);
    expect(await again).toBe(true);
  });

  test('everything else gets its turn while files are evicted, at the latest after eight of them', async () => {
    const { room, time, keep, held } = await bed(100_000);
    for (let at = 1; at <= 40; at++) await keep(`f${at}`, 100);
    await time.advance(2 * HOUR);
    const left: number[] = [];
    const look = (): void => {
      void held().then((names) => {
        left.push(names.length);
        if (names.length > 0) time.timers.after(0, look);
      });
    };
    const freeing = room.free(4_000);
    time.timers.after(0, look);
    await time.advance(100);
    expect(await freeing).toBe(true);
    expect(left.at(-1)).toBe(0);
    expect(Math.max(...left.map((count, at) => (left[at - 1] ?? 40) - count))).toBeLessThanOrEqual(9);
  });

  test('what fits does not wait for an eviction under way', async () => {
    const { room, time, keep, media } = await bed();
    for (let at = 1; at <= 8; at++) await keep(`f${at}`, 100);
    await time.advance(2 * HOUR);
    const freeing = room.free(300);
    expect(await room.make(150)).toBe(true);
    expect(await media.size()).toBe(800);
    await time.advance(50);
    expect(await freeing).toBe(true);
  });

  test('an eviction that found too little does not read all records again with the next file, but a minute later', async () => {
    const { store, time, keep, media } = await bed();
    let looks = 0;
    const { read } = store;
    store.read = (stores, work) => {
      if (stores.includes('offline_queue')) looks += 1;
      return read(stores, work);
    };
    for (let at = 1; at <= 9; at++) await keep(`f${at}`, 100);
    await keep('f10', 20);
    expect(looks).toBe(1);
    for (let at = 11; at <= 15; at++) await keep(`f${at}`, 10);
    expect(looks).toBe(1);
    await time.advance(2 * HOUR);
    await keep('f16', 10);
    expect(looks).toBe(2);
    expect(await media.size()).toBeLessThanOrEqual(800);
  });

  test('the browser\'s quota makes the budget smaller, and what is too much goes', async () => {
    let estimate: StorageEstimate | null = null;
    const { room, time, keep, media, evictions } = await bed(1_000, () => estimate);
    for (let at = 1; at <= 8; at++) await keep(`f${at}`, 100);
    await time.advance(2 * HOUR);
    // Of 2,000 bytes 1,800 may be used; 2,100 are, so 300 of ours are too many.
    estimate = { usageBytes: 2_100, quotaBytes: 2_000 };
    const checked = room.check();
    await time.advance(100);
    await checked;
    expect(room.limitBytes()).toBe(500);
    expect(await media.size()).toBe(400);
    expect(evictions.entries().every(({ reason }) => reason === 'quota')).toBe(true);
  });

  test('T-3 a browser that was full and has room again: the next file is kept, without a restart', async () => {
    let estimate: StorageEstimate | null = { usageBytes: 2_000, quotaBytes: 2_000 };
    const { room, time, keep, held } = await bed(1_000, () => estimate);
    const checked = room.check();
    await time.advance(50);
    await checked;
    expect([room.limitBytes(), await keep('f1', 100)]).toEqual([0, false]);
    estimate = { usageBytes: 500, quotaBytes: 2_000 };
    expect([await keep('f2', 100), room.limitBytes(), await held()]).toEqual([true, 1_000, ['f2']]);
  });

  test('a browser that refused: that many bytes are freed whatever the budget says; nothing to free is told', async () => {
    const { room, time, keep, media } = await bed(10_000);
    for (let at = 1; at <= 3; at++) await keep(`f${at}`, 100);
    const young = room.free(150);
    await time.advance(50);
    expect(await young).toBe(false);
    await time.advance(2 * HOUR);
    const freed = room.free(150);
    await time.advance(50);
    expect(await freed).toBe(true);
    expect(await media.size()).toBe(100);
  });

  test('D-2 D-3 whatever is stored, pinned, shown and asked for in any order: exempt files stay, the budget holds, counters equal a recount', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('keep' as const), name: fc.nat(9), size: fc.integer({ min: 1, max: 300 }), content: fc.nat(3) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pin' as const, 'unpin' as const, 'busy' as const, 'idle' as const), name: fc.nat(9) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 0, max: 2 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('free' as const), bytes: fc.integer({ min: 1, max: 400 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { time, media, busy, room, keep, store } = await bed();
        for (const next of steps) {
          const exempt = (await media.list()).filter((file) => file.localBlobKey !== null && (file.isPinned || busy.has(file.id) || time.clock.now() - (file.downloadedAt ?? 0) < HOUR - 1_000));
          if (next.kind === 'keep') await keep(`f${next.name}`, next.size, `${next.content}`);
          if (next.kind === 'pin' || next.kind === 'unpin') await media.note(idOf(`f${next.name}`), { isPinned: next.kind === 'pin' });
          if (next.kind === 'busy') busy.add(idOf(`f${next.name}`));
          if (next.kind === 'idle') busy.delete(idOf(`f${next.name}`));
          if (next.kind === 'wait') await time.advance(next.hours * HOUR);
          if (next.kind === 'free') {
            const freed = room.free(next.bytes);
            await time.advance(50);
            await freed;
          }
          for (const { id } of exempt) expect((await media.get(id))?.localBlobKey).not.toBeNull();
          const [counted, stats] = await Promise.all([media.recount(), store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats'))]);
          expect(stats?.mediaSize ?? 0).toBe(counted.mediaSize);
          expect(counted.mediaSize).toBeLessThanOrEqual(1_000);
        }
      }),
      { numRuns: 60 },
    );
  });
});
