/** The floors of media: files fetched three at a time and thrown away; files put into a bare IndexedDB, a transaction each. */
import type { Answer } from './commands.ts';
import { fileBytes, FILES_PATH, threeAtATime } from './files.ts';
import { sharedNow } from './rows.ts';

async function openStore(): Promise<IDBDatabase> {
  const opening = indexedDB.open('bare-files', 1);
  opening.onupgradeneeded = () => void opening.result.createObjectStore('blobs', { keyPath: 'key' });
  return new Promise((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

const put = (database: IDBDatabase, key: number, data: Blob): Promise<void> =>
  new Promise((resolve, reject) => {
    const transaction = database.transaction('blobs', 'readwrite', { durability: 'relaxed' });
    transaction.objectStore('blobs').put({ key, data });
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

/** Fetches or stores files; answers when it began and ended. */
export async function bareFiles(how: 'fetch' | 'store', from: number, count: number): Promise<Answer> {
  const database = how === 'store' ? await openStore() : null;
  const began = sharedNow();
  await threeAtATime(count, async (index) => {
    const number = from + index;
    if (database) await put(database, number, new Blob([fileBytes(number)]));
    else await (await fetch(`${FILES_PATH}${number}`, { cache: 'no-store' })).arrayBuffer();
  });
  const ended = sharedNow();
  database?.close();
  return [
    [0, began],
    [1, ended],
  ];
}
