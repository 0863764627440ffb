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
export const SNAPSHOT_MAX = 500;

/** What to open: the view's own anchor at first, the window that was shown afterwards. */
export function openingOf(before: ChatCore | null, anchor: Anchor): { readonly anchor: Anchor; readonly limit: number } {
  if (!before || before.rows.length === 0) return { anchor, limit: PAGE_SIZE };
  const { lo, hi, tail } = before.window;
  // Whole pages, so that tabs with windows of about one size are given the same text.
  const pages = Math.ceil((tail ? before.rows.length : hi - lo + 1) / PAGE_SIZE);
  return { anchor: tail ? 'newest' : Math.max(1, lo), limit: Math.min(SNAPSHOT_MAX, pages * PAGE_SIZE) };
}

/** Which end has to be extended next to show what was shown before; null when nothing is missing that is held. */
export function missingEnd(core: ChatCore, before: ChatCore | null): 'older' | 'newer' | null {
  if (!before || before.rows.length === 0) return null;
  if (core.window.lo > Math.max(before.window.lo, core.meta.floor)) return 'older';
  if (!core.window.tail && core.window.hi < before.window.hi) return 'newer';
  return null;
}
