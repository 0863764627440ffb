/**
 * The gap algebra: what is known of a chat's sequence of messages.
 *
 * Owns: floor, watermark, gaps, voids and the rows held above the watermark, and every way they may change. Pure: values in, new
 * values out. Does not know texts, stores or requests, and never sees a row, only its sequence and revision.
 *
 *        below floor        | floor .................. watermark | above
 *   never asked for, or     | every sequence is exactly one of   | `ahead` rows (own messages that the server
 *   a void heard of by push | row, void, gap (H-1)              | confirmed early); holes below them are gaps
 *
 * Laws, proven by property tests: H-1 to H-5 of SPEC.md.
 */
import type { VoidRange } from '../../protocol/index.ts';
import { contains, difference, EMPTY, intersection, normalise, ofValues, rangeSet, union, type RangeSet } from './ranges.ts';
import { addVoid, removeFromVoids, voidSet } from './voids.ts';

/** What is known of one chat's sequences. `floor` 0: nothing was ever fetched. */
export interface History {
  readonly floor: number;
  readonly watermark: number;
  readonly gaps: RangeSet;
  readonly voids: readonly VoidRange[];
  readonly ahead: RangeSet;
}

/** Part of the sequence that an answer of the server speaks about. */
export interface Answer {
  /** First and last sequence that the answer covers; `end < start` when it covers nothing. */
  readonly start: number;
  readonly end: number;
  /** Sequences of its valid rows. */
  readonly rows: readonly number[];
  /** Only a complete answer clears gaps where it has no row, and makes voids. */
  readonly complete: boolean;
  /** Chat revision of the snapshot that the answer was read from. */
  readonly revision: number;
  /** Sequences inside that are known here by a newer revision than the answer's: it proves nothing about them. */
  readonly newer: RangeSet;
}

/** Nothing is known. */
export const EMPTY_HISTORY: History = { floor: 0, watermark: 0, gaps: EMPTY, voids: [], ahead: EMPTY };

/** Sequences whose rows are held. */
export function heldSet(history: History): RangeSet {
  if (history.floor === 0) return history.ahead;
  const window = rangeSet(history.floor, history.watermark);
  return union(difference(difference(window, history.gaps), voidSet(history.voids)), history.ahead);
}

/** Is the row of that sequence held? */
export function isHeld(history: History, sequence: number): boolean {
  if (sequence > history.watermark) return contains(history.ahead, sequence);
  if (history.floor === 0 || sequence < history.floor) return false;
  return !contains(history.gaps, sequence) && !contains(voidSet(history.voids), sequence);
}

/** Highest sequence whose row is held or known not to exist; 0 when nothing is known. */
export const topOf = (history: History): number => Math.max(history.watermark, history.ahead.at(-1)?.end ?? 0);

/** Would a row of that sequence be kept? Rows below the floor are not: whoever asks for older history is given them then. */
export const accepts = (history: History, sequence: number): boolean => sequence >= history.floor;

/** Holes between the watermark and the highest sequence known above it. */
function holesAbove(history: History): RangeSet {
  const above = difference(union(history.ahead, voidSet(history.voids)), rangeSet(1, history.watermark));
  const top = above.at(-1)?.end ?? history.watermark;
  return difference(rangeSet(history.watermark + 1, top), above);
}

/** Gaps below the watermark as they are, gaps above it as the holes they are. */
function withHoles(history: History): History {
  if (history.floor === 0) return history;
  const below = intersection(history.gaps, rangeSet(history.floor, history.watermark));
  const gaps = normalise([...below, ...holesAbove(history)]);
  return { ...history, gaps };
}

/** Moves the watermark over what is held or void right above it. */
export function settle(history: History): History {
  if (history.floor === 0) return history;
  const known = union(history.ahead, voidSet(history.voids));
  const next = known.find((range) => range.start <= history.watermark + 1 && range.end > history.watermark);
  const watermark = next ? next.end : history.watermark;
  const ahead = difference(history.ahead, rangeSet(1, watermark));
  return withHoles({ ...history, watermark, ahead });
}

