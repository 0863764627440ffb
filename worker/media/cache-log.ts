/**
 * `logs/cache.log` of the file layout: what the daemon logs, a line of JSON each.
 *
 * Owns: collecting lines, so that a busy cache does not write a file per line, and the size of the file: past a megabyte it becomes
 * `cache.old.log`, in place of the one before. A log that cannot be written is given up silently. Does not know what is worth logging.
 */
import type { Clock, Log, Timers } from '../env.ts';
import type { FileHost, FilePath } from './file-host.ts';

const LOG_PATH: FilePath = ['logs', 'cache.log'];
const OLD_LOG_PATH: FilePath = ['logs', 'cache.old.log'];
/** Lines are collected this long. */
const WRITE_AFTER_MS = 2_000;
const MAX_BYTES = 1024 * 1024;

/** The log. */
export interface CacheLog {
  /** As the given one, and into the file; `debug` stays out of the file. */
  readonly log: Log;
  /** Writes what is collected; idempotent. */
  close(): Promise<void>;
}

/** Starts it. */
export function createCacheLog(files: FileHost, log: Log, clock: Clock, timers: Timers): CacheLog {
  let lines: string[] = [];
  let cancel: (() => void) | null = null;
  let writing: Promise<void> = Promise.resolve();

  const write = async (text: string): Promise<void> => {
    const size = await files.append(LOG_PATH, new Blob([text]));
    if (size > MAX_BYTES) await files.move(LOG_PATH, OLD_LOG_PATH);
  };
  const flush = (): Promise<void> => {
    cancel?.();
    cancel = null;
    if (lines.length > 0) {
      const text = `${lines.join('\n')}\n`;
      lines = [];
      writing = writing.then(() => write(text)).catch(() => undefined);
    }
    return writing;
  };
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      log[level](event, fields);
      lines.push(JSON.stringify({ at: new Date(clock.now()).toISOString(), level, event, ...fields }));
      cancel ??= timers.after(WRITE_AFTER_MS, () => void flush());
    };
  return { log: { debug: (event, fields) => log.debug(event, fields), info: at('info'), warn: at('warn'), error: at('error') }, close: flush };
}
