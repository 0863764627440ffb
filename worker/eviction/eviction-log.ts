/** What was evicted lately, and why. Owns: the ring of entries, and totals of this life of the daemon. Does not know who evicts. */
import type { Eviction } from '../../protocol/inspect.ts';

/** Entries that are kept. */
const ENTRIES = 500;

/** The log. */
export interface EvictionLog {
  add(entry: Eviction): void;
  /** The latest ones, oldest first. */
  entries(): readonly Eviction[];
  /** Of everything, also what has left the ring. */
  totals(): { readonly files: number; readonly fileBytes: number; readonly rows: number; readonly rowBytes: number };
}

/** An empty log. */
export function createEvictionLog(): EvictionLog {
  const entries: Eviction[] = [];
  const totals = { files: 0, fileBytes: 0, rows: 0, rowBytes: 0 };
  return {
    add: (entry) => {
      entries.push(entry);
      if (entries.length > ENTRIES) entries.shift();
      if (entry.what === 'file') {
        totals.files += 1;
        totals.fileBytes += entry.bytes;
      } else {
        totals.rows += entry.rows;
        totals.rowBytes += entry.bytes;
      }
    },
    entries: () => entries,
    totals: () => ({ ...totals }),
  };
}
