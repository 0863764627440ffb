import { describe, expect, test } from 'vitest';
import type { CachedTicket, ChatMeta } from 'tabcached';
import { countNewer, readState, seenSequence } from './read-marker.ts';
import type { Row } from './rows.ts';

const row = (sequenceNumber: number, status: 'sent' | 'pending' | 'failed' = 'sent', own = false): Row =>
  ({ type: 'message', key: `m${sequenceNumber}`, own, message: { sequenceNumber, status } }) as Row;
const gap: Row = { type: 'gap', key: 'gap:4', startSeq: 3, endSeq: 4 };
const rows = [row(1), row(2), gap, row(5), row(6, 'sent', true), row(2 ** 52, 'pending', true), row(2 ** 52 + 1, 'failed', true)];

describe('read marker', () => {
  test('is the highest confirmed sequence down to the last row seen', () => {
    expect(seenSequence(rows, 1, 0)).toBe(2);
    expect(seenSequence(rows, 3, 0)).toBe(5);
  });

  test('skips gaps, pending and failed rows', () => {
    expect(seenSequence(rows, 2, 0)).toBe(2);
    expect(seenSequence(rows, 99, 0)).toBe(6);
  });

  test('never goes back, and says nothing when nothing is new', () => {
    expect(seenSequence(rows, 99, 6)).toBeNull();
    expect(seenSequence([], 0, 0)).toBeNull();
  });
});

describe('read state', () => {
  const meta = { unread: 0, lastReadSequence: 0 } as ChatMeta;
  const ticket = { unreadCount: 3, lastReadSequence: 40 } as CachedTicket;

  test('of a chat that was never opened here is its ticket\'s', () => {
    expect(readState(ticket, meta)).toEqual({ unread: 3, lastReadSequence: 40 });
  });

  test('never goes behind a mark that the chat knows', () => {
    expect(readState({ ...ticket, unreadCount: 0 }, { ...meta, lastReadSequence: 43 })).toEqual({ unread: 0, lastReadSequence: 43 });
    expect(readState(null, { ...meta, unread: 1, lastReadSequence: 9 })).toEqual({ unread: 1, lastReadSequence: 9 });
  });
});

describe('newer messages', () => {
  test('are those of others beyond a sequence', () => {
    expect(countNewer(rows, 0)).toBe(3);
    expect(countNewer(rows, 2)).toBe(1);
    expect(countNewer(rows, 6)).toBe(0);
  });
});
