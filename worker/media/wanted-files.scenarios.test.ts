import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { mediaId } from '../../protocol/media.ts';
import { chatWriteStores, writeChat } from '../store/chat-writes.ts';
import { emptyChat } from '../store/empty-records.ts';
import type { Store } from '../store/store.ts';
import { someBytes } from '../testing/media-file-server.ts';
import { CHAT, createMediaRig, expectMediaCounted, MESSAGE, type MediaRig, type MediaRigOptions } from '../testing/media-rig.ts';
import { message, uuid } from '../testing/store-records.ts';

const HOUR_MS = 60 * 60 * 1000;
const row = message(0x3e55, CHAT, 1);
const pictures = { shrink: async (picture: Blob) => picture.slice(0, 300, 'image/webp') };

/** A store that does before each call what a test wants. */
function watchedStore(): { readonly over: NonNullable<MediaRigOptions['store']>; onRead: () => void; onWrite: () => void } {
  const watched = {
    onRead: (): void => undefined,
    onWrite: (): void => undefined,
    over: (store: Store): Store => ({
      ...store,
      read: async (...args) => {
        watched.onRead();
        return store.read(...args);
      },
      write: async (...args) => {
        watched.onWrite();
        return store.write(...args);
      },
    }),
  };
  return watched;
}
const refuse = (): never => {
  throw new TabcachedError('STORAGE_FAILED', 'refused');
};
const storedBlobs = async (rig: MediaRig): Promise<number> => (await rig.store.read(['media_blobs'], (tx) => tx.getAll('media_blobs'))).length;
const writeMessage = (rig: MediaRig, rows: readonly (typeof row)[]): Promise<unknown> =>
  rig.store.write(chatWriteStores, 'relaxed', (tx) =>
    writeChat(tx, { requestId: CHAT, upserts: [...rows], deletions: rows.length > 0 ? [] : [{ sequenceNumber: 1, revision: 9 }], meta: { ...emptyChat(CHAT, 1), _floor: 1, lastSyncedSequence: 1 }, now: 2 }),
  );
/** Everything that may go is evicted. */
async function evictAll(rig: MediaRig): Promise<void> {
  rig.time.jump(2 * HOUR_MS);
  const freed = rig.media.freeSpace();
  await rig.time.advance(1_000);
  await freed;
}

describe('thumbnails and the budget', () => {
  test('D-2 one for which there is no room is not kept', async () => {
    const rig = await createMediaRig({ budgetBytes: 1_000, pictures });
    rig.serve('a.png', someBytes(900));
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.time.advance(1_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'completed', passedThrough: false, thumbnail: false });
    expect((await expectMediaCounted(rig.store)).mediaSize).toBe(900);
  });

  test('D-2 D-5 one is evicted with its file, and made again with the next download', async () => {
    const rig = await createMediaRig({ pictures });
    rig.serve('a.png', someBytes(900));
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.time.advance(1_000);
    expect((await expectMediaCounted(rig.store)).mediaSize).toBe(1_200);
    await tab.unwatch('a.png');
    await evictAll(rig);
    expect([await storedBlobs(rig), (await expectMediaCounted(rig.store)).mediaSize]).toEqual([0, 0]);
    await tab.watch('a.png');
    await rig.time.advance(1_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'completed', thumbnail: true });
    expect(rig.requests).toHaveLength(2);
  });
});

test('#86 D-3 a file on the screen of a tab is not evicted; when that tab has crashed, it is', async () => {
  const rig = await createMediaRig();
  rig.serve('a.png', someBytes(900));
  const tab = rig.openTab();
  await tab.watch('a.png', { onScreen: true });
  await rig.time.advance(1_000);
  await evictAll(rig);
  expect(await storedBlobs(rig)).toBe(1);
  tab.leave();
  await rig.settle();
  await evictAll(rig);
  expect([await storedBlobs(rig), (await expectMediaCounted(rig.store)).mediaSize]).toEqual([0, 0]);
});

