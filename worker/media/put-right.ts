/**
 * Putting stored files right: at the start, and again in the same life when storage refused that, or when bytes that nobody needs could not
 * be deleted.
 *
 * Owns: when it is done, with growing pauses and not for ever, and that nothing else changes stored files meanwhile. What is put right is each
 * store's own ({@link MediaStore.reconcile}).
 */
import type { Log, Timers } from '../env.ts';
import type { MediaStore } from './media-store.ts';

/** Pause before it is done again; doubled each time, up to the longest. */
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 10 * 60 * 1000;
/** So often for one reason; after that the next start does it. About an hour. */
const TRIES = 12;

/** What it is made with. */
export interface PutRightSetup {
  readonly media: MediaStore;
  readonly timers: Timers;
  readonly log: Log;
  /** Something was put right after the start: counters may have changed. */
  onChanged(): void;
}

/** Putting right. */
export interface PutRight {
  /** The store, whose calls wait while it is put right, and are waited for before. */
  readonly media: MediaStore;
  /** To be called once, before the first other call that writes. Resolves when it was done or refused. */
  start(): Promise<void>;
  /** Bytes that nobody needs could not be deleted. */
  doubt(): void;
  /** Nothing is begun any more; resolves when what was begun has ended. Idempotent. */
  close(): Promise<void>;
}

/** Creates it; nothing is done before {@link PutRight.start}. */
export function createPutRight({ media, timers, log, onChanged }: PutRightSetup): PutRight {
  let active = 0;
  let onQuiet: (() => void) | null = null;
  let running: Promise<void> | null = null;
  let cancelTimer: (() => void) | null = null;
  let tries = 0;
  let doubts = 0;
  let closed = false;

  /** A call that may change what is stored: not while that is compared with what the records say. */
  const apart =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>): ((...args: Args) => Promise<T>) =>
    async (...args) => {
      while (running) await running;
      active += 1;
      try {
        return await call(...args);
      } finally {
        active -= 1;
        if (active === 0) onQuiet?.();
      }
    };
  const quiet = async (): Promise<void> => {
    if (active > 0) await new Promise<void>((resolve) => (onQuiet = resolve));
    onQuiet = null;
  };

  const later = (): void => {
    if (closed || cancelTimer || tries >= TRIES) return;
    cancelTimer = timers.after(Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** tries), () => {
      cancelTimer = null;
      if (running) return later();
      tries += 1;
      void run().then((done) => done && onChanged());
    });
  };

  /** Answers whether it was done. */
  const run = async (): Promise<boolean> => {
    let done = false;
    running = (async () => {
      await quiet();
      const before = doubts;
      try {
        const found = await media.reconcile();
        done = true;
        if (found.missing > 0 || found.orphans > 0 || found.countersWrong) log.warn('stored files put right', { ...found });
        if (found.left === 0 && doubts === before) tries = 0;
        else later();
      } catch (thrown) {
        log.error('stored files not put right', { error: String(thrown) });
        later();
      }
    })();
    await running;
    running = null;
    return done;
  };

  return {
    media: {
      ...media,
      add: apart(media.add),
      note: apart(media.note),
      append: apart(media.append),
      discardPartial: apart(media.discardPartial),
      publish: apart(media.publish),
      putThumbnail: apart(media.putThumbnail),
      // What is gone behind our back is noted.
      read: apart(media.read),
      evict: apart(media.evict),
      remove: apart(media.remove),
    },
    start: async () => void (await run()),
    doubt: () => {
      doubts += 1;
      // Another reason than the one that was given up on.
      if (!cancelTimer && !running) tries = 0;
      later();
    },
    close: async () => {
      closed = true;
      cancelTimer?.();
      await running;
    },
  };
}
