/**
 * `logs/cache.log` of the file layout: what the daemon logs, a line of JSON each, so that it outlives the daemon.
 *
 * Owns: which lines go into the file (all but `debug`, and of those the ones that belong to the same call as another line), writing in slices,
 * and the size: past a megabyte the file becomes `cache.old.log`, in place of the one before. Lines that cannot be written are tried again
 * with the next one. Does not know what is worth logging, nor what must be cut out (`inspect/clean-log.ts`).
 */
import type { LogEntry } from '../../protocol/inspect.ts';
import { cleanLog } from '../inspect/clean-log.ts';
import { traceLines } from '../inspect/trace-lines.ts';
import { allOperations } from '../store/outbox-rows.ts';
import type { FileHost, FilePath } from './file-host.ts';
import type { MediaSetup } from './media.ts';

const LOG_PATH: FilePath = ['logs', 'cache.log'];
const OLD_LOG_PATH: FilePath = ['logs', 'cache.old.log'];
/** Lines are collected this long. */
const WRITE_AFTER_MS = 2_000;
const MAX_BYTES = 1024 * 1024;
/** Longest slice, in characters, and longest text within a line. */
const SLICE_MAX = 64 * 1024;
const TEXT_MAX = 500;

/** What it is made with. */
export type CacheLogSetup = Pick<MediaSetup, 'journal' | 'tokens' | 'store'> & { readonly env: Pick<MediaSetup['env'], 'timers'> };

/** The file. */
export interface CacheLog {
  /** Writes what is collected. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** Begins with what was logged before. */
export function createCacheLog(files: FileHost, { journal, tokens, store, env }: CacheLogSetup): CacheLog {
  /** Lines that are in the file. */
  const written = new WeakSet<object>();
  let cancel: (() => void) | null = null;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const operations = await store.read(['offline_queue'], allOperations).catch(() => []);
    const [lines, notes] = [journal.lines(), journal.notes()];
    const fresh = traceLines(lines, notes).flatMap((line, at) => (written.has(lines[at] as object) ? [] : [{ line, kept: lines[at] as object }]));
    const traces = new Set(fresh.map(({ line }) => line.level !== 'debug' && line.trace));
    const telling = fresh.filter(({ line }) => line.level !== 'debug' || (line.trace !== null && traces.has(line.trace)));
    for (const slice of slicesOf(cleanLog(telling.map(({ line }) => line), { notes, tokens: tokens.given, operations }))) {
      const size = await files.append(LOG_PATH, new Blob([slice]));
      if (size > MAX_BYTES) await files.move(LOG_PATH, OLD_LOG_PATH);
    }
    for (const { kept } of telling) written.add(kept);
  };
  const flush = (): Promise<void> => {
    cancel?.();
    cancel = null;
    return (writing = writing.then(write).catch(() => undefined));
  };
  const schedule = (): void => void (cancel ??= env.timers.after(WRITE_AFTER_MS, () => void flush()));
  journal.watch((level) => {
    if (level !== 'debug') schedule();
  });
  schedule();
  return {
    close: () => {
      journal.watch(() => undefined);
      return flush();
    },
  };
}

/** As texts, none much longer than {@link SLICE_MAX}. */
function slicesOf(lines: readonly LogEntry[]): readonly string[] {
  const slices: string[] = [];
  let slice = '';
  for (const { at, level, event, trace, fields } of lines) {
    const short = (_: string, value: unknown): unknown => (typeof value === 'string' && value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value);
    slice += `${JSON.stringify({ at: new Date(at).toISOString(), level, event, ...fields, trace: trace ?? undefined }, short)}\n`;
    if (slice.length < SLICE_MAX) continue;
    slices.push(slice);
    slice = '';
  }
  return slice === '' ? slices : [...slices, slice];
}
