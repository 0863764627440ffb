/**
 * Files in the daemon's memory: their records, their downloads, and what those who watch them are told.
 *
 * Owns: one entry for each file that is watched or fetched; frames, made once for all who get them; taking a file away. How a file is fetched
 * is in `keep-file.ts`, when in `download-queue.ts`. Does not know calls.
 */
import { isTabcachedError, TabcachedError } from '../../protocol/errors.ts';
import { MEDIA_PROGRESS_MS } from '../../protocol/limits.ts';
import { mediaId, type MediaState, type MediaStats } from '../../protocol/media.ts';
import { createDownloadQueue, type DownloadQueue } from './download-queue.ts';
import { keepFile } from './keep-file.ts';
import { mediaView, type MediaSetup, type Pictures } from './media.ts';
import { newEntry, newRecord, stateOf, urgencyOf, type MediaEntry, type MediaWish } from './media-entry.ts';
import { noted } from './media-records.ts';
import type { MediaNotes, MediaRecord, MediaStore } from './media-store.ts';
import type { Room } from './room.ts';
import { createThumbnails } from './thumbnails.ts';
import { createRemovals } from './removals.ts';
import { createTurns } from './turns.ts';

/** What files are made with. */
export interface MediaFilesSetup extends Pick<MediaSetup, 'env' | 'backend' | 'ready' | 'post' | 'onFenced'> {
  readonly media: MediaStore;
  readonly room: Room;
  readonly pictures: Pictures | null;
  /** A record was made for a file. */
  onAdded(record: MediaRecord): void;
}

/** The files in memory. */
export interface MediaFiles {
  get(id: string): MediaEntry | undefined;
  all(): Iterable<MediaEntry>;
  /** The file, with its record: the stored one, or a new one. `use` runs before anything else happens to it. */
  open(wish: MediaWish, use?: (entry: MediaEntry) => void): Promise<MediaEntry>;
  /** As {@link MediaFiles.open}, of a record that is stored. */
  adopt(record: MediaRecord): MediaEntry;
  /** One task about a file after the other. */
  inTurn<T>(id: string, task: () => Promise<T>): Promise<T>;
  /** Changes notes; what storage refuses is true in memory all the same. */
  note(entry: MediaEntry, notes: MediaNotes): Promise<void>;
  fail(entry: MediaEntry, error: TabcachedError): Promise<void>;
  state(entry: MediaEntry): MediaState;
  /** Tells those who watch, when there is something new; forgets a file that nobody watches and nobody fetches. */
  show(entry: MediaEntry): void;
  /** Makes sure that a wanted file is held or will be, and has its thumbnail. */
  want(entry: MediaEntry): void;
  /** Takes everything of a file away; whoever watches it sees it idle. */
  remove(id: string): Promise<void>;
  readonly queue: DownloadQueue;
  readonly stats: { -readonly [Name in keyof MediaStats]: MediaStats[Name] };
}

