import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHistory } from '../sync/history-text.ts';
import { ofValues } from '../sync/ranges.ts';
import { historyParts } from './history-parts.ts';

test('H-1 every sequence up to the head is in exactly one part', () => {
  const parts = historyParts(parseHistory('[51..90] gap(91..95) [96..120] void(100)'), [{ start: 60, end: 61 }], 130);
  expect(parts).toEqual([
    { kind: 'unknown', startSeq: 1, endSeq: 50 },
    { kind: 'held', startSeq: 51, endSeq: 59 },
    { kind: 'unverified', startSeq: 60, endSeq: 61 },
    { kind: 'held', startSeq: 62, endSeq: 90 },
    { kind: 'gap', startSeq: 91, endSeq: 95 },
    { kind: 'held', startSeq: 96, endSeq: 99 },
    { kind: 'void', startSeq: 100, endSeq: 100 },
    { kind: 'held', startSeq: 101, endSeq: 120 },
    { kind: 'unknown', startSeq: 121, endSeq: 130 },
  ]);
  expect(historyParts(parseHistory('empty'), [], 0)).toEqual([]);
  expect(historyParts(parseHistory('empty'), [], 3)).toEqual([{ kind: 'unknown', startSeq: 1, endSeq: 3 }]);
});

test('H-1 parts are in order and without holes, whatever is doubted', () => {
  const sequences = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70 }), sequences, sequences, (head, gaps, doubts) => {
      const history = { ...parseHistory('[5..50] void(20..22) ahead(55)'), gaps: ofValues(gaps.filter((at) => at >= 5 && at <= 50 && (at < 20 || at > 22))) };
      const parts = historyParts(history, ofValues(doubts), head);
      let next = 1;
      for (const { startSeq, endSeq } of parts) {
        expect(startSeq).toBe(next);
        expect(endSeq).toBeGreaterThanOrEqual(startSeq);
        next = endSeq + 1;
      }
      expect(next - 1).toBe(Math.max(head, 55));
    }),
  );
});
