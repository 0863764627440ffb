/**
 * Forgetting a chat: eviction, lost access, or a person's wish.
 *
 * Owns: what goes and what stays. What a person wrote stays unless all is to go: rows not sent, their operations, the draft; and with them how
 * far he has read.
 */
import { PROVISIONAL_BASE, type ChatSyncState } from '../../protocol/index.ts';
import { addToStats, countRows, readStats } from './chat-counters.ts';
import { emptyChat } from './empty-records.ts';
import { putOrDeleteOperations } from './outbox-rows.ts';
import type { WriteTransaction } from './store.ts';

/** How a chat is deleted. */
export interface DeleteChatOptions {
  /** Also what was not sent, the outbox's operations and the draft; needs the store `offline_queue`. Default: false. */
  readonly everything?: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Removes a chat's rows and meta and keeps the counters right. When a draft or unsent rows stay, so does a meta that was never
 * synced and carries them. Needs `messages`, `chat_meta` and `cache_stats`. Answers how many rows were removed.
 */
export async function deleteChat(tx: WriteTransaction, requestId: string, options: DeleteChatOptions): Promise<number> {
  const { everything = false, now } = options;
  const [rows, meta, stats] = await Promise.all([
    tx.getAll('messages', { index: 'by_request', bounds: { lower: requestId, upper: requestId } }),
    tx.get('chat_meta', requestId),
    readStats(tx, now),
  ]);
  const kept = everything ? [] : rows.filter(({ sequenceNumber }) => sequenceNumber >= PROVISIONAL_BASE);
  const removed = everything ? rows : rows.filter(({ sequenceNumber }) => !(sequenceNumber >= PROVISIONAL_BASE));
  for (const { id } of removed) void tx.delete('messages', id);
  const draft = everything ? undefined : meta?._draft;
  const keepsMeta = meta !== undefined && (kept.length > 0 || draft !== undefined);
  if (keepsMeta) {
    const { messageCount, messagesSize } = countRows(kept);
    const counters = { mediaSize: meta.mediaSize, messageCount, _messagesSize: messagesSize };
    const { lastReadSequence, lastReadAt, unreadCount } = meta;
    // Of no revision: what the server says next stands, also when it was set back since.
    const _serverRead = { unreadCount, lastReadSequence, revision: 0 };
    const reset: ChatSyncState = { ...emptyChat(requestId, meta.lastAccessedAt), ...counters, lastReadSequence, lastReadAt, unreadCount, _serverRead };
    void tx.put('chat_meta', draft === undefined ? reset : { ...reset, _draft: draft });
  } else {
    void tx.delete('chat_meta', requestId);
  }
  const gone = countRows(removed);
  const delta = { messageCount: -gone.messageCount, messagesSize: -gone.messagesSize, chatCount: meta && !keepsMeta ? -1 : 0 };
  await addToStats(tx, stats, delta, now);
  if (everything) {
    const operations = (await tx.getAll('offline_queue')).filter((operation) => operation.requestId === requestId);
    await putOrDeleteOperations(tx, { deletes: operations.map(({ id }) => id), now });
  }
  return removed.length;
}
