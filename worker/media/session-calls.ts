/**
 * The calls of one tab about media.
 *
 * Owns: the translation into what files do, and who watches. Inputs were checked before they come here.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import { mediaId, type PinnedMedia } from '../../protocol/media.ts';
import type { CacheUse } from '../cache-use.ts';
import type { Clock, Log } from '../env.ts';
import type { Session } from '../sessions.ts';
import type { MediaCalls } from './media.ts';
import type { MediaEntry } from './media-entry.ts';
import type { MediaFiles } from './media-files.ts';
import type { MediaRecord, MediaStore } from './media-store.ts';
import type { Room } from './room.ts';

/** How often it is written down that a file was looked at. */
const ACCESS_MS = 60_000;

/** What the calls act on. */
export interface SessionCallsSetup {
  readonly files: MediaFiles;
  readonly media: MediaStore;
  readonly room: Pick<Room, 'limitBytes'>;
  readonly clock: Clock;
  readonly cacheUse: Pick<CacheUse, 'asked'>;
  readonly log: Log;
  /** Resolves when the store is put right; calls wait for it. */
  readonly started: Promise<void>;
  isConnected(session: Session): boolean;
}

/** The session watches that file no more. What nobody watches is not fetched, unless it is pinned. */
export function stopWatching(files: MediaFiles, session: Session, id: string): void {
  const entry = files.get(id);
  if (!entry?.watchers.delete(session) || entry.watchers.size > 0) return;
  entry.lent = null;
  if (!entry.record.isPinned) void files.queue.drop(id);
  files.show(entry);
}

/** The calls of a session. */
export function createSessionCalls({ files, media, room, clock, cacheUse, log, started, isConnected }: SessionCallsSetup, session: Session): MediaCalls {
  const { queue } = files;
  const touch = (entry: MediaEntry): void => {
    if (clock.now() - entry.record.lastAccessedAt >= ACCESS_MS) void files.note(entry, { lastAccessedAt: clock.now() });
  };

  return {
    watchMedia: async (input) => {
      await started;
      const { priority, onScreen, messageId } = input;
      // Hints that change are told by watching again: that is no new request.
      let isNew = false;
      const entry = await files.open(input, ({ watchers }) => {
        isNew = !watchers.has(session);
        if (isConnected(session)) watchers.set(session, { priority, onScreen });
      });
      if (!entry.watchers.has(session)) throw new TabcachedError('CLOSED');
      if (isNew) cacheUse.asked(entry.record.localBlobKey !== null);
      if (entry.record.messageId !== messageId || entry.record.priority !== priority) void files.note(entry, { messageId, priority });
      touch(entry);
      files.want(entry);
      // What this tab is told now may be another state than the last frame's, and going back to that one is news.
      entry.lastFrame = '';
      return files.state(entry);
    },
    unwatchMedia: async ({ requestId, filename }) => {
      await started;
      const id = mediaId(requestId, filename);
      // After a watch that is still on its way.
      await files.inTurn(id, async () => stopWatching(files, session, id));
      return null;
    },
    readMedia: async ({ requestId, filename, thumbnail }) => {
      await started;
      const id = mediaId(requestId, filename);
      const entry = files.get(id);
      if (!thumbnail && entry?.lent) return { blob: entry.lent };
      const blob = await files.inTurn(id, () => media.read(id, thumbnail ? 'thumbnail' : 'body'));
      if (!entry) return { blob };
      if (blob) touch(entry);
      else {
        // Gone behind our back: a miss, which is fetched again for whoever watches.
        entry.record = (await media.get(id)) ?? entry.record;
        if (entry.watchers.size > 0) files.want(entry);
        files.show(entry);
      }
      return { blob };
    },
    retryMedia: async ({ requestId, filename }) => {
      await started;
      const entry = files.get(mediaId(requestId, filename));
      if (!entry) return null;
      if (entry.record.downloadStatus === 'failed') await files.note(entry, { downloadStatus: 'pending', _error: undefined });
      files.want(entry);
      queue.hurry(entry.id);
      files.show(entry);
      return null;
    },
    cancelMedia: async ({ requestId, filename }) => {
      await started;
      const entry = files.get(mediaId(requestId, filename));
      if (!entry || queue.phase(entry.id) === 'none') return null;
      await queue.drop(entry.id);
      await files
        .inTurn(entry.id, async () => {
          await media.discardPartial(entry.id);
          entry.record = (await media.get(entry.id)) ?? entry.record;
        })
        // Nothing fetches it any more, whatever storage says: who waits for it has to hear so.
        .catch((thrown: unknown) => log.warn('part not discarded', { id: entry.id, error: String(thrown) }));
      entry.receivedBytes = 0;
      // It was stored in the same moment.
      if (entry.record.localBlobKey !== null) {
        files.show(entry);
        return null;
      }
      await files.fail(entry, new TabcachedError('CANCELLED', 'A person stopped the download.'));
      return null;
    },
    pinMedia: async ({ requestId, filename, messageId, pinned }) => {
      await started;
      const entry = await files.open({ requestId, filename, messageId });
      await files.note(entry, { isPinned: pinned });
      if (pinned) files.want(entry);
      else if (entry.watchers.size === 0) void queue.drop(entry.id);
      const state = files.state(entry);
      files.show(entry);
      return state;
    },
    pinnedMedia: async () => {
      await started;
      return (await media.list()).filter((record) => record.isPinned).map(pinnedOf);
    },
    cacheSize: async () => {
      await started;
      const [totalBytes, limitBytes] = [await media.size(), room.limitBytes()];
      return { totalBytes, limitBytes, usagePercent: limitBytes > 0 ? Math.floor((totalBytes / limitBytes) * 100) : 100 };
    },
  };
}

const pinnedOf = ({ requestId, messageId, filename, originalFilename, mimeType, fileSize, localBlobKey }: MediaRecord): PinnedMedia => ({
  requestId,
  messageId,
  filename,
  originalFilename: originalFilename ?? null,
  mimeType,
  fileSize,
  held: localBlobKey !== null,
});
