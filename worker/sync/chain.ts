/**
 * Push frames of one chat that are not the next ones, waiting for their predecessors.
 *
 * Owns: the order. Values only; bounded. Does not know rows.
 */
import type { ChangeFrame } from '../../protocol/index.ts';

/** Frames kept per chat at most; a chat that misses more runs a delta anyway. */
const WAITING_MAX = 500;

/** What to do with a frame, given the revision up to which everything is applied. */
export type Place = 'next' | 'known' | 'later';

/** Where a frame stands in the chain. */
export function placeOf(frame: ChangeFrame, revision: number): Place {
  if (frame.revision <= revision) return 'known';
  return frame.previousRevision <= revision ? 'next' : 'later';
}

/** Waiting frames with one more, ascending by revision, none twice; the highest fall out when there are too many. */
export function keepFrame(waiting: readonly ChangeFrame[], frame: ChangeFrame): readonly ChangeFrame[] {
  if (waiting.some((other) => other.revision === frame.revision)) return waiting;
  return [...waiting, frame].sort((a, b) => a.revision - b.revision).slice(0, WAITING_MAX);
}

/** The waiting frame that is next, and those that still wait; known ones are dropped. */
export function takeNext(waiting: readonly ChangeFrame[], revision: number): { readonly next: ChangeFrame | undefined; readonly rest: readonly ChangeFrame[] } {
  const alive = waiting.filter((frame) => placeOf(frame, revision) !== 'known');
  const next = alive.find((frame) => placeOf(frame, revision) === 'next');
  return { next, rest: next ? alive.filter((frame) => frame !== next) : alive };
}
