/**
 * The outbox of a database that is newer than this code: what a person wrote must not be lost because an older build runs.
 *
 * Owns: reading it as it is, without a version. Writes nothing, creates nothing, deletes nothing.
 */
import { wrap } from 'idb';
import { databaseName, toTabcachedError, type OfflineOperation } from '../../protocol/index.ts';

/** Opens a user's database whatever its version; null when there is none with an outbox. Rejects with the browser's error. */
export async function openUnversioned(userId: string, factory: IDBFactory): Promise<IDBDatabase | null> {
  const request = factory.open(databaseName(userId));
  let missing = false;
  request.addEventListener('upgradeneeded', () => {
    missing = true;
    request.transaction?.abort();
  });
  const database = await wrap(request).then(
    () => request.result,
    (error: unknown) => {
      if (missing) return null;
      throw error;
    },
  );
  if (!database) return null;
  database.addEventListener('versionchange', () => database.close());
  if (database.objectStoreNames.contains('offline_queue')) return database;
  database.close();
  return null;
}

/**
 * Operations of a user's database, whatever its version; unchecked, because a newer build may have changed their shape. Empty
 * when there is no database or no outbox in it. Rejects with `STORAGE_FAILED`.
 */
export async function readOutboxOfNewerDatabase(userId: string, factory: IDBFactory = indexedDB): Promise<OfflineOperation[]> {
  try {
    const database = await openUnversioned(userId, factory);
    if (!database) return [];
    try {
      return (await wrap(database.transaction('offline_queue').objectStore('offline_queue').getAll())) as OfflineOperation[];
    } finally {
      database.close();
    }
  } catch (error) {
    throw toTabcachedError(error, 'STORAGE_FAILED');
  }
}
