/**
 * The outbox of a database that is newer than this code: what a person wrote must not be lost because an older build runs.
 *
 * Owns: reading it as it is, without a version. Writes nothing, creates nothing, deletes nothing.
 */
import { wrap } from 'idb';
import { databaseName, toTabcachedError, type OfflineOperation } from '../../protocol/index.ts';

/**
 * Operations of a user's database, whatever its version; unchecked, because a newer build may have changed their shape. Empty
 * when there is no database or no outbox in it. Rejects with `STORAGE_FAILED`.
 */
export async function readOutboxOfNewerDatabase(userId: string, factory: IDBFactory = indexedDB): Promise<OfflineOperation[]> {
  try {
    const request = factory.open(databaseName(userId));
    let missing = false;
    request.addEventListener('upgradeneeded', () => {
      missing = true;
      request.transaction?.abort();
    });
    const database = await wrap(request).catch((error: unknown) => {
      if (missing) return null;
      throw error;
    });
    if (!database) return [];
    database.addEventListener('versionchange', () => database.close());
    try {
      if (!database.objectStoreNames.contains('offline_queue')) return [];
      return (await database.getAll('offline_queue')) as OfflineOperation[];
    } finally {
      database.close();
    }
  } catch (error) {
    throw toTabcachedError(error, 'STORAGE_FAILED');
  }
}
