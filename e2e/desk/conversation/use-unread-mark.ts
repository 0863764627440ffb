/** Where the unread divider stands. */
import { useState } from 'react';
import type { ReadState } from './read-marker.ts';

/**
 * The sequence above which messages were unread when somebody began to look, or null when none were. It stays while they look,
 * and follows the read marker while nobody does: coming back to a tab shows what is new since.
 */
export function useUnreadMark(read: ReadState | null, attended: boolean): number | null {
  const [mark, setMark] = useState<{ readonly after: number | null } | null>(null);
  if (!read || (mark && attended)) return mark?.after ?? null;
  const after = read.unread > 0 ? read.lastReadSequence : null;
  if (!mark || mark.after !== after) setMark({ after });
  return after;
}
