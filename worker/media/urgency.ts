/** Which file is fetched next. Pure. */
import type { MediaPriority } from '../../protocol/media.ts';

/** How much somebody wants a file now. */
export interface Urgency {
  readonly onScreen: boolean;
  readonly priority: MediaPriority;
}

const RANK: Readonly<Record<MediaPriority, number>> = { high: 2, normal: 1, low: 0 };

const rankOf = ({ onScreen, priority }: Urgency): number => (onScreen ? 3 : 0) + RANK[priority];

/** What several want together: on screen anywhere is on screen; the highest priority counts. Nobody: low. */
export function together(wishes: readonly Urgency[]): Urgency {
  const priorities = wishes.map((wish) => wish.priority);
  const priority = priorities.includes('high') ? 'high' : priorities.includes('normal') ? 'normal' : 'low';
  return { onScreen: wishes.some((wish) => wish.onScreen), priority };
}

/** The most urgent of those; the first of equals. */
export function mostUrgent<T>(waiting: Iterable<T>, urgencyOf: (item: T) => Urgency): T | undefined {
  let best: T | undefined;
  let rank = -1;
  for (const item of waiting) {
    const itsRank = rankOf(urgencyOf(item));
    if (itsRank <= rank) continue;
    best = item;
    rank = itsRank;
  }
  return best;
}
