import { describe, expect, test } from 'vitest';
import { applyAnswer, EMPTY_HISTORY, placeRows, placeVoid, reachBeginning, settle, type Answer, type History } from './history.ts';
import { historyText, parseHistory } from './history-text.ts';

const answer = (start: number, end: number, rows: readonly number[], complete = true, revision = 1): Answer => ({ start, end, rows, complete, revision, newer: [] });
const upTo = (start: number, end: number): number[] => Array.from({ length: end - start + 1 }, (_, i) => start + i);
const text = (history: History): string => historyText(history).replaceAll(/@\d+/g, '');

describe('the gap algebra', () => {
  test('text form reads back what it wrote', () => {
    const form = '[51..90] gap(91..95) [96..120] void(100) ahead(202)';
    expect(historyText(parseHistory(form))).toBe(form);
  });
  test('H-1 a first complete page is the window, what it left out is void', () => {
    expect(text(applyAnswer(EMPTY_HISTORY, answer(51, 100, upTo(51, 100).filter((n) => n !== 60))))).toBe('[51..100] void(60)');
  });
  test('#6 a range answered completely makes what is missing void', () => {
    expect(text(applyAnswer(parseHistory('[1..3] gap(4..6) [7..9]'), answer(4, 6, [4, 6])))).toBe('[1..9] void(5)');
  });
  test('#9 an incomplete page up to the gap leaves it, a complete one clears it', () => {
    const before = parseHistory('[1..50] gap(51..60) [61..90]');
    expect(text(applyAnswer(before, answer(61, 90, [61, 90], false)))).toBe('[1..50] gap(51..60) [61..90]');
    expect(text(applyAnswer(before, answer(51, 60, upTo(51, 60))))).toBe('[1..90]');
  });
  test('#10 an empty incomplete page changes nothing', () => {
    const before = parseHistory('[1..50] gap(51..60) [61..90]');
    expect(applyAnswer(before, answer(51, 120, [], false))).toEqual(before);
  });
  test('#13 a backward page that overlaps a gap shrinks it from its newer side', () => {
    expect(text(applyAnswer(parseHistory('[1..50] gap(51..80) [81..90]'), answer(71, 85, upTo(71, 85))))).toBe('[1..50] gap(51..70) [71..90]');
  });
  test('H-4 a newest page far above the window records the jump as a gap', () => {
    expect(text(applyAnswer(parseHistory('[51..100]'), answer(10_051, 10_100, upTo(10_051, 10_100))))).toBe('[51..100] gap(101..10050) [10051..10100]');
  });
  test('#2 an own message confirmed far ahead leaves a gap and not the watermark', () => {
    const sent = placeRows(parseHistory('[51..100]'), [202]);
    expect(sent.watermark).toBe(100);
    expect(text(sent)).toBe('[51..100] gap(101..201) ahead(202)');
    expect(text(applyAnswer(sent, answer(101, 202, upTo(101, 202))))).toBe('[51..202]');
  });
  test('H-5 the next row moves the watermark only when settled, and over what waited', () => {
    const placed = placeRows(parseHistory('[51..100] gap(101) ahead(102..103)'), [101]);
    expect(placed.watermark).toBe(100);
    expect(text(settle(placed))).toBe('[51..103]');
  });
  test('an older page extends the floor; the beginning makes the rest void', () => {
    const older = applyAnswer(parseHistory('[51..100]'), answer(3, 50, upTo(3, 50)));
    expect(text(older)).toBe('[3..100]');
    expect(text(reachBeginning(older, 9))).toBe('[1..100] void(1..2)');
  });
  test('M-2 a void heard of below the floor stays known', () => {
    const voided = placeVoid(parseHistory('[51..100]'), [{ start: 40, end: 40 }], 7, 'deleted');
    expect(historyText(voided)).toBe('[51..100] deleted(40@7)');
  });
  test('an empty chat is known to be empty', () => {
    const empty = applyAnswer(EMPTY_HISTORY, answer(1, 0, []));
    expect([empty.floor, empty.watermark]).toEqual([1, 0]);
    expect(text(settle(placeRows(empty, [1])))).toBe('[1]');
  });
  test('an incomplete first page keeps what it has and names the hole', () => {
    expect(text(applyAnswer(EMPTY_HISTORY, answer(51, 60, [51, 52, 54], false)))).toBe('[51..52] gap(53) ahead(54)');
  });
});
