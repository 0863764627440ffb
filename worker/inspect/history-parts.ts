/**
 * A chat's history as one unbroken row of stretches, for a bar.
 *
 * Owns: which kind wins where several hold. Pure.
 */
import type { HistoryPart } from '../../protocol/index.ts';
import { heldSet, type History } from '../sync/history.ts';
import { difference, intersection, rangeSet, union, type RangeSet } from '../sync/ranges.ts';

/** From sequence 1 to `head` or the highest sequence held, each sequence in exactly one part. Empty when there is none. */
export function historyParts(history: History, unverified: RangeSet, head: number): readonly HistoryPart[] {
  const held = heldSet(history);
  const top = Math.max(head, history.watermark, held.at(-1)?.end ?? 0, history.gaps.at(-1)?.end ?? 0);
  const all = rangeSet(1, top);
  const doubtful = intersection(held, unverified);
  const voids = history.voids.reduce<RangeSet>((set, { startSeq, endSeq }) => union(set, rangeSet(startSeq, endSeq)), []);
  const kinds: readonly (readonly [HistoryPart['kind'], RangeSet])[] = [
    ['unverified', doubtful],
    ['held', difference(held, doubtful)],
    ['gap', difference(history.gaps, held)],
    ['void', difference(voids, union(held, history.gaps))],
  ];
  const known = kinds.reduce<RangeSet>((set, [, ranges]) => union(set, ranges), []);
  return [...kinds, ['unknown', difference(all, known)] as const]
    .flatMap(([kind, ranges]) => intersection(ranges, all).map(({ start, end }): HistoryPart => ({ kind, startSeq: start, endSeq: end })))
    .sort((a, b) => a.startSeq - b.startSeq);
}
