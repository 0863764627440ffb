import { describe, expect, test } from 'vitest';
import { dayKey, dayText, relativeText } from './time-text.ts';

/** A local time, so that the tests hold in every time zone. */
const at = (year: number, month: number, day: number, hour = 12, minute = 0): number => new Date(year, month - 1, day, hour, minute).getTime();
const now = at(2026, 3, 14, 9, 30);

describe('relative time', () => {
  test.each([
    ['a moment ago', now - 20_000, 'now'],
    ['a clock that is ahead', now + 90_000, 'now'],
    ['minutes', at(2026, 3, 14, 9, 18), '12 min'],
    ['hours of today', at(2026, 3, 14, 6, 29), '3 h'],
    ['late yesterday, though less than a day ago', at(2026, 3, 13, 23, 50), 'Yesterday'],
    ['this week', at(2026, 3, 9), 'Mon'],
    ['a week ago: the weekday would be ambiguous', at(2026, 3, 7), '7 Mar'],
    ['this year', at(2026, 1, 5), '5 Jan'],
    ['another year', at(2025, 12, 31), '31 Dec 2025'],
  ])('%s', (_, atMs, text) => {
    expect(relativeText(atMs, now)).toBe(text);
  });

  test('just after midnight, a minute ago is a minute ago', () => {
    expect(relativeText(at(2026, 3, 13, 23, 55), at(2026, 3, 14, 0, 5))).toBe('10 min');
  });
});

describe('days', () => {
  test.each([
    [at(2026, 3, 14, 0, 0), 'Today'],
    [at(2026, 3, 13, 23, 59), 'Yesterday'],
    [at(2026, 3, 9), 'Monday'],
    [at(2026, 3, 3), 'Tuesday 3 March'],
    [at(2025, 3, 3), 'Monday 3 March 2025'],
  ])('heading %#', (atMs, text) => {
    expect(dayText(atMs, now)).toBe(text);
  });

  test('two times of one local day have one key, the next minute of another day has another', () => {
    expect(dayKey(at(2026, 3, 14, 0, 0))).toBe(dayKey(at(2026, 3, 14, 23, 59)));
    expect(dayKey(at(2026, 3, 14, 23, 59))).not.toBe(dayKey(at(2026, 3, 15, 0, 0)));
  });
});
