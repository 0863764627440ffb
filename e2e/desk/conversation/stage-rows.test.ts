import { describe, expect, test } from 'vitest';
import { stageRows } from './stage-rows.ts';

const rows = (text: string) => [...text].map((key) => ({ key }));
const text = (list: readonly { key: string }[]): string => list.map((row) => row.key).join('');

describe('staging', () => {
  test.each([
    ['appended', 'cde', 'cdef', 'd', 'cdef', false],
    ['prepended', 'cde', 'abcde', 'c', 'abcde', true],
    ['a gap above is filled', 'a-de', 'abcde', 'd', 'abcde', true],
    ['a row below is removed', 'abcd', 'abd', 'a', 'abd', false],
    ['a row above is removed', 'abcd', 'bcd', 'c', 'bcd', true],
    ['another conversation', 'abc', 'xyz', 'b', 'xyz', false],
    ['nothing is being read', 'abc', 'xabc', null, 'xabc', false],
  ] as const)('%s in one step', (_, shown, next, anchor, expected, shift) => {
    const stage = stageRows(rows(shown), rows(next), anchor);
    expect([text(stage.rows), stage.shift]).toEqual([expected, shift]);
  });

  test('a change on both sides takes two steps and ends at the rows that were given', () => {
    const next = rows('abcdef');
    const first = stageRows(rows('cde'), next, 'd');
    expect([text(first.rows), first.shift]).toEqual(['abcde', true]);
    const second = stageRows(first.rows, next, 'd');
    expect(second).toEqual({ rows: next, shift: false });
    expect(second.rows).toBe(next);
  });

  test('a row that passes the anchor is never there twice', () => {
    const stage = stageRows(rows('abc'), rows('cxab'), 'b');
    expect(new Set(text(stage.rows)).size).toBe(stage.rows.length);
  });
});
