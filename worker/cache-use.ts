/**
 * How the cache is used: hits, misses, and when it was last brought up to date.
 *
 * Owns: those fields of `cache_stats`. They change far more often than they are worth a transaction, so they are added up here and written
 * every few seconds (SPEC.md, chapter 13). Sizes and counts are in the transactions of their rows.
 */
import type { CacheStats } from '../protocol/records.ts';
import type { Clock, Timers } from './env.ts';
import { readStats } from './store/chat-counters.ts';
import type { Committer } from './store/committer.ts';
import type { WriteTransaction } from './store/store.ts';

/** How long changes are added up. */
const WRITE_AFTER_MS = 5_000;

/** The use of the cache. */
export interface CacheUse {
  /** A chat or a file was asked for; a hit was answered without waiting for the network. */
  asked(hit: boolean): void;
  /** A chat was fetched anew, or what changed of it. */
  synced(kind: 'full' | 'delta'): void;
  /** The stored record with what is not written yet. */
  with(stats: CacheStats): CacheStats;
  /** Writes now. */
  flush(): void;
  close(): void;
}

interface Counted {
  readonly hits: number;
  readonly misses: number;
  readonly times: Partial<Pick<CacheStats, 'lastFullSync' | 'lastDeltaSync'>>;
}

const NOTHING: Counted = { hits: 0, misses: 0, times: {} };

const sum = (a: Counted, b: Counted): Counted => ({ hits: a.hits + b.hits, misses: a.misses + b.misses, times: { ...a.times, ...b.times } });

function addTo(stats: CacheStats, { hits, misses, times }: Counted): CacheStats {
  const cacheHits = stats.cacheHits + hits;
  const cacheMisses = stats.cacheMisses + misses;
  const asked = cacheHits + cacheMisses;
  return { ...stats, ...times, cacheHits, cacheMisses, hitRate: asked === 0 ? 0 : (100 * cacheHits) / asked };
}

/** Counts from zero; what is stored is added to. */
export function createCacheUse(committer: Committer, clock: Clock, timers: Timers): CacheUse {
  let counted = NOTHING;
  /** Handed to the committer and not stored yet. */
  let writing = NOTHING;
  let cancel: (() => void) | null = null;

  const flush = (): void => {
    cancel?.();
    cancel = null;
    if (counted === NOTHING || writing !== NOTHING) return;
    const now = counted;
    writing = now;
    counted = NOTHING;
    const work = async (tx: WriteTransaction): Promise<void> => {
      const updatedAt = clock.now();
      void tx.put('cache_stats', { ...addTo(await readStats(tx, updatedAt), now), updatedAt });
    };
    committer
      .add({ stores: ['cache_stats'], rows: 1, durability: 'relaxed', work })
      .catch(() => void (counted = sum(now, counted)))
      .finally(() => {
        writing = NOTHING;
        if (counted !== NOTHING) soon();
      });
  };
  const soon = (): void => void (cancel ??= timers.after(WRITE_AFTER_MS, flush));
  const count = (more: Partial<Counted>): void => {
    counted = sum(counted, { ...NOTHING, ...more });
    soon();
  };

  return {
    asked: (hit) => count(hit ? { hits: 1 } : { misses: 1 }),
    synced: (kind) => count({ times: { [kind === 'full' ? 'lastFullSync' : 'lastDeltaSync']: clock.now() } }),
    with: (stats) => addTo(stats, sum(writing, counted)),
    flush,
    close: () => cancel?.(),
  };
}