/** Rows that are held now, wherever they came from. The watermark stays (H-5); {@link settle} moves it when that is proven. */
export function placeRows(history: History, sequences: readonly number[]): History {
  const rows = ofValues(sequences.filter((sequence) => accepts(history, sequence)));
  if (rows.length === 0) return history;
  return withHoles({
    ...history,
    gaps: difference(history.gaps, rows),
    voids: removeFromVoids(history.voids, rows),
    ahead: union(history.ahead, difference(rows, rangeSet(1, history.watermark))),
  });
}

/** Sequences that the server has no row for. Kept below the floor too, so that a late page cannot bring a deleted message back (M-2). */
export function placeVoid(history: History, sequences: RangeSet, revision: number, reason: VoidRange['reason']): History {
  if (sequences.length === 0) return history;
  return withHoles({
    ...history,
    gaps: difference(history.gaps, sequences),
    voids: sequences.reduce((voids, { start, end }) => addVoid(voids, { startSeq: start, endSeq: end, revision, reason }), history.voids),
    ahead: difference(history.ahead, sequences),
  });
}

/** A page, range or newest answer. Shrinks and splits gaps; makes one only where the answer jumps away from what is known. */
export function applyAnswer(history: History, answer: Answer): History {
  const inside = answer.rows.filter((sequence) => sequence >= answer.start && sequence <= answer.end);
  if (!answer.complete) {
    if (inside.length === 0) return history;
    return settle(placeRows(reachDown(history, Math.min(...inside)), inside));
  }
  const placed = placeRows(reach(history, answer.start, answer.end), inside);
  const covered = rangeSet(answer.start, answer.end);
  const absent = difference(difference(covered, ofValues(inside)), answer.newer);
  return settle(placeVoid(placed, absent, answer.revision, 'absent'));
}

/** Extends the window down to a row of an incomplete answer; what lies between is a gap. Upwards only proof moves the watermark. */
function reachDown(history: History, lowest: number): History {
  if (history.floor === 0) {
    // Own messages that were confirmed before anything was fetched are held already, below this answer maybe.
    const floor = Math.min(lowest, history.ahead[0]?.start ?? lowest);
    return { ...history, floor, watermark: floor - 1 };
  }
  return lowest < history.floor ? reach(history, lowest, history.watermark) : history;
}

/**
 * Extends the window to `start..end`, everything new in it a gap for now. A stretch that does not touch the window leaves a gap
 * between: that jump is the structural proof which H-4 asks for.
 */
function reach(history: History, start: number, end: number): History {
  const opened = history.floor === 0;
  const lowest = opened ? Math.min(start, history.ahead[0]?.start ?? start) : Math.min(history.floor, start);
  const floor = Math.max(1, lowest);
  const watermark = opened ? Math.max(end, floor - 1) : Math.max(history.watermark, end);
  const fresh = opened
    ? rangeSet(floor, watermark)
    : union(rangeSet(floor, history.floor - 1), rangeSet(history.watermark + 1, watermark));
  const known = union(history.ahead, voidSet(history.voids));
  return withHoles({
    ...history,
    floor,
    watermark,
    gaps: union(history.gaps, difference(fresh, known)),
    ahead: difference(history.ahead, rangeSet(1, watermark)),
  });
}

/** Rows that should be held and are not to be found: gaps, so that they are fetched again. */
export function loseRows(history: History, missing: RangeSet): History {
  if (missing.length === 0) return history;
  const inside = intersection(missing, rangeSet(history.floor, history.watermark));
  return withHoles({ ...history, gaps: union(history.gaps, inside), ahead: difference(history.ahead, missing) });
}

/** The beginning of the chat is held: there is nothing below `start` that this user can see. */
export function reachBeginning(history: History, revision: number): History {
  if (history.floor <= 1) return history.floor === 0 ? { ...history, floor: 1 } : history;
  const below = difference(rangeSet(1, history.floor - 1), voidSet(history.voids));
  return placeVoid({ ...history, floor: 1 }, below, revision, 'absent');
}
