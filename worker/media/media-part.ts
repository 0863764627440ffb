/**
 * The part of the daemon that loads when a tab first asks for a file: the media cache with everything behind it.
 *
 * Owns: putting it together, and putting the store right before the first call.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import { createEviction } from '../eviction/eviction.ts';
import { createLimits } from '../eviction/limits.ts';
import { createBlobMediaStore } from './blob-media-store.ts';
import { createCacheLog } from './cache-log.ts';
import { writeCacheSettings } from './cache-settings.ts';
import { closingFiles } from './closing-files.ts';
import type { FileHost } from './file-host.ts';
import { createFilesMediaStore } from './files-media-store.ts';
import type { Media, MediaSetup, Pictures } from './media.ts';
import { createPutRight, type PutRight } from './put-right.ts';
import { createMediaCache, type MediaCache } from './media-cache.ts';

export { createPictures } from '../real-pictures.ts';
export { mediaSetup } from './media-owner.ts';
export { dropOpfs, openOpfs } from './open-opfs.ts';

/** Files of a platform. */
export interface PlatformFiles {
  open(): Promise<FileHost>;
  /** Removes what is left of a time when media were files. */
  drop(): Promise<void>;
}

/**
 * The media cache over the daemon's database, with bytes in the database or, where the settings say so, in files. Files that cannot be opened,
 * and a database that is only memory, leave the bytes in the database. Files of a time when the settings said so are removed.
 */
export async function openMedia(setup: MediaSetup, pictures: Pictures | null, files: PlatformFiles): Promise<Media> {
  const { env, store, settings } = setup;
  // What is opened for a daemon that has ended would be there again after everything was removed.
  if (setup.isOver()) throw new TabcachedError('CLOSED');
  if (settings.mediaStore !== 'files' && store.kind === 'indexeddb') {
    files.drop().catch((thrown: unknown) => env.log.warn('old files not removed', { error: String(thrown) }));
  }
  if (settings.mediaStore !== 'files' || store.kind !== 'indexeddb') return createMedia(setup, pictures, null);
  try {
    return createMedia(setup, pictures, await files.open());
  } catch (thrown) {
    env.log.error('no files: media go to the database', { error: String(thrown) });
    return createMedia(setup, pictures, null);
  }
}

/** As {@link openMedia}, with the files at hand; null: bytes go to the database. */
export function createMedia(setup: MediaSetup, pictures: Pictures | null, given: FileHost | null = null): Media {
  const files = given && closingFiles(given);
  const { store, settings } = setup;
  const { env } = setup;
  const { clock, log } = env;
  const cacheLog = files && createCacheLog(files, setup);
  const stored = files ? createFilesMediaStore(store, files, clock, () => putRight.doubt()) : createBlobMediaStore(store, clock, () => putRight.doubt());
  const putRight: PutRight = createPutRight({ media: stored, timers: env.timers, log, onChanged: () => void eviction.check() });
  const { media } = putRight;
  const limits = createLimits(settings, store, log);
  const tellLimits = async (): Promise<void> => {
    if (files) await writeCacheSettings(files, { limitBytes: limits.now.budgetBytes, messageLimitBytes: limits.now.messageBudgetBytes });
  };
  const eviction = createEviction({ env, store, media, settings: limits.now, host: setup.eviction, cache: () => cache });
  const restored = limits.restore();
  void restored.then(tellLimits).catch((thrown: unknown) => log.warn('settings.json not written', { error: String(thrown) }));
  const started = restored.then(() => putRight.start());
  const cache: MediaCache = createMediaCache({ ...setup, media, room: eviction.room, pictures, started });
  void started.then(() => cache.begin()).catch((thrown: unknown) => log.warn('pinned files not fetched', { error: String(thrown) }));
  void started.then(() => eviction.check());
  return {
    ...cache,
    rowsStored: (requestId, rows) => {
      eviction.rowsStored();
      cache.rowsStored(requestId, rows);
    },
    freeSpace: () => started.then(() => eviction.freeSpace()),
    evictions: () => eviction.evictions(),
    limits: async (change) => {
      await restored;
      if (change.budgetBytes === undefined && change.messageBudgetBytes === undefined) return limits.told();
      await limits.set(change);
      tellLimits().catch((thrown: unknown) => log.warn('settings.json not written', { error: String(thrown) }));
      // After what is under way, which may be a look by the old ones.
      void started.then(() => eviction.check()).then(() => eviction.check());
      return limits.told();
    },
    close: async () => {
      eviction.close();
      await cache.close();
      await putRight.close();
      media.close();
      await cacheLog?.close();
      await files?.close();
    },
  };
}
