import { expect, test, vi } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { mediaId } from '../../protocol/media.ts';
import type { Store } from '../store/store.ts';
import { sha256, someBytes } from '../testing/media-file-server.ts';
import { CHAT, createMediaRig, expectMediaCounted, type MediaRig, type MediaTab } from '../testing/media-rig.ts';

const SIZE = 2_300_000;
const bytes = someBytes(SIZE);
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** A rig whose store counts its calls and does something at one of them. */
async function countingRig(onCall: (call: number, run: () => Promise<unknown>, stores: readonly string[]) => Promise<unknown>): Promise<MediaRig> {
  let calls = 0;
  const watched = (store: Store): Store => ({
    ...store,
    read: (stores, work) => onCall(++calls, () => store.read(stores, work), stores) as never,
    write: (stores, durability, work) => onCall(++calls, () => store.write(stores, durability, work), stores) as never,
  });
  const rig = await createMediaRig({ store: watched });
  rig.serve('a.png', bytes);
  return rig;
}

const hashShown = async (tab: MediaTab): Promise<string | null> => {
  const { blob } = await tab.call('readMedia', { requestId: CHAT, filename: 'a.png' });
  return blob && sha256(new Uint8Array(await blob.arrayBuffer()));
};

/** Everything of the file is as it must be: verified bytes under their digest, and nothing beside them. */
async function expectWhole(rig: MediaRig): Promise<void> {
  const tab = rig.openTab();
  await tab.watch('a.png');
  await rig.time.advance(60_000);
  expect(tab.state('a.png') ?? (await tab.watch('a.png'))).toMatchObject({ status: 'completed', fileSize: SIZE });
  expect(await hashShown(tab)).toBe(sha256(bytes));
  expect(await expectMediaCounted(rig.store)).toEqual(expect.objectContaining({ mediaSize: SIZE, mediaCount: 1 }));
  expect((await rig.store.read(['media_blobs'], (tx) => tx.getAll('media_blobs'))).map(({ key }) => key)).toEqual([sha256(bytes)]);
}

test('#73 D-1 D-2 killed at whatever call to storage of a download, kept or lost: the next daemon ends with the whole file, counted once', { timeout: 60_000 }, async () => {
  let ended = false;
  for (let moment = 1; !ended; moment += 1) {
    for (const kept of [true, false]) {
      let [killed, armed] = [false, false];
      let first = 0;
      const rig = await countingRig(async (call, run) => {
        if (!armed) first = call;
        if (!armed || killed || call !== first + moment) return run();
        killed = true;
        rig.kill();
        return kept ? run() : never();
      });
      armed = true;
      const tab = rig.openTab();
      void tab.watch('a.png').catch(() => undefined);
      await rig.time.advance(20_000);
      ended = !killed;
      armed = false;
      await rig.restart();
      await expectWhole(rig);
    }
    expect(moment).toBeLessThan(100);
  }
});

/** Kills the daemon at each await of a kind in turn, with what is awaited delivered or not, until a download ends before there are so many. */
async function killAtEach(begin: (killAt: (moment: number) => Promise<void>) => Promise<MediaRig>): Promise<number> {
  for (let moment = 1; ; moment += 1) {
    let killed = false;
    for (const kept of [true, false]) {
      killed = false;
      let live: MediaRig | null = null;
      const rig = await begin((reached) => {
        if (!live || killed || reached !== moment) return Promise.resolve();
        killed = true;
        live.kill();
        return kept ? Promise.resolve() : never();
      });
      live = rig;
      const tab = rig.openTab();
      void tab.watch('a.png').catch(() => undefined);
      await rig.time.advance(20_000);
      live = null;
      await rig.restart();
      await expectWhole(rig);
    }
    if (!killed) return moment - 1;
    expect(moment).toBeLessThan(150);
  }
}

test('#73 D-1 D-2 killed at whatever await of the network of a download, delivered or lost: the next daemon ends with the whole file', { timeout: 60_000 }, async () => {
  const moments = await killAtEach(async (killAt) => {
    const rig = await createMediaRig();
    rig.serve('a.png', bytes);
    let awaits = 0;
    rig.server.before = rig.server.beforePart = () => killAt(++awaits);
    return rig;
  });
  // The answer's head, each part, and its end.
  expect(moments).toBe(1 + Math.ceil(SIZE / 65_536) + 1);
});

test('#73 D-1 D-2 killed at whatever await of hashing what was received before, delivered or lost: the next daemon ends with the whole file', { timeout: 60_000 }, async () => {
  let hashing: (() => Promise<void>) | null = null;
  const { stream } = Blob.prototype;
  const watched = vi.spyOn(Blob.prototype, 'stream').mockImplementation(function (this: Blob) {
    const reader = stream.call(this).getReader();
    return new ReadableStream({
      pull: async (controller) => {
        const part = await reader.read();
        await hashing?.();
        if (part.done) controller.close();
        else controller.enqueue(part.value);
      },
    });
  });
  try {
    const moments = await killAtEach(async (killAt) => {
      const rig = await createMediaRig({ byHand: true });
      rig.serve('a.png', bytes);
      hashing = null;
      const tab = rig.openTab();
      await tab.watch('a.png');
      await rig.settle();
      await rig.requests.at(-1)?.send(1_500_000);
      await rig.restart();
      rig.server.byHand = false;
      let awaits = 0;
      hashing = () => killAt(++awaits);
      return rig;
    });
    expect(moments).toBeGreaterThan(1);
  } finally {
    watched.mockRestore();
  }
});

