import { describe, expect, test } from 'vitest';
import { anchorIndex } from './anchor.ts';
import type { Row } from './rows.ts';

const rows = [...'mm-mm-m'].map((letter, index) => ({ type: letter === 'm' ? 'message' : 'gap', key: `${index}` }) as Row);

describe('the row that stays', () => {
  test('is the first on screen', () => {
    expect(anchorIndex(rows, 0, 1)).toBe(0);
    expect(anchorIndex(rows, 3, 4)).toBe(3);
  });

  test('is the one below a gap on screen, the lowest one', () => {
    expect(anchorIndex(rows, 0, 3)).toBe(3);
    expect(anchorIndex(rows, 0, 6)).toBe(6);
  });

  test('a gap at the lower edge has nothing below it on screen', () => {
    expect(anchorIndex(rows, 0, 2)).toBe(0);
  });
});
