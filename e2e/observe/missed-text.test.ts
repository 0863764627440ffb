import { expect, test } from 'vitest';
import { missedText } from './missed-text.ts';

const update = (epoch: string, n: number) => ({ epoch, n, at: n, kind: 'tickets', requestIds: [], count: 0, removed: 0 }) as const;

test('every life of a daemon counts from 1; what is left out is told', () => {
  expect(missedText(null, update('a', 1))).toBeNull();
  expect(missedText(update('a', 1), update('a', 2))).toBeNull();
  expect(missedText(update('a', 9), update('b', 1))).toBeNull();
  expect(missedText(null, update('a', 3))).toBe('Missed 2 updates of a: 1 to 2.');
  expect(missedText(update('a', 1), update('a', 3))).toBe('Missed 1 updates of a: 2 to 2.');
  expect(missedText(update('a', 9), update('b', 2))).toBe('Missed 1 updates of b: 1 to 1.');
});
