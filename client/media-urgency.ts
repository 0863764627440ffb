/** How urgent a file is that several places of a tab show. Pure. */
import type { MediaPriority } from '../protocol/media.ts';
import type { MediaHints } from './api/media.ts';

const ORDER: readonly MediaPriority[] = ['high', 'normal', 'low'];

/** The first one's facts, with the highest priority of all; on screen when any is. At least one. */
export function mostUrgent(all: readonly MediaHints[]): MediaHints & Required<Pick<MediaHints, 'priority' | 'onScreen'>> {
  const first = all[0];
  if (!first) throw new Error('Nobody watches.');
  const priority = ORDER.find((each) => all.some((hints) => (hints.priority ?? 'normal') === each)) ?? 'normal';
  return { ...first, priority, onScreen: all.some((hints) => hints.onScreen ?? true) };
}
