/**
 * The statistics of the cache in a tab, live while somebody reads.
 *
 * Owns: asking to be told and stopping. Does not know what the numbers mean.
 */
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
  readonly live: LiveView;
  receive(frame: StatsFrame): void;
}

/** Statistics that are asked for when somebody subscribes. */
export function createStatsView(env: Environment, deadlineMs: number, call: Call, isUp: () => boolean): StatsView {
  let stats: CacheStats | null = null;
  const set = (next: CacheStats | null): void => {
    stats = next;
    source.touch();
  };
  const live = createLiveView(env, deadlineMs, isUp, {
    open: async (isCurrent) => {
      const answer = await call('watchStats', { watching: true });
      if (isCurrent()) set(answer);
    },
    close: () => {
      set(null);
      if (isUp()) void call('watchStats', { watching: false }).catch(() => undefined);
    },
    onFailure: () => undefined,
  });
  const source = createSource(() => stats, live.use);
  return { source, live, receive: (frame) => live.isActive() && set(frame.stats) };
}
