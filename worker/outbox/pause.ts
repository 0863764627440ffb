/**
 * The pause that the server asks all lanes for.
 *
 * Owns: that it is never longer than it was asked for: when the clock is set back, its end goes back with it. Does not know lanes.
 */
import type { Clock } from '../env.ts';

/** A pause; none at first. */
export interface Pause {
  /** Until when, in Unix milliseconds; in the past when there is none. */
  untilAt(): number;
  /** Makes it last until then at least. */
  extend(untilAt: number): void;
}

/** Creates a pause. */
export function createPause({ now }: Clock): Pause {
  let lookedAt = now();
  let endsAt = 0;
  const untilAt = (): number => {
    const at = now();
    endsAt += Math.min(0, at - lookedAt);
    lookedAt = at;
    return endsAt;
  };
  return { untilAt, extend: (to) => void (endsAt = Math.max(untilAt(), to)) };
}
