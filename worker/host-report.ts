/**
 * Telling every tab how the daemon is.
 *
 * Owns: that tabs hear of a condition once, and only of what a task ended in: conditions flicker on the way. Does not know where they
 * come from.
 */
import type { HostState } from '../protocol/index.ts';

/** The report. */
export interface HostReport {
  /** Something about the daemon's condition may have changed. */
  changed(): void;
}

/** Creates the report; `tell` gets each new condition with its frame. */
export function createHostReport(state: () => HostState, tell: (state: HostState, frame: string) => void): HostReport {
  let last = '';
  let waiting = false;
  return {
    changed: () => {
      if (waiting) return;
      waiting = true;
      void Promise.resolve().then(() => {
        waiting = false;
        const host = state();
        const frame = JSON.stringify({ t: 'host', host });
        if (frame === last) return;
        last = frame;
        tell(host, frame);
      });
    },
  };
}
