/**
 * The statistics of the cache, live for the tabs that watch them.
 *
 * Owns: reading the record once a second while somebody watches, and telling only what changed. Does not count anything itself.
 */
import type { CacheStats, DownloadAllState } from '../../protocol/index.ts';
import type { Timers } from '../env.ts';
import type { Session } from '../sessions.ts';

/** How often the record is looked at. */
const LOOK_EVERY_MS = 1_000;

/** What live statistics are made with. */
export interface LiveStatsSetup {
  readonly timers: Timers;
  read(): Promise<CacheStats>;
  downloadAll(): DownloadAllState | null;
  /** Tabs that are connected. */
  sessions(): readonly Session[];
  post(session: Session, frame: string): void;
}

/** Live statistics. */
export interface LiveStats {
  watch(session: Session, watching: boolean): Promise<CacheStats>;
  close(): void;
}

/** Creates them; nothing is read while nobody watches. */
export function createLiveStats({ timers, read, downloadAll, sessions, post }: LiveStatsSetup): LiveStats {
  const watching = new Set<Session>();
  let cancel: (() => void) | null = null;
  let last = '';
  let closed = false;

  const look = async (): Promise<CacheStats> => {
    const stats = await read();
    const frame = JSON.stringify({ t: 'stats', stats, downloadAll: downloadAll() });
    if (frame !== last) for (const session of watching) post(session, frame);
    last = frame;
    return stats;
  };
  const schedule = (): void => {
    if (closed || watching.size === 0) return;
    cancel ??= timers.after(LOOK_EVERY_MS, () => {
      cancel = null;
      const connected = new Set(sessions());
      for (const session of watching) if (!connected.has(session)) watching.delete(session);
      // A store that cannot be read now can be read later.
      void look().catch(() => undefined).then(schedule);
    });
  };

  return {
    watch: async (session, on) => {
      if (on) watching.add(session);
      else watching.delete(session);
      schedule();
      return look();
    },
    close: () => {
      closed = true;
      cancel?.();
      watching.clear();
    },
  };
}
