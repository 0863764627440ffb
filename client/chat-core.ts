/**
 * What a tab knows of one chat, and how snapshots, patches and pages change it. Pure.
 *
 * Owns: clipping, order of versions, merging, and that what did not change keeps its reference. Does not know ports, who reads,
 * or how a page was asked for.
 */
import type { CachedMessage } from '../protocol/records.ts';
import { applyRows, isProvisional, rowKey, windowHolds } from '../protocol/views.ts';
import type { ChatMeta, ChatPage, ChatPatch, ChatSnapshot, Window } from '../protocol/views.ts';

/** Rows of a window as of a version. Ascending, one per key. */
export interface ChatCore {
  readonly version: number;
  readonly window: Window;
  readonly rows: readonly CachedMessage[];
  readonly meta: ChatMeta;
}

/** Which end of the window a page extends. */
export type Direction = 'older' | 'newer' | 'gap';

/** Do two copies of a row say the same? Every write of a row counts up its `_syncVersion`. */
const isSame = (a: CachedMessage, b: CachedMessage): boolean =>
  a.id === b.id && a._revision === b._revision && a._syncVersion === b._syncVersion && a.status === b.status && a.sequenceNumber === b.sequenceNumber;

/** Is `a` the newer copy of a row? */
const isNewer = (a: CachedMessage, b: CachedMessage): boolean =>
  a._revision === b._revision ? a._syncVersion > b._syncVersion : a._revision > b._revision;

const byKey = (rows: readonly CachedMessage[]): Map<string, CachedMessage> => new Map(rows.map((row) => [rowKey(row), row]));

/** The held row of a sequence, by halving; a window may hold thousands and a patch usually touches one. */
function rowAt(rows: readonly CachedMessage[], sequenceNumber: number): CachedMessage | undefined {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const row = rows[middle] as CachedMessage;
    if (row.sequenceNumber === sequenceNumber) return row;
    if (row.sequenceNumber < sequenceNumber) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** The window fitted to what is held: nothing below the floor is, and a followed end moves with the newest confirmed row. */
function fit(window: Window, rows: readonly CachedMessage[], meta: ChatMeta): Window {
  const lo = Math.max(window.lo, meta.floor);
  const last = window.tail ? rows.findLast((row) => !isProvisional(row)) : undefined;
  const hi = Math.max(window.hi, last?.sequenceNumber ?? 0);
  return lo === window.lo && hi === window.hi ? window : { lo, hi, tail: window.tail };
}

/** Upserts and removals that matter to these rows, applied. The same reference when none does. */
function change(rows: readonly CachedMessage[], patch: Pick<ChatPatch, 'upserts' | 'removals'>, window: Window): readonly CachedMessage[] {
  const changed = patch.upserts.filter((row) => {
    const held = rowAt(rows, row.sequenceNumber);
    return !held || !isSame(held, row);
  });
  const outside = changed.some((row) => !windowHolds(window, row.sequenceNumber));
  if (!outside && patch.removals.length === 0) return applyRows(rows, changed, [], window);
  const held = byKey(rows);
  const upserts = changed.filter((row) => windowHolds(window, row.sequenceNumber) || held.has(rowKey(row)));
  return applyRows(rows, upserts, patch.removals.filter((key) => held.has(key)), window);
}

/** The state that a snapshot gives. */
export function openCore({ version, window, rows, meta }: ChatSnapshot): ChatCore {
  return { version, window: fit(window, rows, meta), rows, meta };
}

/** The same state; rows that say what they said `before` have the reference that they had. */
export function keepRows(core: ChatCore, before: ChatCore | null): ChatCore {
  const known = byKey(before?.rows ?? []);
  const rows = core.rows.map((row) => {
    const held = known.get(rowKey(row));
    return held && isSame(held, row) ? held : row;
  });
  return { ...core, rows };
}

/** The state after a patch; the same reference for one that is known already, null when one before it was missed. */
export function patchCore(core: ChatCore, patch: ChatPatch): ChatCore | null {
  if (patch.version <= core.version) return core;
  if (patch.version !== core.version + 1) return null;
  const rows = change(core.rows, patch, core.window);
  return { version: patch.version, window: fit(core.window, rows, patch.meta), rows, meta: patch.meta };
}

/** The window that results when a page extends one end while patches may have moved the other. */
function extend(window: Window, page: Window, direction: Direction): Window {
  return {
    lo: direction === 'newer' ? window.lo : Math.min(window.lo, page.lo),
    hi: direction === 'older' ? window.hi : Math.max(window.hi, page.hi),
    tail: window.tail || (direction !== 'older' && page.tail),
  };
}

/**
 * The state after a page. `since` are the patches that arrived while the page was under way: those after the page's version were
 * clipped to the smaller window and are applied again, so that an edit or removal within the page is not lost.
 */
export function mergePage(core: ChatCore, page: ChatPage, direction: Direction, since: readonly ChatPatch[]): ChatCore {
  const window = extend(core.window, page.window, direction);
  const known = byKey(core.rows);
  const news = page.rows.filter((row) => {
    const held = known.get(rowKey(row));
    return !held || isNewer(row, held);
  });
  let rows = applyRows(core.rows, news, [], window);
  for (const patch of since) if (patch.version > page.version) rows = change(rows, patch, window);
  const meta = page.version >= core.version ? page.meta : core.meta;
  return { version: core.version, window: fit(window, rows, meta), rows, meta };
}
