import { expect, test } from 'vitest';
import { bytesText } from './bytes-text.ts';

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [1_440, '1.4 kB'],
  [23_400_000, '23 MB'],
  [999_960, '1.0 MB'],
  [104_857_600, '105 MB'],
  [-5, '0 B'],
])('%i bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
