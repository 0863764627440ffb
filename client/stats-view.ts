/**
 * The statistics of the cache in a tab, live while somebody reads.
 *
 * Owns: asking to be told and stopping. Does not know what the numbers mean.
 */
import type { DownloadAllState } from '../protocol/inspect.ts';
import type { CacheStats } from '../protocol/records.ts';
import type { StatsFrame } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import type { Environment } from './env.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import { createSource, type Source } from './source.ts';

/** The statistics and the wires that the client pulls. */
export interface StatsView {
  /** Null until the first answer. */
  readonly source: Source<CacheStats | null>;
  /** Null while no download is known of. */
  readonly download: Source<DownloadAllState | null>;
  readonly live: LiveView;
  receive(frame: StatsFrame): void;
  /** Shows nothing any more. */
  forget(): void;
}

/** Statistics that are asked for when somebody subscribes. */
export function createStatsView(env: Environment, deadlineMs: number, call: Call, isUp: () => boolean): StatsView {
  let stats: CacheStats | null = null;
  let downloadState: DownloadAllState | null = null;
  /** Readers of either value. */
  let readers = 0;
  const set = (nextStats: CacheStats | null, nextDownload: DownloadAllState | null): void => {
    stats = nextStats;
    downloadState = nextDownload;
    source.touch();
    download.touch();
  };
  const live = createLiveView(env, deadlineMs, isUp, {
    open: async (isCurrent) => {
      const answer = await call('watchStats', { watching: true });
      if (isCurrent()) set(answer, downloadState);
    },
    close: () => {
      set(null, null);
      if (isUp()) void call('watchStats', { watching: false }).catch(() => undefined);
    },
    onFailure: () => undefined,
  });
  const use = (used: boolean): void => {
    readers += used ? 1 : -1;
    if (readers === 0 || (used && readers === 1)) live.use(used);
  };
  const source = createSource(() => stats, use);
  const download = createSource(() => downloadState, use);
  return { source, download, live, receive: (frame) => live.isActive() && set(frame.stats, frame.downloadAll), forget: () => set(null, null) };
}