test('D-2 the browser has no room for a file: old ones go, and it is stored with the second try', async () => {
  let fullAbove = Number.POSITIVE_INFINITY;
  let refused = 0;
  const rig = await createMediaRig({
    store: (store) => ({
      ...store,
      write: (stores, durability, work) =>
        store.write(stores, durability, async (tx) => {
          const done = await work(tx);
          if (!stores.includes('media_blobs')) return done;
          const held = (await tx.getAll('media_blobs')).reduce((sum, { size }) => sum + size, 0);
          if (held <= fullAbove) return done;
          refused += 1;
          throw new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: full');
        }),
    }),
  });
  const tab = rig.openTab();
  for (const [at, name] of ['old.png', 'older.png', 'new.png'].entries()) rig.serve(name, someBytes(1_000, at + 1));
  for (const name of ['older.png', 'old.png']) {
    await tab.watch(name);
    await rig.settle();
    await tab.unwatch(name);
    await rig.time.advance(90 * 60 * 1000);
  }
  fullAbove = 2_000;
  await tab.watch('new.png');
  await rig.time.advance(1_000);
  expect(refused).toBe(1);
  expect(tab.state('new.png')).toMatchObject({ status: 'completed', passedThrough: false });
  expect(rig.media.evictions().map(({ id, reason }) => [id, reason])).toEqual([[mediaId(CHAT, 'older.png'), 'quota']]);
  expect(await expectMediaCounted(rig.store)).toMatchObject({ mediaSize: 2_000, mediaCount: 2 });
});

test('D-2 T-3 no room on the disk at whatever write of a download: the file is shown all the same, stored or passed through, and the counters are right', { timeout: 60_000 }, async () => {
  let ended = false;
  for (let moment = 1; !ended; moment += 1) {
    let refused = 0;
    let writes = 0;
    const rig = await countingRig(async (_, run, stores) => {
      if (stores.includes('media_blobs') && stores.length > 2 && ++writes >= moment && refused < 3) {
        refused += 1;
        throw new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: full');
      }
      return run();
    });
    const tab = rig.openTab();
    await tab.watch('a.png').catch(() => undefined);
    await rig.time.advance(60_000);
    ended = refused === 0;
    expect([moment, tab.state('a.png')?.status]).toEqual([moment, 'completed']);
    expect(await hashShown(tab)).toBe(sha256(bytes));
    await expectMediaCounted(rig.store);
    const record = await rig.store.read(['media_meta'], (tx) => tx.get('media_meta', mediaId(CHAT, 'a.png')));
    expect(tab.state('a.png')?.passedThrough).toBe(record?.localBlobKey === null);
    expect(moment).toBeLessThan(50);
  }
});

test('D-2 #73 a part that is of no use any more and that storage does not let go: nothing is put behind it, and the file is stored once storage takes writes (sim seed 1830001875)', async () => {
  for (const refusedFor of ['the whole download', 'the beginning'] as const) {
    let refusing = false;
    const failed: string[] = [];
    const rig = await createMediaRig({
      byHand: true,
      store: (store) => ({
        ...store,
        write: (stores, durability, work) =>
          refusing
            ? Promise.reject(new TabcachedError('STORAGE_FAILED', 'refused'))
            : store.write(stores, durability, work).catch((thrown: unknown) => {
                failed.push(String(thrown));
                throw thrown;
              }),
      }),
    });
    rig.serve('a.png', bytes);
    await rig.openTab().watch('a.png');
    await rig.settle();
    await rig.requests[0]?.send(1_500_000);
    await rig.settle();
    expect((await rig.store.read(['media_meta'], (tx) => tx.get('media_meta', mediaId(CHAT, 'a.png'))))?._partial?.size).toBeGreaterThan(0);
    await rig.restart();
    rig.server.ranges = 'ignored';
    const tab = rig.openTab();
    refusing = true;
    await tab.watch('a.png');
    await rig.settle();
    expect(rig.requests[1]?.range.offset).toBeGreaterThan(0);
    if (refusedFor === 'the beginning') refusing = false;
    await rig.requests[1]?.send(1_200_000);
    await rig.settle();
    await rig.requests[1]?.send(bytes.length - 1_200_001);
    await rig.settle();
    if (refusedFor === 'the whole download') refusing = false;
    await rig.requests[1]?.finish();
    await rig.time.advance(1_000);
    expect([refusedFor, failed]).toEqual([refusedFor, []]);
    expect([refusedFor, tab.state('a.png')]).toEqual([refusedFor, expect.objectContaining({ status: 'completed', passedThrough: false })]);
    await expectWhole(rig);
  }
});
