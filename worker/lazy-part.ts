/**
 * A part of the daemon that loads when it is first asked for.
 *
 * Owns: that it is loaded once, and asked for again after a failure; that one which comes after the end is closed at once.
 */
import { TabcachedError } from '../protocol/errors.ts';

/** A part, loaded or not. */
export interface LazyPart<Part> {
  /** Rejects with `OFFLINE` when its script cannot be fetched. */
  load(): Promise<Part>;
  /** The part, when it is loaded. */
  loaded(): Part | null;
  close(): Promise<void>;
}

/** `open` fetches the script and creates the part. */
export function createLazyPart<Part extends { close(): unknown }>(open: () => Promise<Part>): LazyPart<Part> {
  let loading: Promise<Part> | null = null;
  let part: Part | null = null;
  let closed = false;
  return {
    load: () =>
      (loading ??= open().then(
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
      await part?.close();
    },
  };
}