test('D-2 nobody wants a file any more, and there is no room for what came of it last: what is held of it is not evicted for that (sim seed 1795001400)', async () => {
  const MB = 1024 * 1024;
  const watched = watchedStore();
  const rig = await createMediaRig({ byHand: true, store: watched.over });
  rig.serve('a.png', someBytes(3 * MB));
  const tab = rig.openTab();
  await tab.watch('a.png');
  await rig.settle();
  await rig.requests[0]!.send(MB);
  await rig.requests[0]!.send(100_000);
  await rig.settle();
  const partBytes = async (): Promise<number | undefined> => (await rig.store.read(['media_meta'], (tx) => tx.get('media_meta', mediaId(CHAT, 'a.png'))))?._partial?.size;
  expect(await partBytes()).toBe(MB);
  rig.time.jump(2 * HOUR_MS);
  let refused = 0;
  watched.onWrite = () => {
    if (refused++ === 0) throw new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: full');
  };
  await tab.unwatch('a.png');
  await rig.time.advance(5_000);
  expect(refused).toBeGreaterThan(0);
  expect(await partBytes()).toBe(MB);
  expect((await expectMediaCounted(rig.store)).mediaSize).toBe(MB);
});

describe('who waits for a file hears what becomes of it', () => {
  test('D-5 taken away, asked for and taken away again: the tab is told each time', async () => {
    const rig = await createMediaRig();
    rig.linked = false;
    const tab = rig.openTab();
    const asked = { messageId: uuid(0x999) };
    for (const round of [1, 2]) {
      expect(await tab.watch('a.png', asked)).toMatchObject({ status: 'queued' });
      await rig.time.advance(1_000);
      expect(tab.frames.filter(({ state }) => state.status === 'idle')).toHaveLength(round);
    }
  });

  test('T-3 stopped while storage refuses to forget the part: the state is failed all the same', async () => {
    const watched = watchedStore();
    const rig = await createMediaRig({ byHand: true, store: watched.over });
    rig.serve('a.png', someBytes(3_000_000));
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await rig.requests[0]?.send(2_000_000);
    watched.onRead = watched.onWrite = refuse;
    await tab.call('cancelMedia', { requestId: CHAT, filename: 'a.png' });
    expect(tab.state('a.png')).toMatchObject({ status: 'failed', error: { code: 'CANCELLED' } });
  });

  test('T-3 the size of a file cannot be noted: one request, and the file is there', async () => {
    const watched = watchedStore();
    const rig = await createMediaRig({ store: watched.over });
    rig.serve('a.png', someBytes(1_500_000));
    rig.server.before = () => {
      watched.onWrite = () => {
        watched.onWrite = () => undefined;
        refuse();
      };
    };
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.time.advance(30_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'completed' });
    expect(rig.requests.map(({ cancelled }) => cancelled)).toEqual([false]);
  });

  test('D-5 the chat is lost and storage knows nothing of the file: whoever waits sees it idle', async () => {
    const watched = watchedStore();
    watched.onWrite = refuse;
    const rig = await createMediaRig({ store: watched.over });
    rig.linked = false;
    const tab = rig.openTab();
    expect(await tab.watch('a.png')).toMatchObject({ status: 'queued' });
    await writeMessage(rig, []);
    watched.onWrite = () => undefined;
    rig.media.forget(CHAT);
    await rig.time.advance(1_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'idle' });
  });

  test('#72 the message is gone and comes back while a tab shows its file: the file is fetched again', async () => {
    const rig = await createMediaRig();
    rig.serve('a.png', 'content');
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await writeMessage(rig, []);
    rig.media.rowsRemoved(CHAT, [MESSAGE]);
    await rig.time.advance(1_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'idle' });
    await writeMessage(rig, [row]);
    rig.media.rowsStored(CHAT, [row]);
    await rig.time.advance(1_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'completed' });
  });

  test('#80 T-3 its message comes while storage refuses to take the file away: it is fetched all the same', async () => {
    const watched = watchedStore();
    const rig = await createMediaRig({ store: watched.over });
    rig.serve('a.png', 'content');
    const tab = rig.openTab();
    rig.linked = false;
    expect(await tab.watch('a.png')).toMatchObject({ status: 'queued' });
    await writeMessage(rig, []);
    watched.onWrite = refuse;
    rig.media.rowsRemoved(CHAT, [MESSAGE]);
    await rig.time.advance(1_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'idle' });
    rig.linked = true;
    rig.media.rowsStored(CHAT, [row]);
    await rig.time.advance(1_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'completed' });
  });

  test('D-5 H-6 its message comes at whatever moment of its removal: it is fetched, and nothing of what was removed is written to', async () => {
    const outcomes: string[] = [];
    for (let moment = 0; moment < 80; moment += 1) {
      const refused: unknown[] = [];
      const rig = await createMediaRig({
        byHand: true,
        store: (store) => ({
          ...store,
          write: (...args) => store.write(...args).catch((thrown: unknown) => (refused.push(thrown), Promise.reject(thrown))),
        }),
      });
      rig.serve('a.png', someBytes(3_000_000));
      const tab = rig.openTab();
      await tab.watch('a.png');
      await rig.settle();
      await rig.requests[0]?.send(1_500_000);
      rig.server.byHand = false;
      rig.media.forget(CHAT);
      for (let microtask = 0; microtask < moment; microtask += 1) await Promise.resolve();
      rig.media.rowsStored(CHAT, [row]);
      await rig.time.advance(40_000);
      outcomes.push(`${moment} ${tab.state('a.png')?.status} ${String(refused[0] ?? '')}`);
    }
    expect(outcomes.filter((outcome) => !/^\d+ completed $/.test(outcome))).toEqual([]);
  });

  test('D-5 opened at whatever moment of its removal, it is a file of which nothing is stored: a retry fetches it', async () => {
    const outcomes: string[] = [];
    for (let moment = 0; moment < 80; moment += 1) {
      const rig = await createMediaRig();
      const before = rig.openTab();
      await before.watch('a.png');
      await rig.settle();
      expect(before.state('a.png')).toMatchObject({ status: 'failed' });
      await rig.restart();
      rig.serve('a.png', 'content');
      const tab = rig.openTab();
      rig.media.forget(CHAT);
      for (let microtask = 0; microtask < moment; microtask += 1) await Promise.resolve();
      await tab.watch('a.png');
      await rig.time.advance(1_000);
      await tab.call('retryMedia', { requestId: CHAT, filename: 'a.png' });
      await rig.time.advance(40_000);
      outcomes.push(`${moment} ${tab.state('a.png')?.status ?? 'unknown'}`);
    }
    expect(outcomes.filter((outcome) => !outcome.endsWith(' completed'))).toEqual([]);
  });

  test('#73 let go and wanted again in one moment: the file is stored, and goes on from what the first attempt kept after the second had begun', async () => {
    const rig = await createMediaRig({ byHand: true });
    rig.serve('a.png', someBytes(3_000_000));
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    await rig.requests[0]?.send(500_000);
    rig.server.byHand = false;
    await Promise.all([tab.unwatch('a.png'), tab.watch('a.png')]);
    await rig.time.advance(5_000);
    expect(tab.state('a.png')).toMatchObject({ status: 'completed', passedThrough: false });
    expect(rig.requests.map(({ range }) => range.offset)).toEqual([0, 500_000]);
    expect((await expectMediaCounted(rig.store)).mediaSize).toBe(3_000_000);
  });

  test('D-5 a chat is fetched anew and its message stays: the file is fetched again', async () => {
    const rig = await createMediaRig();
    rig.serve('a.png', 'content');
    const tab = rig.openTab();
    await tab.watch('a.png');
    await rig.settle();
    rig.media.forget(CHAT);
    await rig.time.advance(1_000);
    expect(tab.frames.map(({ state }) => state.status)).toContain('idle');
    expect(tab.state('a.png')).toMatchObject({ status: 'completed' });
    expect(rig.requests).toHaveLength(2);
  });
});

describe('pins', () => {
  test('D-3 pinned at whatever moment of an eviction that chose it: it is held, or will be', async () => {
    const lost: number[] = [];
    for (let moment = 1; moment <= 12; moment += 1) {
      const watched = watchedStore();
      const rig = await createMediaRig({ store: watched.over });
      rig.serve('a.png', 'content');
      const tab = rig.openTab();
      await tab.watch('a.png');
      await rig.settle();
      await tab.unwatch('a.png');
      let reads = 0;
      watched.onRead = () => {
        if (++reads === moment) void tab.call('pinMedia', { requestId: CHAT, filename: 'a.png', messageId: MESSAGE, pinned: true });
      };
      await evictAll(rig);
      watched.onRead = () => undefined;
      await rig.time.advance(5_000);
      const record = await rig.store.read(['media_meta'], (tx) => tx.get('media_meta', mediaId(CHAT, 'a.png')));
      if (record?.isPinned && record.localBlobKey === null) lost.push(moment);
    }
    expect(lost).toEqual([]);
  });
});
