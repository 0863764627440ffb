/**
 * Void ranges: sequences that the server has no row for, with the revision that proved it.
 *
 * Owns: merging by revision, the higher one wins per sequence. Pure. Ranges are sorted and disjoint; neighbours are joined only
 * when revision and reason agree, because joining others would claim a proof that nobody gave.
 */
import type { VoidRange } from '../../protocol/index.ts';
import { normalise, type RangeSet } from './ranges.ts';

/** The sequences of all voids. */
export function voidSet(voids: readonly VoidRange[]): RangeSet {
  return voids.length === 0 ? [] : normalise(voids.map(({ startSeq, endSeq }) => ({ start: startSeq, end: endSeq })));
}

/** Revision of the void at that sequence, or -1 if there is none. */
export const voidRevision = (voids: readonly VoidRange[], sequence: number): number =>
  voids.find((range) => sequence >= range.startSeq && sequence <= range.endSeq)?.revision ?? -1;

/** Voids without those sequences: rows took their place. */
export function removeFromVoids(voids: readonly VoidRange[], sequences: RangeSet): readonly VoidRange[] {
  if (voids.length === 0 || sequences.length === 0) return voids;
  return join(voids.flatMap((range) => cut(range, sequences)));
}

/** Voids with one range more; where both speak of a sequence, the higher revision wins, the known one at equal revisions. */
export function addVoid(voids: readonly VoidRange[], added: VoidRange): readonly VoidRange[] {
  const stronger = voids.filter((range) => range.revision >= added.revision);
  const strongerSet = voidSet(stronger);
  const parts = cut(added, strongerSet);
  const partsSet = voidSet(parts);
  const kept = voids.flatMap((range) => (range.revision >= added.revision ? [range] : cut(range, partsSet)));
  return join([...kept, ...parts]);
}

function cut(range: VoidRange, sequences: RangeSet): VoidRange[] {
  const result: VoidRange[] = [];
  let start = range.startSeq;
  for (const taken of sequences) {
    if (taken.end < start) continue;
    if (taken.start > range.endSeq) break;
    if (taken.start > start) result.push({ ...range, startSeq: start, endSeq: taken.start - 1 });
    start = taken.end + 1;
  }
  if (start <= range.endSeq) result.push({ ...range, startSeq: start });
  return result;
}

function join(voids: readonly VoidRange[]): readonly VoidRange[] {
  const result: VoidRange[] = [];
  for (const range of [...voids].sort((a, b) => a.startSeq - b.startSeq)) {
    const last = result.at(-1);
    if (last && last.endSeq + 1 === range.startSeq && last.revision === range.revision && last.reason === range.reason) {
      result[result.length - 1] = { ...last, endSeq: range.endSeq };
    } else result.push(range);
  }
  return result;
}
