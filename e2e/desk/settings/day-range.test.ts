import { expect, test } from 'vitest';
import { dayRange } from './day-range.ts';

test('both days are inside; one side may be open; the wrong way round is no range', () => {
  expect(dayRange('2026-03-01', '2026-03-01')).toEqual({ openedFromAt: new Date(2026, 2, 1).getTime(), openedBeforeAt: new Date(2026, 2, 2).getTime() });
  expect(dayRange('', '2026-12-31')).toEqual({ openedFromAt: null, openedBeforeAt: new Date(2027, 0, 1).getTime() });
  expect(dayRange('2026-03-01', '')).toEqual({ openedFromAt: new Date(2026, 2, 1).getTime(), openedBeforeAt: null });
  expect(dayRange('2026-03-02', '2026-03-01')).toBeNull();
  expect(dayRange('', '')).toBeNull();
});
