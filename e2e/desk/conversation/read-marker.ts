/** How far a conversation has been read. Pure. */
import type { Row } from './rows.ts';

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
