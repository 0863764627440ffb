import { describe, expect, test } from 'vitest';
import type { MessagesQuery } from '../../protocol/index.ts';
import { readPage } from './page-headers.ts';

const rows = (...sequences: unknown[]): readonly unknown[] => sequences.map((sequenceNumber) => ({ sequenceNumber }));

const whole = {
  'X-Total-Count': '9',
  'X-Oldest-Sequence': '4',
  'X-Newest-Sequence': '6',
  'X-Has-More': 'true',
  'X-Has-Newer': 'false',
  'X-Head-Sequence': '6',
  'X-Revision': '12',
};
const read = (query: MessagesQuery, changed: Record<string, string | null>, page = rows(4, 5, 6)) => {
  const headers = new Headers();
  for (const [name, value] of Object.entries({ ...whole, ...changed })) if (value !== null) headers.set(name, value);
  return readPage(query, headers, page);
};
const newest: MessagesQuery = { mode: 'newest', limit: 3 };

describe('the verdict on a page', () => {
  test('headers that agree with the rows make it complete', () => {
    expect(read(newest, {})).toEqual({
      doubt: null,
      page: {
        messages: rows(4, 5, 6),
        totalCount: 9,
        oldestSequence: 4,
        newestSequence: 6,
        hasMore: true,
        hasNewer: false,
        headSequence: 6,
        revision: 12,
        complete: true,
      },
    });
  });

  test('a backend without revisions is vouched for all the same', () => {
    const { page } = read(newest, { 'X-Revision': null });
    expect(page).toMatchObject({ complete: true, revision: null });
  });

  test('holes between its rows do not hurt: they are what it proves', () => {
    expect(read({ mode: 'range', start: 4, end: 9, limit: 3 }, { 'X-Newest-Sequence': '9', 'X-Head-Sequence': '9' }, rows(4, 7, 9)).doubt).toBeNull();
  });

  test('an empty page of an empty chat is complete, whatever its bounds say', () => {
    const empty = { 'X-Total-Count': '0', 'X-Has-More': 'false', 'X-Head-Sequence': '0' };
    for (const bounds of [null, '', '0']) {
      const { page, doubt } = read(newest, { ...empty, 'X-Oldest-Sequence': bounds, 'X-Newest-Sequence': bounds }, []);
      expect(doubt).toBeNull();
      expect(page).toMatchObject({ complete: true, oldestSequence: null, newestSequence: null });
    }
  });

  test.each(Object.keys(whole).filter((name) => name !== 'X-Revision'))('without %s nothing missing is proven', (name) => {
    expect(read(newest, { [name]: null }).page.complete).toBe(false);
  });

  test.each([
    ['X-Total-Count', '-1'],
    ['X-Total-Count', '9.5'],
    ['X-Total-Count', '9007199254740993'],
    ['X-Has-More', 'yes'],
    ['X-Has-Newer', '1'],
    ['X-Head-Sequence', ' 6x'],
    ['X-Revision', 'twelve'],
  ])('%s: %s cannot be read', (name, value) => {
    expect(read(newest, { [name]: value }).page.complete).toBe(false);
  });

  test.each<[string, MessagesQuery, Record<string, string>, readonly unknown[]]>([
    ['more rows than were asked for', { mode: 'newest', limit: 2 }, {}, rows(4, 5, 6)],
    ['more rows than the chat has', newest, { 'X-Total-Count': '2' }, rows(4, 5, 6)],
    ['fewer rows than the chat has', newest, { 'X-Has-More': 'false' }, rows(4, 5, 6)],
    ['other bounds than the rows have', newest, { 'X-Oldest-Sequence': '3' }, rows(4, 5, 6)],
    ['other bounds than the rows have', newest, {}, rows(4, 5)],
    ['rows above the head', newest, { 'X-Head-Sequence': '5' }, rows(4, 5, 6)],
    ['rows out of order', { mode: 'newest', limit: 9 }, {}, rows(4, 5, 5, 6)],
    ['rows out of order', { mode: 'newest', limit: 9 }, {}, rows(4, 8, 6)],
    ['rows outside of what was asked for', { mode: 'since', sequence: 4, limit: 9 }, {}, rows(4, 5, 6)],
    ['rows outside of what was asked for', { mode: 'before', sequence: 6, limit: 9 }, {}, rows(4, 5, 6)],
    ['rows outside of what was asked for', { mode: 'range', start: 5, end: 9, limit: 9 }, {}, rows(4, 5, 6)],
    ['more is promised, but there is no row', { mode: 'since', sequence: 6, limit: 9 }, { 'X-Has-Newer': 'true' }, []],
    ['more is promised, but there is no row', { mode: 'before', sequence: 4, limit: 9 }, {}, []],
  ])('%s', (doubt, query, changed, page) => {
    const result = read(query, changed, page);
    expect(result).toMatchObject({ doubt, page: { complete: false } });
    expect(result.page.messages).toBe(page);
  });

  test('a row whose sequence cannot be read does not cost the others', () => {
    expect(read({ mode: 'newest', limit: 9 }, {}, rows(4, 'five', 6)).doubt).toBeNull();
    expect(read({ mode: 'newest', limit: 9 }, {}, [...rows(4, 5), null]).doubt).toBeNull();
  });

  test('#10 without any header the rows speak, and more is taken to exist when the page is full', () => {
    const bare = (limit: number) => readPage({ mode: 'since', sequence: 3, limit }, new Headers(), rows(4, 6)).page;
    expect(bare(2)).toMatchObject({ complete: false, totalCount: 2, oldestSequence: 4, newestSequence: 6, headSequence: 6, hasMore: true, hasNewer: true });
    expect(bare(9)).toMatchObject({ complete: false, hasMore: false, hasNewer: false });
  });
});
