/**
 * Text form of a history, for tests and logs: `[51..90] gap(91..95) [96..120] void(100) ahead(202)`.
 *
 * Owns: writing and reading that form. The window from its floor up, stretches in brackets and gaps, then voids (`deleted` or `rejected`
 * for those of that reason; `@revision` unless it is 0), then rows held above the watermark, and the watermark itself when it is not
 * the end of the last stretch (a gap is there). `[5..4]` is an empty window.
 */
import type { VoidRange } from '../../protocol/index.ts';
import { EMPTY_HISTORY, type History } from './history.ts';
import { contains, difference, rangeSet, type Range } from './ranges.ts';

const span = (start: number, end: number): string => (start === end ? `${start}` : `${start}..${end}`);

/** A history as text; `empty` when nothing was ever fetched. */
export function historyText(history: History): string {
  const parts: { readonly at: number; readonly text: string }[] = [];
  if (history.floor > 0) {
    const window = rangeSet(history.floor, history.watermark);
    for (const { start, end } of difference(window, history.gaps)) parts.push({ at: start, text: `[${span(start, end)}]` });
    if (window.length === 0) parts.push({ at: history.floor, text: `[${history.floor}..${history.watermark}]` });
  }
  for (const { start, end } of history.gaps) parts.push({ at: start, text: `gap(${span(start, end)})` });
  const text = parts.sort((a, b) => a.at - b.at).map((part) => part.text);
  for (const { startSeq, endSeq, revision, reason } of history.voids) {
    const kind = reason === 'absent' ? 'void' : reason;
    text.push(`${kind}(${span(startSeq, endSeq)}${revision === 0 ? '' : `@${revision}`})`);
  }
  for (const { start, end } of history.ahead) text.push(`ahead(${span(start, end)})`);
  if (contains(history.gaps, history.watermark)) text.push(`watermark(${history.watermark})`);
  return text.join(' ') || 'empty';
}

const PART = /(\[|gap\(|void\(|deleted\(|rejected\(|ahead\(|watermark\()(\d+)(?:\.\.(\d+))?(?:@(\d+))?[\])]/g;

/** The history that a text describes. */
export function parseHistory(text: string): History {
  const window: Range[] = [];
  const gaps: Range[] = [];
  const ahead: Range[] = [];
  const voids: VoidRange[] = [];
  let marked: number | null = null;
  for (const [, kind, first, last, revision] of text.matchAll(PART)) {
    const start = Number(first);
    const end = last === undefined ? start : Number(last);
    if (kind === '[') window.push({ start, end });
    else if (kind === 'gap(') gaps.push({ start, end });
    else if (kind === 'watermark(') marked = start;
    else if (kind === 'ahead(') ahead.push({ start, end });
    else {
      const reason = kind === 'void(' ? 'absent' : kind === 'deleted(' ? 'deleted' : 'rejected';
      voids.push({ startSeq: start, endSeq: end, revision: Number(revision ?? 0), reason });
    }
  }
  if (window.length === 0 && gaps.length === 0) return { ...EMPTY_HISTORY, voids, ahead };
  const watermark = marked ?? Math.max(...window.map((range) => range.end));
  return { floor: Math.min(...[...window, ...gaps].map((range) => range.start)), watermark, gaps, voids, ahead };
}
