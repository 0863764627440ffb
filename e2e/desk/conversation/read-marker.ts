/** How far a conversation has been read. Pure. */
import type { CachedTicket, ChatMeta } from 'tabcached';
import type { Row } from './rows.ts';

/** How far somebody has read, and how much of others' they have not. */
export interface ReadState {
  readonly unread: number;
  readonly lastReadSequence: number;
}

/** What ticket and chat say together: a chat that was never opened here knows nothing yet, its ticket does. */
export function readState(ticket: CachedTicket | null, meta: ChatMeta): ReadState {
  return {
    unread: ticket?.unreadCount ?? meta.unread,
    lastReadSequence: Math.max(ticket?.lastReadSequence ?? 0, meta.lastReadSequence),
  };
}

/**
 * Highest confirmed sequence among the rows down to the last one seen, when it is beyond the mark; else null. Pending and failed
 * rows have no sequence of the server's and never count.
 */
export function seenSequence(rows: readonly Row[], lastSeenIndex: number, markedUpTo: number): number | null {
  for (let index = Math.min(lastSeenIndex, rows.length - 1); index >= 0; index -= 1) {
    const row = rows[index];
    if (row?.type !== 'message' || row.message.status !== 'sent') continue;
    return row.message.sequenceNumber > markedUpTo ? row.message.sequenceNumber : null;
  }
  return null;
}

/** Messages of others beyond a sequence: what somebody who stopped reading there has not seen. */
export function countNewer(rows: readonly Row[], sequence: number): number {
  let count = 0;
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    if (row?.type !== 'message' || row.message.status !== 'sent') continue;
    if (row.message.sequenceNumber <= sequence) break;
    if (!row.own) count += 1;
  }
  return count;
}
