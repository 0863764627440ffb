import { expect, test } from 'vitest';
import { durationText } from './duration-text.ts';

test.each([
  [-1, '0 s'],
  [999, '0 s'],
  [12_000, '12 s'],
  [184_000, '3 min 4 s'],
  [180_000, '3 min'],
  [18_720_000, '5 h 12 min'],
  [183_600_000, '2 d 3 h'],
])('%i ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
