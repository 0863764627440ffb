/**
 * Which rows to show next, so that what is being read does not move. Pure.
 *
 * The virtual list keeps either the distance to the start of the list or, with `shift`, to its end. A change on both sides of what
 * is being read therefore takes two steps.
 */

/** Anything with a stable key. */
export interface Keyed {
  readonly key: string;
}

/** Rows as the virtual list is given them. */
export interface Stage<R extends Keyed> {
  readonly rows: readonly R[];
  /** Rows came or went above what is being read. */
  readonly shift: boolean;
}

/** The step from `shown` towards `next`; `anchor` is the key of the row being read. Repeat until `rows` is `next`. */
export function stageRows<R extends Keyed>(shown: readonly R[], next: readonly R[], anchor: string | null): Stage<R> {
  if (anchor === null) return { rows: next, shift: false };
  const from = shown.findIndex((row) => row.key === anchor);
  const to = next.findIndex((row) => row.key === anchor);
  if (from < 0 || to < 0 || from === to) return { rows: next, shift: false };
  if (shown.length - from === next.length - to) return { rows: next, shift: true };
  const above = next.slice(0, to);
  const below = shown.slice(from);
  const keys = new Set(above.map((row) => row.key));
  // A row that passed the anchor would be shown twice.
  if (below.some((row) => keys.has(row.key))) return { rows: next, shift: false };
  return { rows: [...above, ...below], shift: true };
}
