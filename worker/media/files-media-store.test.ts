import 'fake-indexeddb/auto';
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { mediaId } from '../../protocol/index.ts';
import { openIndexedDbStore } from '../store/indexeddb-store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { createFakeOpfs } from '../testing/fake-opfs.ts';
import { mediaStoreContract, type MediaFixture } from '../testing/media-store-contract.ts';
import { createNodeFileHost } from '../testing/node-file-host.ts';
import { media as record, uuid } from '../testing/store-records.ts';
import { createBlobMediaStore } from './blob-media-store.ts';
import { walkFiles, type FileHost } from './file-host.ts';
import { pathOfKey } from './file-paths.ts';
import { createFilesMediaStore } from './files-media-store.ts';
import type { MediaStore } from './media-store.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';

const clock = { now: () => 7 };
const silent = { onBlocking: () => undefined, onTerminated: () => undefined };
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));
const nodeHost = async (): Promise<FileHost> => {
  const folder = await mkdtemp(join(tmpdir(), 'tabcached-media-'));
  folders.push(folder);
  return createNodeFileHost(folder);
};
const chat = uuid(0xa);

async function fixture(files: FileHost, indexeddb = true): Promise<MediaFixture> {
  const store = indexeddb ? await openIndexedDbStore({ userId: 'u1', events: silent, clock, timers: { after: () => () => undefined }, indexedDB: new FakeFactory() }) : createMemoryStore();
  await store.claimWriter('build', 1);
  const media = createFilesMediaStore(store, files, clock);
  return {
    media,
    store,
    reopen: async (over = store) => createFilesMediaStore(over, files, clock),
    lose: async (id, what) => {
      const found = await media.get(id);
      await files.delete(pathOfKey((what === 'body' ? found?.localBlobKey : found?.thumbnailBlobKey) ?? ''));
    },
    litter: () => files.write(['cache', 'media', chat, 'nobody.png'], new Blob(['?'])),
  };
}

mediaStoreContract('files', async () => fixture(createOpfsFileHost(createFakeOpfs().root)));

