/**
 * Pauses between attempts, for syncing and sending alike: full jitter under a doubling bound.
 *
 * Owns: the arithmetic. Pure; the caller brings its random number.
 */
import { BACKOFF_FIRST_MS, BACKOFF_LONGEST_MS } from '../protocol/limits.ts';

/** Pause before attempt `attempt + 1` (the first retry is 0), in milliseconds. What the server asked for wins. */
export function backoffMs(attempt: number, random: number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  return random * Math.min(BACKOFF_LONGEST_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 30));
}
