/**
 * Telling every tab how the daemon is.
 *
 * Owns: that tabs hear of a condition once, and only of what a task ended in: conditions flicker on the way. Does not know where they
 * come from.
 */
import type { HostState } from '../protocol/index.ts';
import type { Environment } from './env.ts';

/** The report. */
export interface HostReport {
  /** Something about the daemon's condition may have changed. `joined`: for a tab that was given one which nobody else was told. */
  changed(joined?: boolean): void;
}

/** Conditions that follow each other faster than this are told as one: 25 tabs that come back at once would each hear of all the others. */
const TOGETHER_MS = 20;

/** Creates the report; `tell` gets each new condition with its frame. */
export function createHostReport(state: () => HostState, { clock, timers }: Pick<Environment, 'clock' | 'timers'>, tell: (state: HostState, frame: string) => void): HostReport {
  let last = '';
  let toldAt = Number.NEGATIVE_INFINITY;
  let waiting = false;
  const look = (): void => {
    waiting = false;
    const host = state();
    const frame = JSON.stringify({ t: 'host', host });
    if (frame === last) return;
    last = frame;
    toldAt = clock.now();
    tell(host, frame);
  };
  return {
    changed: (joined) => {
      if (joined) last = '';
      if (waiting) return;
      waiting = true;
      if (Math.abs(clock.now() - toldAt) < TOGETHER_MS) timers.after(TOGETHER_MS, look);
      else void Promise.resolve().then(look);
    },
  };
}
