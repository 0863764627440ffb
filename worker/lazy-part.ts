/**
 * A part of the daemon that loads when it is first asked for.
 *
 * Owns: that it is loaded once, and asked for again after a failure; that one which comes after the end is closed at once.
 */
import { TabcachedError } from '../protocol/errors.ts';
import type { Timers } from './env.ts';

/** A part, loaded or not. */
export interface LazyPart<Part> {
  /** Rejects with `OFFLINE` when its script cannot be fetched. */
  load(): Promise<Part>;
  /** The part, when it is loaded. */
  loaded(): Part | null;
  /** Resolves when the part is closed. One that is still being loaded is waited for, a second at most. */
  close(): Promise<void>;
}

/** How long the end waits for a part that is being loaded. */
const PATIENCE_MS = 1_000;

/** `open` fetches the script and creates the part, unless it is over meanwhile. */
export function createLazyPart<Part extends { close(): unknown }>(timers: Timers, open: (isOver: () => boolean) => Promise<Part>): LazyPart<Part> {
  let loading: Promise<Part> | null = null;
  let part: Part | null = null;
  let closed = false;
  return {
    load: () =>
      (loading ??= open(() => closed).then(
        (opened) => {
          if (closed) opened.close();
          return (part = opened);
        },
        (cause: unknown) => {
          loading = null;
          throw new TabcachedError('OFFLINE', 'A part of the daemon did not load.', { cause });
        },
      )),
    loaded: () => part,
    close: async () => {
      closed = true;
      if (loading && !part) await Promise.race([loading.catch(() => undefined), new Promise<void>((resolve) => void timers.after(PATIENCE_MS, resolve))]);
      await part?.close();
    },
  };
}
