import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test } from 'vitest';
import { carriedDatabaseName, databaseName, ownedPrefix } from '../protocol/names.ts';
import { createOpfsFileHost } from './media/opfs-file-host.ts';
import { openOpfs, opfsFolder as filesFolder } from './media/open-opfs.ts';
import { wipeUser, type WipeScope } from './real-wipe.ts';
import { createFakeOpfs } from './testing/fake-opfs.ts';
import { createVirtualTime } from './testing/virtual-time.ts';
import { wipePlaces, type WipePlaces } from './wipe-user.ts';

/** The folder's name is the database's, so that it is told apart here. */
const folderOf = (userId: string): string => `folder ${filesFolder(userId)}`;
const mine = [databaseName('anna'), carriedDatabaseName('anna'), folderOf('anna'), `${ownedPrefix('anna')}media`];
const theirs = [databaseName('anna-b'), carriedDatabaseName('anna-b'), folderOf('anna-b'), `${ownedPrefix('anna-b')}media`];

/** Places over one set of names; `stubborn` ones refuse to go so many times. */
function placesOver(names: Set<string>, stubborn: Record<string, number> = {}): WipePlaces & { readonly order: string[] } {
  const order: string[] = [];
  const remove = async (name: string): Promise<void> => {
    order.push(name);
    if ((stubborn[name] ?? 0) > 0) {
      stubborn[name]! -= 1;
      throw new Error('in use');
    }
    names.delete(name);
  };
  const exists = async (name: string): Promise<boolean> => names.has(name);
  const folder = folderOf('anna');
  return { order, files: { remove: () => remove(folder), holdsAny: () => exists(folder) }, caches: { names: async () => [...names], remove }, databases: { remove, exists } };
}
const noPause = (): Promise<void> => Promise.resolve();

describe('wiping', () => {
  let names: Set<string>;
  beforeEach(() => {
    names = new Set([...mine, ...theirs, 'cache of the application']);
  });

  test('T-4 #97 everything of the user goes, nothing else, and the database last', async () => {
    const places = placesOver(names);
    expect(await wipePlaces('anna', places, noPause)).toEqual([]);
    expect([...names]).toEqual([...theirs, 'cache of the application']);
    expect(places.order.at(-1)).toBe(databaseName('anna'));
  });

  test('T-4 what refuses to go is tried again', async () => {
    expect(await wipePlaces('anna', placesOver(names, { [folderOf('anna')]: 2, [databaseName('anna')]: 1 }), noPause)).toEqual([]);
    expect([...names].filter((name) => mine.includes(name))).toEqual([]);
  });

  test('T-4 while files stay, the database stays: it holds the note that there is something to finish', async () => {
    expect(await wipePlaces('anna', placesOver(names, { [folderOf('anna')]: 9 }), noPause)).toEqual(['files', 'database']);
    expect(names.has(databaseName('anna'))).toBe(true);
  });

  test('T-4 while an outbox that was set aside stays, the database stays', async () => {
    expect(await wipePlaces('anna', placesOver(names, { [carriedDatabaseName('anna')]: 9 }), noPause)).toEqual(['database']);
    expect(names.has(databaseName('anna'))).toBe(true);
  });

  test('T-4 what claims to be gone and is not, is left', async () => {
    const places = placesOver(names);
    expect(await wipePlaces('anna', { ...places, databases: { ...places.databases, remove: async () => undefined } }, noPause)).toEqual(['database']);
  });
});

describe('wiping a browser', () => {
  const time = createVirtualTime();
  const open = (name: string): Promise<IDBDatabase> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error!);
    });
  const scopeWith = (root: unknown): WipeScope =>
    ({ navigator: { storage: { getDirectory: async () => root } }, indexedDB, caches: undefined }) as unknown as WipeScope;

  test('T-4 files and database are gone, those of another user are there', async () => {
    const opfs = createFakeOpfs();
    for (const user of ['anna', 'bert']) {
      (await open(databaseName(user))).close();
      (await open(carriedDatabaseName(user))).close();
      const files = await openOpfs({ getDirectory: async () => opfs.root } as unknown as StorageManager, user);
      for (const path of [['cache', 'media', 'chat', 'a.png'], ['cache', 'media', 'chat', 'a.png.thumb'], ['logs', 'cache.log'], ['settings.json']]) {
        await files.write(path, new Blob([user]));
      }
    }
    expect(await wipeUser(scopeWith(opfs.root), time.timers, 'anna')).toEqual([]);
    expect((await indexedDB.databases()).map(({ name }) => name).sort()).toEqual([databaseName('bert'), carriedDatabaseName('bert')]);
    await expect(opfs.root.getDirectoryHandle(filesFolder('anna'))).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(opfs.root.getDirectoryHandle(filesFolder('bert'))).resolves.toBeDefined();
  });

  test('T-4 files that the application keeps elsewhere go as well', async () => {
    const own = { anna: createOpfsFileHost(createFakeOpfs().root), bert: createOpfsFileHost(createFakeOpfs().root) };
    for (const files of Object.values(own)) {
      await files.write(['cache', 'media', 'chat', 'a.png'], new Blob(['a']));
      await files.write(['settings.json'], new Blob(['{}']));
    }
    const openFiles = async (userId: string) => own[userId as 'anna'];
    expect(await wipeUser(scopeWith(createFakeOpfs().root), time.timers, 'anna', openFiles)).toEqual([]);
    expect(await own.anna.list([])).toEqual([]);
    expect((await own.bert.list([])).length).toBe(2);
  });

  test('T-4 a database that is open elsewhere is not waited for for ever, and is said to be left', async () => {
    const held = await open(databaseName('cyd'));
    const done = wipeUser(scopeWith(createFakeOpfs().root), time.timers, 'cyd');
    let left: readonly string[] | null = null;
    void done.then((answer) => (left = answer));
    for (let step = 0; step < 40 && !left; step += 1) {
      await time.advance(500);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(left).toEqual(['database']);
    held.close();
  });

  test('a browser without files, caches or databases holds nothing', async () => {
    expect(await wipeUser({ navigator: {} } as unknown as WipeScope, time.timers, 'anna')).toEqual([]);
  });
});