/** No file yet. */
export function createMediaFiles(setup: MediaFilesSetup): MediaFiles {
  const { env, media, room, backend } = setup;
  const { clock, log } = env;
  const entries = new Map<string, MediaEntry>();
  const turns = createTurns();
  const removals = createRemovals();
  /** Files with an attempt that has not ended well: what it stored may be in no record that is in memory. */
  const doubtful = new Set<string>();
  const stats = { requests: 0, resumed: 0, completed: 0, failed: 0, passedThrough: 0, receivedBytes: 0, evictedFiles: 0, evictedBytes: 0 };

  const note = async (entry: MediaEntry, notes: MediaNotes): Promise<void> => {
    entry.record = noted(entry.record, notes);
    if (!entry.stored) return;
    try {
      await turns.take(entry.id, async () => {
        entry.record = (await media.note(entry.id, notes)) ?? entry.record;
      });
    } catch (thrown) {
      if (isTabcachedError(thrown) && thrown.code === 'FENCED') setup.onFenced();
      log.warn('file not noted', { id: entry.id, error: String(thrown) });
    }
  };

  const stateNow = (entry: MediaEntry) => stateOf(entry, { phase: queue.phase(entry.id), problem: queue.problem(entry.id) });
  const show = (entry: MediaEntry): void => {
    if (entries.get(entry.id) !== entry) return;
    if (entry.watchers.size > 0) {
      const frame = JSON.stringify({ t: 'media', id: entry.id, state: stateNow(entry) });
      if (frame !== entry.lastFrame) {
        entry.lastFrame = frame;
        entry.lastFrameAt = clock.now();
        for (const session of entry.watchers.keys()) setup.post(session, frame, mediaView(entry.id));
      }
    }
    forgetIdle(entry);
  };
  /** Files that nobody watches and nobody fetches are in the store alone. */
  const forgetIdle = (entry: MediaEntry): void => {
    if (entry.watchers.size > 0 || queue.phase(entry.id) !== 'none') return;
    if (entries.get(entry.id) === entry) entries.delete(entry.id);
  };

  const thumbnails = createThumbnails(setup.pictures, log, async (id, thumbnail) => {
    if (!(await room.make(thumbnail.size))) return false;
    try {
      const record = await turns.take(id, () => media.putThumbnail(id, thumbnail));
      const entry = entries.get(id);
      if (!record) return false;
      if (entry) {
        entry.record = record;
        show(entry);
      }
      return true;
    } finally {
      room.settle(thumbnail.size);
    }
  });

  const makeThumbnail = ({ id, record }: MediaEntry): void => void thumbnails.make(record, () => turns.take(id, () => media.read(id, 'body')));

  const attempt = async (id: string, renew: boolean, signal: AbortSignal): Promise<void> => {
    const entry = entries.get(id);
    if (!entry || !backend.media) return;
    const isDoubtful = doubtful.has(id);
    doubtful.add(id);
    const kept = await keepFile({
      isDoubtful,
      fetch: (...args) => (backend.media as NonNullable<typeof backend.media>)(...args),
      entry, media, room, turns, clock, log, renew, signal,
      onRequest: (resumed) => {
        stats.requests += 1;
        if (resumed) stats.resumed += 1;
      },
      onProgress: (receivedBytes, totalBytes, newBytes) => {
        stats.receivedBytes += newBytes;
        Object.assign(entry, { receivedBytes, totalBytes });
        if (Math.abs(clock.now() - entry.lastFrameAt) >= MEDIA_PROGRESS_MS) return show(entry);
        // The last part before a pause is shown too.
        entry.cancelShow ??= env.timers.after(MEDIA_PROGRESS_MS, () => {
          entry.cancelShow = null;
          show(entry);
        });
      },
    });
    if (signal.aborted || entries.get(id) !== entry) return;
    doubtful.delete(id);
    Object.assign(entry, { receivedBytes: 0, totalBytes: null });
    if (kept.kind === 'stored') {
      stats.completed += 1;
      entry.record = kept.record;
      entry.lent = null;
      makeThumbnail(entry);
    } else if (kept.kind === 'passed') {
      stats.passedThrough += 1;
      entry.lent = kept.body;
      entry.record = { ...entry.record, mimeType: kept.received.mimeType };
      if (entry.stored) void thumbnails.make(entry.record, () => Promise.resolve(kept.body));
    }
  };

  const queue = createDownloadQueue({
    env,
    ready: setup.ready,
    urgency: (id) => {
      const entry = entries.get(id);
      return entry ? urgencyOf(entry) : { onScreen: false, priority: 'low' };
    },
    attempt,
    onChange: (id) => {
      const entry = entries.get(id);
      if (entry) show(entry);
    },
    onFailed: (id, error) => {
      const entry = entries.get(id);
      if (error.code === 'FENCED') setup.onFenced();
      if (!entry) return;
      stats.failed += 1;
      log.warn('file not fetched', { id, code: error.code, message: error.message });
      void fail(entry, error);
    },
  });
  const fail = async (entry: MediaEntry, error: TabcachedError): Promise<void> => {
    const written = note(entry, { downloadStatus: 'failed', _error: { code: error.code, message: error.message } });
    show(entry);
    await written;
  };

  /** Reads or makes the record. Without one nothing can be stored; the network goes on (T-3). */
  const readRecord = async (entry: MediaEntry): Promise<void> => {
    try {
      const found = await media.get(entry.id);
      entry.record = found ?? (await media.add(entry.record));
      entry.stored = true;
      if (!found) setup.onAdded(entry.record);
    } catch (thrown) {
      log.warn('file not noted', { id: entry.id, error: String(thrown) });
    }
  };
  const open: MediaFiles['open'] = (wish, use) => {
    const id = mediaId(wish.requestId, wish.filename);
    return turns.take(id, async () => {
      let entry = entries.get(id) ?? newEntry(newRecord(wish, clock.now()), false);
      if (!entry.stored) await readRecord(entry);
      // It may have been adopted meanwhile, or forgotten, by a tab that left.
      entry = entries.get(id) ?? entry;
      entries.set(id, entry);
      use?.(entry);
      return entry;
    });
  };

  const want = (entry: MediaEntry): void => {
    const { record } = entry;
    // A download that begins now would store parts of what is about to be gone.
    if (removals.postpone(entry.id)) return;
    if (record.localBlobKey !== null) return makeThumbnail(entry);
    if (entry.lent || record.downloadStatus === 'failed') return;
    if (!backend.media) return void fail(entry, new TabcachedError('NOT_FOUND', 'This backend has no files.'));
    // It may have been forgotten between two awaits of whoever wants it.
    if (!entries.has(entry.id)) entries.set(entry.id, entry);
    queue.add(entry.id);
  };

  const remove = async (id: string): Promise<void> => {
    const end = removals.begin(id);
    try {
      await queue.drop(id);
      await turns.take(id, async () => {
        await media.remove(id);
        // Whoever opened it since then holds the record that is gone.
        const entry = entries.get(id);
        if (!entry) return;
        const { messageId, requestId, filename, originalFilename, mimeType, priority } = entry.record;
        entry.record = newRecord({ requestId, filename, messageId, originalFilename, mimeType, priority }, clock.now());
        entry.stored = false;
        entry.lent = null;
      });
    } finally {
      const isWanted = end();
      const entry = entries.get(id);
      if (entry) {
        // Nothing fetches it any more, whatever storage says.
        show(entry);
        if (isWanted && entry.watchers.size > 0) void open(entry.record).then(want);
      }
    }
  };

  return {
    get: (id) => entries.get(id),
    all: () => [...entries.values()],
    open,
    adopt: (record) => {
      const entry = entries.get(record.id) ?? newEntry(record, true);
      entries.set(record.id, entry);
      return entry;
    },
    inTurn: turns.take,
    note,
    fail,
    state: stateNow,
    show,
    want,
    remove,
    queue,
    stats,
  };
}