describe('files on a real disk', () => {
  const open = async () => {
    const files = await nodeHost();
    return { files, ...(await fixture(files, false)) };
  };
  const publish = async (media: MediaStore, filename: string, content: string, requestId = chat): Promise<void> => {
    const id = mediaId(requestId, filename);
    await media.add(record(id, { requestId, filename }));
    const digest = createHash('sha256').update(content).digest('hex');
    await media.publish(id, { digest, size: new Blob([content]).size, mimeType: 'application/pdf', verified: true, rest: new Blob([content]) }, 1);
  };
  const names = async (files: FileHost): Promise<string[]> => (await walkFiles(files, [])).map(({ path }) => path.join('/')).sort();

  test('the layout is the data model\'s: cache/media/{requestId}/{filename} and {filename}.thumb', async () => {
    const { files, media } = await open();
    await publish(media, 'scan.pdf', 'one');
    await media.putThumbnail(mediaId(chat, 'scan.pdf'), new Blob(['t']));
    expect(await names(files)).toEqual([`cache/media/${chat}/scan.pdf`, `cache/media/${chat}/scan.pdf.thumb`]);
    expect((await media.get(mediaId(chat, 'scan.pdf')))?.localBlobKey).toBe(`${chat}/scan.pdf`);
  });

  test('#83 names that are trouble on some platform are all stored, none over another, none outside the folder', async () => {
    const { files, media } = await open();
    const hostile = ['scan.pdf', 'SCAN.pdf', '../../x', '/etc/passwd', 'C:\\x', 'CON.txt', 'con.txt', 'a.', 'a', 'a ', 'x', 'x.thumb', 'x.thumb.thumb', `${'n'.repeat(299)}1`, `${'n'.repeat(299)}2`, 'e\u0301', '\u00e9', 'x.1.part', 'x\0y', '..', '.'];
    for (const name of hostile) {
      await publish(media, name, `body of ${name}`);
      await media.putThumbnail(mediaId(chat, name), new Blob([`thumb of ${name}`]));
    }
    for (const name of hostile) {
      expect(await (await media.read(mediaId(chat, name), 'body'))?.text()).toBe(`body of ${name}`);
      expect(await (await media.read(mediaId(chat, name), 'thumbnail'))?.text()).toBe(`thumb of ${name}`);
    }
    const stored = await names(files);
    expect(stored).toHaveLength(2 * hostile.length);
    for (const path of stored) expect(path.startsWith(`cache/media/${chat}/`)).toBe(true);
  });

  test('D-4 the first path owns the bytes; deleting the owner renames the file to one that stays', async () => {
    const { files, media } = await open();
    for (const name of ['a.pdf', 'b.pdf', 'c.pdf']) await publish(media, name, 'same');
    expect(await names(files)).toEqual([`cache/media/${chat}/a.pdf`]);
    await media.remove(mediaId(chat, 'a.pdf'));
    expect(await names(files)).toEqual([`cache/media/${chat}/b.pdf`]);
    expect((await media.get(mediaId(chat, 'c.pdf')))?.localBlobKey).toBe(`${chat}/b.pdf`);
  });

  test('D-2 D-4 files, then the database, then files again: nothing is held that is not there, and a digest has one file', async () => {
    const { files, media, store, reopen } = await open();
    for (const name of ['z.pdf', 'y.pdf']) await publish(media, name, 'same');
    await media.putThumbnail(mediaId(chat, 'z.pdf'), new Blob(['tn'], { type: 'image/webp' }));
    const counted = async (now: MediaStore) => expect(await now.size()).toBe((await now.recount()).mediaSize);
    const between = createBlobMediaStore(store, clock);
    await between.reconcile();
    await counted(between);
    for (const known of await between.list()) expect(known).toMatchObject({ localBlobKey: null, thumbnailBlobKey: null, downloadStatus: 'pending' });
    await publish(between, 'x.pdf', 'same');
    await counted(between);
    const back = await reopen();
    await back.reconcile();
    await counted(back);
    expect(await names(files)).toEqual([]);
    await publish(back, 'b.pdf', 'same');
    const next = await reopen();
    await publish(next, 'a.pdf', 'same');
    expect(await names(files)).toEqual([`cache/media/${chat}/b.pdf`]);
    await counted(next);
  });

  test('#84 a renaming that was cut off between file and record is found again, nothing is lost', async () => {
    const { files, media, reopen } = await open();
    for (const name of ['a.pdf', 'b.pdf']) await publish(media, name, 'same');
    await files.move(['cache', 'media', chat, 'a.pdf'], ['cache', 'media', chat, 'b.pdf']);
    const next = await reopen();
    expect(await next.reconcile()).toEqual({ missing: 0, orphans: 0, countersWrong: false, left: 0 });
    for (const name of ['a.pdf', 'b.pdf']) expect(await (await next.read(mediaId(chat, name), 'body'))?.text()).toBe('same');
    expect(await next.remove(mediaId(chat, 'b.pdf'))).toBe(0);
    expect(await (await next.read(mediaId(chat, 'a.pdf'), 'body'))?.text()).toBe('same');
  });

  test('#84 a file that was cut short, or grew, is a miss; temporary files and empty folders of a dead daemon are removed', async () => {
    const { files, media, reopen } = await open();
    await publish(media, 'a.pdf', 'whole');
    await publish(media, 'b.pdf', 'other');
    await files.write(['cache', 'media', chat, 'a.pdf'], new Blob(['who']));
    await files.append(['cache', 'media', chat, 'b.pdf'], new Blob(['+']));
    expect(await media.read(mediaId(chat, 'a.pdf'), 'body')).toBeNull();
    await files.write(['cache', 'media', chat, 'c.pdf.1.temp'], new Blob(['?']));
    const next = await reopen();
    expect(await next.reconcile()).toEqual({ missing: 1, orphans: 2, countersWrong: true, left: 0 });
    expect(await files.list(['cache', 'media'])).toEqual([]);
  });

  test('D-2 #84 killed at any moment of putting things right: the counters are those of the records, and the next start ends it', async () => {
    for (let killAt = 1; ; killAt += 1) {
      const { files, media, store, reopen } = await open();
      for (const name of ['a.pdf', 'b.pdf', 'c.pdf']) await publish(media, name, `body of ${name}`);
      await media.putThumbnail(mediaId(chat, 'b.pdf'), new Blob(['thumbnail']));
      await media.add(record(mediaId(chat, 'd.pdf'), { requestId: chat, filename: 'd.pdf' }));
      await media.append(mediaId(chat, 'd.pdf'), 0, new Blob(['01234']), '"1"');
      await files.delete(['cache', 'media', chat, 'a.pdf']);
      await files.delete(['cache', 'media', chat, 'b.pdf.thumb']);
      await files.append(['cache', 'media', chat, 'd.pdf.1.part'], new Blob(['more than is written down']));
      for (const name of ['n.png', 'o.png']) await files.write(['cache', 'media', chat, name], new Blob(['?']));
      let calls = 0;
      const dying = <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) => (...args: Args): Promise<T> => (++calls >= killAt ? Promise.reject(new Error('killed')) : call(...args));
      const dyingFiles = { ...files, move: dying(files.move), write: dying(files.write), delete: dying(files.delete) };
      const killed = createFilesMediaStore({ ...store, write: dying(store.write) as typeof store.write }, dyingFiles, clock);
      const survived = await killed.reconcile().then(() => calls < killAt, () => false);
      const [records, stats] = await store.read(['media_meta', 'cache_stats'], (tx) => Promise.all([tx.getAll('media_meta'), tx.get('cache_stats', 'stats')]));
      const counted = records.reduce((sum, { localBlobKey, fileSize, _thumbnailSize = 0, _partial }) => sum + (localBlobKey === null ? 0 : fileSize) + _thumbnailSize + (_partial?.size ?? 0), 0);
      expect([killAt, stats?.mediaSize, stats?.mediaCount]).toEqual([killAt, counted, records.filter(({ localBlobKey }) => localBlobKey !== null).length]);
      const next = await reopen();
      await next.reconcile();
      expect([killAt, await next.size()]).toEqual([killAt, (await next.recount()).mediaSize]);
      expect((await next.append(mediaId(chat, 'd.pdf'), 5, new Blob(['5']), '"1"'))._partial?.size).toBe(6);
      expect([killAt, await next.size()]).toEqual([killAt, (await next.recount()).mediaSize]);
      if (survived) break;
    }
  });

  test('D-2 a cleaner takes the part just before more is added to it: the record does not call that received', async () => {
    const files = await nodeHost();
    let cleans = false;
    const cleaned: FileHost = {
      ...files,
      append: async (path, data) => {
        if (cleans) await files.delete(path);
        return files.append(path, data);
      },
    };
    const { media } = await fixture(cleaned, false);
    const id = mediaId(chat, 'scan.pdf');
    await media.add(record(id, { requestId: chat, filename: 'scan.pdf' }));
    await media.append(id, 0, new Blob(['begin ']), '"1"');
    cleans = true;
    await expect(media.append(id, 6, new Blob(['more']), '"1"')).rejects.toMatchObject({ code: 'INVALID' });
    expect((await media.get(id))?._partial).toEqual({ size: 6, etag: '"1"' });
    // Less than that is there, so the file is fetched from its beginning.
    expect(await media.readPartial(id)).toBeNull();
    await media.discardPartial(id);
    cleans = false;
    await media.append(id, 0, new Blob(['begin more']), '"1"');
    expect(await (await media.readPartial(id))?.text()).toBe('begin more');
    expect(await media.recount()).toMatchObject({ mediaSize: await media.size() });
  });

  test('#73 a part that an earlier daemon received is taken over; what a replaced daemon still writes goes elsewhere', async () => {
    const { files, media, store, reopen } = await open();
    const id = mediaId(chat, 'a.pdf');
    await media.add(record(id, { requestId: chat, filename: 'a.pdf' }));
    await media.append(id, 0, new Blob(['01234']), '"1"');
    await store.claimWriter('next', 2);
    const next = await reopen();
    await next.reconcile();
    expect(await names(files)).toEqual([`cache/media/${chat}/a.pdf.2.part`]);
    expect(await (await next.readPartial(id))?.text()).toBe('01234');
    await expect(media.append(id, 5, new Blob(['stale']), '"1"')).rejects.toBeDefined();
    expect(await (await next.readPartial(id))?.text()).toBe('01234');
    expect((await next.append(id, 5, new Blob(['5']), '"1"'))._partial?.size).toBe(6);
  });
});
