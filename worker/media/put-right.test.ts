import { describe, expect, test } from 'vitest';
import { mediaId, TabcachedError } from '../../protocol/index.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { createFakeOpfs } from '../testing/fake-opfs.ts';
import { body, expectCounted, fileOf } from '../testing/media-contract-fixture.ts';
import { createMediaRig, expectMediaCounted } from '../testing/media-rig.ts';
import { uuid } from '../testing/store-records.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { walkFiles, type FileHost } from './file-host.ts';
import { createFilesMediaStore } from './files-media-store.ts';
import type { MediaStore } from './media-store.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';
import { createPutRight, type PutRight } from './put-right.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const chat = uuid(0xa);
const names = ['a.png', 'b.png'].map((name) => mediaId(chat, name)) as [string, string];

/** Files of a desktop whose deletions and writes may be refused, and how often all was put right. */
async function desktop() {
  const time = createVirtualTime(1, async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  });
  const memory = createMemoryStore();
  await memory.claimWriter('build', 1);
  const refuses = { deletes: false, writes: false };
  const refused = (): Promise<never> => Promise.reject(new TabcachedError('STORAGE_FAILED', 'refused'));
  const store: Store = { ...memory, write: (stores, durability, work) => (refuses.writes ? refused() : memory.write(stores, durability, work)) };
  const plain = createOpfsFileHost(createFakeOpfs().root);
  /** Until when a file that was written is not told to be. */
  const gate = { after: Promise.resolve() };
  const files: FileHost = { ...plain, write: (path, data) => plain.write(path, data).then(() => gate.after), delete: (path) => (refuses.deletes ? refused() : plain.delete(path)) };
  const rounds: number[] = [];
  let changed = 0;
  const start = async (): Promise<PutRight> => {
    const inner = createFilesMediaStore(store, files, time.clock, () => putRight.doubt());
    const media: MediaStore = {
      ...inner,
      reconcile: () => {
        rounds.push(time.clock.now());
        return inner.reconcile();
      },
    };
    const putRight = createPutRight({ media, timers: time.timers, log, onChanged: () => void (changed += 1) });
    await putRight.start();
    return putRight;
  };
  const walk = async (): Promise<number> => (await walkFiles(plain, ['cache', 'media'])).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const publish = async (media: MediaStore, text: string, name = 'a.png'): Promise<void> => {
    await media.add(fileOf(name));
    await media.publish(mediaId(chat, name), body(text), 1);
  };
  return { time, store, files: plain, refuses, gate, rounds, changed: () => changed, start, walk, publish };
}

describe('D-2 #84 stored files are put right within the same life', () => {
  test('a file that could not be deleted goes later; then the cache’s size is what a walk of the folder finds', async () => {
    const { time, store, refuses, rounds, changed, start, walk, publish } = await desktop();
    const { media, close } = await start();
    await publish(media, 'bytes of a');
    refuses.deletes = true;
    expect(await media.evict(names[0])).toBe(10);
    expect([await media.size(), await walk()]).toEqual([0, 10]);
    await time.advance(20_000);
    expect(await walk()).toBe(10);
    refuses.deletes = false;
    await time.advance(40_000);
    expect([await media.size(), await walk()]).toEqual([0, 0]);
    await expectCounted({ media, store } as never);
    const done = rounds.length;
    expect(changed()).toBeGreaterThan(0);
    await time.advance(24 * 60 * 60 * 1000);
    expect(rounds.length).toBe(done);
    await close();
  });

  test('what storage refused at the start is done when it takes writes again, and once', async () => {
    const { time, store, files, refuses, rounds, start, walk, publish } = await desktop();
    const first = await start();
    await publish(first.media, 'bytes of a');
    await first.close();
    await files.write(['cache', 'media', chat, 'nobody.png'], new Blob(['?']));
    refuses.writes = true;
    const { media, close } = await start();
    expect([await media.size(), await walk()]).toEqual([10, 11]);
    await time.advance(12_000);
    expect(rounds.length).toBe(3);
    refuses.writes = false;
    await time.advance(60_000);
    expect([await media.size(), await walk()]).toEqual([10, 10]);
    await expectCounted({ media, store } as never);
    expect(await (await media.read(names[0], 'body'))?.text()).toBe('bytes of a');
    expect(rounds.length).toBe(4);
    await close();
  });

  test('storage that never gives way is asked with growing pauses, and not for ever; another reason begins anew; nothing after the end', async () => {
    const { time, refuses, rounds, start, publish } = await desktop();
    const { media, close } = await start();
    await publish(media, 'bytes of a');
    await publish(media, 'bytes of b', 'b.png');
    refuses.deletes = true;
    await media.evict(names[0]);
    await time.advance(24 * 60 * 60 * 1000);
    expect(rounds.length).toBe(13);
    const pauses = rounds.slice(2).map((at, index) => at - (rounds[index + 1] as number));
    expect(pauses[0]).toBe(10_000);
    expect(pauses.at(-1)).toBe(600_000);
    await media.evict(names[1]);
    await time.advance(5_000);
    expect(rounds.length).toBe(14);
    await close();
    await time.advance(60 * 60 * 1000);
    expect(rounds.length).toBe(14);
  });

  test('nothing is compared while a file is being put in place, and what is asked meanwhile waits', async () => {
    const { time, refuses, rounds, gate, start, walk, publish } = await desktop();
    const { media, close } = await start();
    await publish(media, 'bytes of a');
    refuses.deletes = true;
    await media.evict(names[0]);
    refuses.deletes = false;
    let go!: () => void;
    gate.after = new Promise<void>((resolve) => (go = resolve));
    // Its temporary file is in the folder before its record says so.
    const placing = publish(media, 'bytes of b', 'b.png');
    await time.advance(6_000);
    const noted = media.note(names[1], { isPinned: true });
    await time.advance(20_000);
    expect([rounds.length, await walk()]).toEqual([1, 20]);
    go();
    await time.advance(1_000);
    await placing;
    expect(await noted).toMatchObject({ isPinned: true, downloadStatus: 'completed' });
    expect(rounds.length).toBe(2);
    expect([await (await media.read(names[1], 'body'))?.text(), await media.size(), await walk()]).toEqual(['bytes of b', 10, 10]);
    await close();
  });
});

test('D-2 #84 a daemon whose start was refused by storage puts its files right itself, while it goes on', async () => {
  let refusing = false;
  const rig = await createMediaRig({
    store: (store) => ({ ...store, write: (stores, durability, work) => (refusing ? Promise.reject(new TabcachedError('STORAGE_FAILED', 'refused')) : store.write(stores, durability, work)) }),
  });
  rig.serve('a.png', 'bytes of a');
  await rig.openTab().watch('a.png');
  await rig.settle();
  await rig.store.write(['cache_stats'], 'relaxed', async (tx) => {
    const stats = await tx.get('cache_stats', 'stats');
    if (stats) await tx.put('cache_stats', { ...stats, mediaSize: 1 });
  });
  refusing = true;
  await rig.restart();
  const tab = rig.openTab();
  await tab.watch('a.png');
  await rig.time.advance(1_000);
  expect(await tab.text('a.png')).toBe('bytes of a');
  refusing = false;
  await rig.time.advance(60_000);
  expect(await expectMediaCounted(rig.store)).toMatchObject({ mediaSize: 10, mediaCount: 1 });
  await rig.media.close();
});
