import { describe, expect, test } from 'vitest';
import type { CachedMessage, ChatItem } from 'tabcached';
import { createRowBuilder, type RowsContext } from './rows.ts';

const at = (day: number, hour: number, minute = 0): string => new Date(2026, 2, day, hour, minute).toISOString();

function message(sequenceNumber: number, senderId: string | null, createdAt: string, more: Partial<CachedMessage> = {}): ChatItem {
  const row: CachedMessage = {
    id: `m${sequenceNumber}`,
    requestId: 'r',
    sequenceNumber,
    senderId,
    sender: null,
    content: `text ${sequenceNumber}`,
    createdAt,
    updatedAt: null,
    isScreenshot: false,
    screenshotFileName: null,
    fileName: null,
    fileSize: null,
    fileMimeType: null,
    isReadByCurrentUser: false,
    status: 'sent',
    _cachedAt: 0,
    _syncVersion: 1,
    _revision: 1,
    ...more,
  };
  return { type: 'message', key: row.id, message: row, verified: true };
}

const context: RowsContext = { userId: 'me', unreadAfter: null, hasOlder: false };
const flags = (items: readonly ChatItem[], more: Partial<RowsContext> = {}): string[] =>
  createRowBuilder()(items, { ...context, ...more }).map((row) => {
    if (row.type === 'gap') return 'gap';
    const parts = [row.opensDay && 'day', row.opensUnread && 'unread', row.opensGroup && 'group', row.own && 'own'];
    return parts.filter(Boolean).join(' ');
  });

describe('rows', () => {
  test('consecutive messages of one sender form a group, ended by another sender or a pause', () => {
    const items = [
      message(1, 'ann', at(3, 9, 0)),
      message(2, 'ann', at(3, 9, 4)),
      message(3, 'me', at(3, 9, 4)),
      message(4, 'ann', at(3, 9, 5)),
      message(5, 'ann', at(3, 9, 10)),
    ];
    expect(flags(items)).toEqual(['day group', '', 'group own', 'group', 'group']);
  });

  test('a new day and a gap begin groups of their own, a gap no day', () => {
    const gap: ChatItem = { type: 'gap', key: 'gap:9', startSeq: 3, endSeq: 9 };
    const items = [message(1, 'ann', at(3, 23, 59)), message(2, 'ann', at(4, 0, 1)), gap, message(10, 'ann', at(4, 0, 2))];
    expect(flags(items)).toEqual(['day group', 'day group', 'gap', 'group']);
  });

  test('the unread divider stands above the first unread message of another person', () => {
    const items = [message(1, 'ann', at(3, 9)), message(2, 'me', at(3, 9, 1)), message(3, 'ann', at(3, 9, 2)), message(4, 'ann', at(3, 9, 3))];
    expect(flags(items, { unreadAfter: 1 })).toEqual(['day group', 'group own', 'unread group', '']);
    expect(flags(items, { unreadAfter: 4 })).toEqual(['day group', 'group own', 'group', '']);
  });

  test('while the true beginning of the unread messages is above what is loaded, there is no divider', () => {
    const items = [message(51, 'ann', at(3, 9)), message(52, 'ann', at(3, 9, 1))];
    expect(flags(items, { unreadAfter: 20, hasOlder: true })).toEqual(['group', '']);
    expect(flags(items, { unreadAfter: 20, hasOlder: false })).toEqual(['day unread group', '']);
  });

  test('the first row opens the conversation once nothing older is left', () => {
    const items = [message(1, 'ann', at(3, 9)), message(2, 'ann', at(3, 9, 1))];
    const opening = (hasOlder: boolean) => createRowBuilder()(items, { ...context, hasOlder }).map((row) => row.type === 'message' && row.opensChat);
    expect(opening(true)).toEqual([false, false]);
    expect(opening(false)).toEqual([true, false]);
  });

  test('pending messages are never unread', () => {
    const items = [message(1, 'ann', at(3, 9)), message(2 ** 52, 'ann', at(3, 9, 1), { status: 'pending' })];
    expect(flags(items, { unreadAfter: 1 })).toEqual(['day group', '']);
  });

  test('a row keeps its reference until it says something else', () => {
    const items = [message(1, 'ann', at(3, 9)), message(2, 'ann', at(3, 9, 1))];
    const build = createRowBuilder();
    const rows = build(items, context);
    const next = build([items[0] as ChatItem, message(2, 'ann', at(3, 9, 1), { content: 'edited' })], context);
    expect(next[0]).toBe(rows[0]);
    expect(next[1]).not.toBe(rows[1]);
  });

  test('a page that is loaded on top leaves the rows below it as they are', () => {
    const items = [message(51, 'ann', at(3, 9)), message(52, 'ann', at(3, 9, 1)), message(53, 'bob', at(3, 9, 2))];
    const build = createRowBuilder();
    const rows = build(items, { ...context, hasOlder: true });
    const next = build([message(50, 'ann', at(3, 8, 59)), ...items], { ...context, hasOlder: true });
    expect(next.slice(1)).toEqual(rows);
    expect(next[1]).toBe(rows[0]);
  });
});
