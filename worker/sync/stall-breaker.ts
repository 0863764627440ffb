/**
 * The stall breaker: a repair that changes nothing three times is parked, because a server that answers so would be asked for ever.
 *
 * Owns: what counts as progress. Does not know requests.
 */
import { STALL_LIMIT } from '../../protocol/limits.ts';
import type { ChatModel } from './chat-model.ts';
import type { Step } from './plan.ts';
import { equal } from './ranges.ts';

/** Notes what a page did for its chat in `stalls` (attempts without progress, by end of the gap). True: with this one it is parked. */
export function noteProgress(stalls: Map<number, number>, step: Extract<Step, { kind: 'page' }>, before: ChatModel, after: ChatModel): boolean {
  const key = step.query.mode === 'range' ? step.query.end : 0;
  const moved = !equal(before.history.gaps, after.history.gaps) || !equal(before.unverified, after.unverified) || before.history.watermark !== after.history.watermark;
  if (moved || step.query.mode === 'newest') {
    stalls.delete(key);
    return false;
  }
  const count = (stalls.get(key) ?? 0) + 1;
  stalls.set(key, count);
  return count === STALL_LIMIT;
}
