/**
 * Small pictures of files, one after the other.
 *
 * Owns: which files get one, and that a picture of which there is none to be made is tried once in a life of the daemon. Does not know pixels.
 */
import { THUMBNAIL_PX } from '../../protocol/limits.ts';
import { OCTETS } from '../../protocol/media.ts';
import type { Log } from '../env.ts';
import type { Pictures } from './media.ts';
import type { MediaRecord } from './media-store.ts';

/** Larger files are not decoded for it: their pixels would take hundreds of megabytes. */
const DECODED_MAX_BYTES = 32 * 1024 * 1024;

/** Makes thumbnails. */
export interface Thumbnails {
  /** Makes one of that body, when the record is of a picture without one. Never rejects. */
  make(record: MediaRecord, body: () => Promise<Blob | null>): Promise<void>;
}

/** `store` keeps one; false: it is not kept. */
export function createThumbnails(pictures: Pictures | null, log: Log, store: (id: string, thumbnail: Blob) => Promise<boolean>): Thumbnails {
  /** Being made, or not to be made. */
  const tried = new Set<string>();
  let last: Promise<void> = Promise.resolve();

  const makeNow = async (id: string, body: () => Promise<Blob | null>): Promise<void> => {
    try {
      const picture = await body();
      if (!picture || picture.size > DECODED_MAX_BYTES || picture.size === 0) return;
      const thumbnail = await pictures?.shrink(picture, THUMBNAIL_PX);
      // It may be evicted, and then the next download makes it again.
      if (thumbnail && thumbnail.size < picture.size && (await store(id, thumbnail))) tried.delete(id);
    } catch (thrown) {
      log.warn('no thumbnail', { id, error: String(thrown) });
    }
  };

  return {
    make: (record, body) => {
      const { id } = record;
      if (!pictures || record.mimeType === OCTETS || record.thumbnailBlobKey !== null || tried.has(id)) return Promise.resolve();
      tried.add(id);
      last = last.then(() => makeNow(id, body));
      return last;
    },
  };
}
