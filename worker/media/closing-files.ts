/**
 * Files that can be closed: afterwards nothing of them is read or written any more, whoever still holds them.
 *
 * Owns: the calls under way. What was begun before the end is waited for, so that whoever removes the files removes them for good.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import type { FileHost } from './file-host.ts';

/** Files, and their end. */
export interface ClosingFiles extends FileHost {
  /** Resolves when no call is under way; later ones reject with `CLOSED`. Idempotent. */
  close(): Promise<void>;
}

/** Files over other ones. */
export function closingFiles(files: FileHost): ClosingFiles {
  const running = new Set<Promise<unknown>>();
  let closed = false;
  const watched =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>): ((...args: Args) => Promise<T>) =>
    async (...args) => {
      if (closed) throw new TabcachedError('CLOSED', 'The files are closed.');
      const run = call(...args);
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    };
  return {
    read: watched(files.read.bind(files)),
    sizeBytes: watched(files.sizeBytes.bind(files)),
    write: watched(files.write.bind(files)),
    append: watched(files.append.bind(files)),
    move: watched(files.move.bind(files)),
    delete: watched(files.delete.bind(files)),
    list: watched(files.list.bind(files)),
    close: async () => {
      closed = true;
      await Promise.allSettled(running);
    },
  };
}
