/**
 * Counting a chat anew and putting right what does not agree.
 *
 * Owns: the counters of the chat and of the statistics after a recount, and deleting rows that the record does not account for. What
 * the record claims and the store lacks is told to the caller, who fetches it.
 */
import { PROVISIONAL_BASE, type ChatSyncState } from '../../protocol/index.ts';
import { addToStats, countRows, readStats } from './chat-counters.ts';
import type { WriteTransaction } from './store.ts';

/** What a verification found. */
export interface StoredChat {
  /** Confirmed sequences that are stored. */
  readonly sequences: readonly number[];
  /** The counters were not those of the rows. */
  readonly countersWrong: boolean;
}

/** Recounts a chat, deletes confirmed rows that `accounted` does not know, corrects the counters. Needs the stores of `writeChat`. */
export async function verifyChat(tx: WriteTransaction, requestId: string, accounted: (sequence: number) => boolean, now: number): Promise<StoredChat> {
  const [rows, meta, stats] = await Promise.all([
    tx.getAll('messages', { index: 'by_request', bounds: { lower: requestId, upper: requestId } }),
    tx.get('chat_meta', requestId),
    readStats(tx, now),
  ]);
  const isStray = ({ sequenceNumber }: { readonly sequenceNumber: number }): boolean => sequenceNumber < PROVISIONAL_BASE && !accounted(sequenceNumber);
  for (const row of rows) if (isStray(row)) void tx.delete('messages', row.id);
  const kept = rows.filter((row) => !isStray(row));
  const counted = countRows(kept);
  const sequences = rows.map((row) => row.sequenceNumber).filter((sequence) => sequence < PROVISIONAL_BASE);
  if (!meta) return { sequences, countersWrong: false };
  const before = countRows(rows);
  const countersWrong = meta.messageCount !== before.messageCount || meta._messagesSize !== before.messagesSize;
  const corrected: ChatSyncState = { ...meta, messageCount: counted.messageCount, _messagesSize: counted.messagesSize };
  void tx.put('chat_meta', corrected);
  const delta = { messageCount: counted.messageCount - meta.messageCount, messagesSize: counted.messagesSize - meta._messagesSize };
  await addToStats(tx, stats, delta, now);
  return { sequences, countersWrong };
}
