/**
 * How a view that was open comes back to the same window. Pure.
 *
 * Owns: what to ask for. A snapshot brings at most {@link SNAPSHOT_MAX} rows; a larger window is completed by pages before anything
 * is published, so that what somebody reads does not jump.
 */
import { PAGE_SIZE } from '../protocol/limits.ts';
import type { Anchor } from '../protocol/views.ts';
import type { ChatCore } from './chat-core.ts';

/** Most rows of one answer (`callInputs.openChat`). */
const SNAPSHOT_MAX = 500;

/** What to open: the view's own anchor at first, the window that was shown afterwards. */
export function openingOf(before: ChatCore | null, anchor: Anchor): { readonly anchor: Anchor; readonly limit: number } {
  if (!before || before.rows.length === 0) return { anchor, limit: PAGE_SIZE };
  const { lo, hi, tail } = before.window;
  const wanted = tail ? before.rows.length : hi - lo + 1;
  return { anchor: tail ? 'newest' : Math.max(1, lo), limit: Math.min(SNAPSHOT_MAX, Math.max(PAGE_SIZE, wanted)) };
}

/** The page that has to be added next to show what was shown before; null when nothing is missing that is held. */
export function missingPage(core: ChatCore, before: ChatCore | null): { readonly direction: 'older' | 'newer'; readonly limit: number } | null {
  if (!before || before.rows.length === 0) return null;
  const lo = Math.max(before.window.lo, core.meta.floor);
  if (core.window.lo > lo) return { direction: 'older', limit: Math.min(SNAPSHOT_MAX, core.window.lo - lo) };
  if (core.window.tail || core.window.hi >= before.window.hi) return null;
  return { direction: 'newer', limit: Math.min(SNAPSHOT_MAX, before.window.hi - core.window.hi) };
}
