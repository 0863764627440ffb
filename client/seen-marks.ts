/**
 * Reading by looking: what was on screen counts as read only while somebody can see it.
 *
 * Owns: that a page which is hidden or has not the focus marks nothing, that what it showed meanwhile is marked when somebody looks again,
 * and that only the highest sequence is told, one call at a time. Does not know what is on screen.
 */
import type { Page } from './env.ts';
import { newestCall } from './newest-call.ts';

/** The marks of one chat. */
export interface SeenMarks {
  /** Everything up to that sequence is on screen. */
  seen(upToSequence: number): void;
  /** Nothing is on screen any more. */
  clear(): void;
}

/** Creates marks; `mark` moves the read marker. */
export function createSeenMarks(page: Pick<Page, 'report' | 'onReport'>, mark: (upToSequence: number) => Promise<void>): SeenMarks {
  const calls = newestCall(mark, Math.max);
  let highest = 0;
  let undo: (() => void) | null = null;

  const clear = (): void => {
    undo?.();
    undo = null;
    highest = 0;
  };
  const tell = (): void => {
    const { visible, focused } = page.report();
    if (highest === 0 || !visible || !focused) return;
    const upToSequence = highest;
    clear();
    // A mark that could not be told is told with the next one.
    calls.set(upToSequence).catch(() => undefined);
  };
  return {
    seen: (upToSequence) => {
      highest = Math.max(highest, upToSequence);
      undo ??= page.onReport(tell);
      tell();
    },
    clear,
  };
}
