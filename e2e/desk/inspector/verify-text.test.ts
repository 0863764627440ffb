import { expect, test } from 'vitest';
import { verifyText } from './verify-text.ts';

test('nothing found, or everything that was', () => {
  expect(verifyText({ rows: 20, missing: 0, stray: 0, countersWrong: false })).toBe('20 rows, all as they should be');
  expect(verifyText({ rows: 19, missing: 1, stray: 2, countersWrong: true })).toBe('1 missing, fetched again; 2 stray, deleted; counters corrected');
});
