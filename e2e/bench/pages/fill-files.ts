/** Files that the daemon has held for long, written into its database by hand: what it has to give up for new ones. */
import { databaseName, mediaId, type CachedMediaBlob, type CachedMediaMeta, type CacheStats } from 'tabcached/protocol';
import { FILE_BYTES, fileBytes, fileChat, fileName } from './files.ts';
import { chatId, storedMessage, USER_ID } from './rows.ts';

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Two hours old, so that it may go. */
const AGE_MS = 2 * 60 * 60 * 1000;

/** Writes files `from` to `from + count - 1` with the counters. The database must exist. */
export async function fillFiles(from: number, count: number): Promise<void> {
  const database = await done(indexedDB.open(databaseName(USER_ID)));
  const at = Date.now() - AGE_MS;
  for (let number = from; number < from + count; number++) {
    const filename = fileName(number);
    const requestId = chatId(fileChat(number));
    const key = `bench-${number}`;
    const id = mediaId(requestId, filename);
    const meta: CachedMediaMeta = {
      id, requestId, filename,
      messageId: storedMessage(fileChat(number), 1).id,
      mimeType: 'application/pdf',
      fileSize: FILE_BYTES,
      downloadStatus: 'completed',
      downloadProgress: 100,
      downloadedAt: at,
      sha256Hash: null,
      isVerified: false,
      localBlobKey: key,
      thumbnailBlobKey: null,
      lastAccessedAt: at + number,
      isPinned: false,
      priority: 'normal',
    };
    const blob: CachedMediaBlob = { key, data: new Blob([fileBytes(number)]), size: FILE_BYTES, mimeType: meta.mimeType, createdAt: at, lastAccessedAt: at, _refs: [id] };
    const transaction = database.transaction(['media_meta', 'media_blobs', 'cache_stats'], 'readwrite', { durability: 'relaxed' });
    transaction.objectStore('media_meta').put(meta);
    transaction.objectStore('media_blobs').put(blob);
    const stats = await done<CacheStats | undefined>(transaction.objectStore('cache_stats').get('stats'));
    if (stats) transaction.objectStore('cache_stats').put({ ...stats, mediaSize: stats.mediaSize + FILE_BYTES, mediaCount: stats.mediaCount + 1, totalSize: stats.totalSize + FILE_BYTES });
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
  database.close();
}
