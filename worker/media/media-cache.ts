/**
 * The media cache, put together: files, calls, the end of files whose message is gone, and what eviction may do.
 *
 * Owns: who tells whom. What goes for want of room is decided in `worker/eviction`.
 */
import { mediaCallInputs } from '../../protocol/media-calls.ts';
import type { MediaStats } from '../../protocol/media.ts';
import type { Media, MediaSetup, Pictures } from './media.ts';
import { mediaView } from './media.ts';
import { createMediaFiles } from './media-files.ts';
import type { MediaEntry } from './media-entry.ts';
import type { MediaStore } from './media-store.ts';
import { orphansOf, showsFile } from './orphans.ts';
import { createOrphanSweep } from './orphan-sweep.ts';
import type { EvictableMedia, Room } from './room.ts';
import { checkedCall } from '../checked-call.ts';
import { createSessionCalls, stopWatching } from './session-calls.ts';

/** Pause before it is looked again for the message of a file, when storage refused. */
const LOOK_AGAIN_MS = 5_000;

/** What the cache needs beside the daemon. */
export interface MediaCacheSetup extends MediaSetup {
  readonly media: MediaStore;
  readonly room: Room;
  readonly pictures: Pictures | null;
  /** Resolves when the store is put right; calls wait for it. */
  readonly started: Promise<void>;
}

/** The cache, also as eviction sees it. */
export interface MediaCache extends Omit<Media, 'freeSpace' | 'evictions' | 'limits'>, EvictableMedia {
  /** Fetches pinned files that are not held, and looks for files without a message. To be called once, when started. */
  begin(): Promise<void>;
}

/** Creates the cache; nothing is fetched before somebody asks. */
export function createMediaCache(setup: MediaCacheSetup): MediaCache {
  const { env, media, store, started } = setup;
  const { log, timers, clock } = env;
  const files = createMediaFiles({
    ...setup,
    // A page may ask for the file of a message that was deleted in the same moment.
    onAdded: (record) => sweep.doubt(record.requestId),
  });
  const { queue, stats } = files;
  let closed = false;
  const fetchAgain = (entry: MediaEntry): Promise<void> => files.open(entry.record).then(files.want);
  /** Watched, and neither held nor on its way: it was taken away, or storage refused that after its download had ended. */
  const isAsleep = (entry: MediaEntry): boolean =>
    entry.watchers.size > 0 && !(entry.stored && entry.record.localBlobKey !== null) && queue.phase(entry.id) === 'none' && files.get(entry.id) === entry;
  /** Was a file taken away although a message that came meanwhile, or stayed, shows it? */
  const lookAgain = async (entry: MediaEntry): Promise<void> => {
    if (closed || !isAsleep(entry)) return;
    try {
      await setup.flushed();
      const orphans = await store.read(['messages', 'chat_meta'], (tx) => orphansOf(tx, [entry.record], new Set()));
      if (orphans.length === 0) await fetchAgain(entry);
    } catch {
      timers.after(LOOK_AGAIN_MS, () => void lookAgain(entry));
    }
  };
  const remove = async (id: string): Promise<void> => {
    try {
      await files.remove(id);
    } finally {
      const entry = files.get(id);
      if (entry) void lookAgain(entry);
    }
  };
  const sweep = createOrphanSweep({ timers, log, store, media, flushed: setup.flushed, remove });

  const isBusy = (id: string): boolean => {
    // One that nobody wants any more still puts what came behind the part that is held.
    if (queue.isRunning(id)) return true;
    const entry = files.get(id);
    return entry !== undefined && (queue.phase(id) !== 'none' || [...entry.watchers.values()].some((wish) => wish.onScreen));
  };

  const forget = async (requestId: string): Promise<void> => {
    try {
      await started;
      const known = [...files.all()].filter((entry) => entry.requestId === requestId);
      for (const id of new Set([...known, ...(await media.list(requestId))].map((file) => file.id))) await remove(id);
    } catch (thrown) {
      log.warn('files not removed', { requestId, error: String(thrown) });
      sweep.doubt(requestId);
    }
  };

  return {
    call: async (session, name, input) => checkedCall(mediaCallInputs, createSessionCalls({ ...setup, files, clock, log }, session), name, input),
    drop: (session) => {
      for (const { id } of files.all()) stopWatching(files, session, id);
    },
    again: (session, views) => {
      for (const entry of files.all()) {
        const view = mediaView(entry.id);
        if (!entry.watchers.has(session) || !views.includes(view)) continue;
        setup.post(session, JSON.stringify({ t: 'media', id: entry.id, state: files.state(entry) }), view);
      }
    },
    wake: (linked) => {
      for (const entry of linked ? files.all() : []) {
        if (mayPass(entry)) void files.note(entry, { downloadStatus: 'pending', _error: undefined }).then(() => files.want(entry));
      }
      queue.wake();
    },
    rowsStored: (requestId, rows) => {
      for (const entry of files.all()) {
        if (entry.requestId !== requestId || !isAsleep(entry) || !rows.some((row) => showsFile(row, entry.record))) continue;
        // Its message was away, and the file with it.
        void fetchAgain(entry);
      }
      sweep.doubtLater(requestId);
    },
    rowsRemoved: sweep.doubt,
    forget: (requestId) => {
      for (const entry of files.all()) {
        if (entry.requestId !== requestId) continue;
        void queue.drop(entry.id);
        files.show(entry);
      }
      void forget(requestId);
    },
    isBusy,
    evict: (id, mayGo) =>
      files.inTurn(id, async () => {
        if (isBusy(id) || files.get(id)?.record.isPinned) return 0;
        // Something may have become of it since it was chosen.
        let goes = false;
        const freed = await media.evict(id, (record) => (goes = mayGo(record)));
        if (!goes) return 0;
        stats.evictedFiles += 1;
        stats.evictedBytes += freed;
        const entry = files.get(id);
        if (entry) {
          entry.record = (await media.get(id)) ?? entry.record;
          files.show(entry);
        }
        return freed;
      }),
    begin: async () => {
      const records = await media.list();
      for (const record of records) if (record.isPinned && record.localBlobKey === null) files.want(files.adopt(record));
      for (const requestId of new Set(records.map((record) => record.requestId))) sweep.doubt(requestId);
    },
    stats: (): MediaStats => ({ ...stats }),
    downloads: () =>
      [...files.all()].flatMap((entry) => {
        const { status, progress, fileSize, pinned, error } = files.state(entry);
        if (status === 'completed' || status === 'idle') return [];
        const { requestId, filename } = entry.record;
        return [{ requestId, filename, watchers: entry.watchers.size, status, progress, fileSize, pinned, error }];
      }),
    close: async () => {
      closed = true;
      sweep.close();
      await queue.close();
    },
  };
}

/** Did it fail for a reason that a new link may have ended? Somebody still has to watch it. */
const mayPass = ({ record, watchers }: MediaEntry): boolean =>
  watchers.size > 0 && record.downloadStatus === 'failed' && ['TIMEOUT', 'SERVER_FAILED', 'OFFLINE', 'UNAUTHORIZED', 'INTERNAL'].includes(record._error?.code ?? '');
