/**
 * Writing what happened in a chat: rows, meta and counters in one transaction. Written once, over the store port.
 *
 * Owns: that the stored rows, the meta and the statistics agree. Does not know where changes come from, and checks nothing: callers
 * validated the rows and computed the meta.
 *
 * Several writes may share a transaction, also with those of `outbox-rows.ts`, one after another: each must have resolved before
 * the next begins, because each reads and writes the one record of statistics.
 */
import type { CachedMessage, ChatSyncState } from '../../protocol/index.ts';
import { addToStats, readStats, recountChat, type RowCounters } from './chat-counters.ts';
import { ID_LOOKUPS_MAX, readConcerned } from './chat-rows.ts';
import { mergeRows, type MergedRows, type RowChanges } from './merge-rows.ts';
import type { StoreName, WriteTransaction } from './store.ts';

export { recountAll, recountChat } from './chat-counters.ts';
export { deleteChat } from './chat-deletion.ts';
export { emptyChat, emptyStats } from './empty-records.ts';

/** Stores that {@link writeChat} needs in its transaction. */
export const chatWriteStores: readonly StoreName[] = ['messages', 'chat_meta', 'cache_stats', 'media_meta'];

/**
 * Changes of one chat.
 *
 * - First `removeIds` go, then `upserts` apply in order, then `deletions`.
 * - An upsert is dropped when its sequence holds a higher `_revision` (also when an upsert before it in the batch took that row
 *   away), or the same one with the same content. Otherwise it replaces
 *   whoever is at its sequence, and its own id wherever that was.
 * - A deletion removes its sequence's row unless that row has a higher revision.
 * - `_cachedAt` is `now` on insert and kept on update; `_syncVersion` is 0 on insert and one more on every update that is
 *   really stored; what the upserts say of both is ignored.
 */
export interface ChatWrite extends RowChanges {
  /** The complete new meta; `messageCount`, `_messagesSize` and `mediaSize` are overwritten with what is really held. */
  readonly meta: ChatSyncState;
}

/** What was really stored. */
export interface ChatWriteResult {
  readonly meta: ChatSyncState;
  /** Rows put, with their cache fields; upserts that lost or changed nothing are not among them. */
  readonly upserts: readonly CachedMessage[];
  /** Rows whose id is not held any more. */
  readonly removed: readonly CachedMessage[];
}

/** Applies the changes; see {@link ChatWrite}. The transaction needs {@link chatWriteStores}. */
export async function writeChat(tx: WriteTransaction, change: ChatWrite): Promise<ChatWriteResult> {
  const { requestId, now } = change;
  const [current, stats, held] = await Promise.all([tx.get('chat_meta', requestId), readStats(tx, now), readConcerned(tx, change)]);
  // Rows can outlive their meta: deleting a chat keeps what was not sent.
  const counted: RowCounters = current
    ? { messageCount: current.messageCount, messagesSize: current._messagesSize }
    : await recountChat(tx, requestId);
  const merged = mergeRows(held, change);
  for (const id of merged.deletes) void tx.delete('messages', id);
  for (const row of merged.puts) void tx.put('messages', row);

  const counters = await countAfter(tx, change, counted, merged);
  const mediaSize = current?.mediaSize ?? (await heldMedia(tx, requestId));
  const meta: ChatSyncState = { ...change.meta, requestId, messageCount: counters.messageCount, _messagesSize: counters.messagesSize, mediaSize };
  void tx.put('chat_meta', meta);
  const total = {
    messageCount: counters.messageCount - counted.messageCount,
    messagesSize: counters.messagesSize - counted.messagesSize,
    chatCount: current ? 0 : 1,
  };
  for (const [otherId, delta] of merged.deltas) {
    if (otherId === requestId) continue;
    const other = await tx.get('chat_meta', otherId);
    if (other) {
      const [messageCount, _messagesSize] = [other.messageCount + delta.count, other._messagesSize + delta.bytes];
      void tx.put('chat_meta', { ...other, messageCount, _messagesSize });
    }
    total.messageCount += delta.count;
    total.messagesSize += delta.bytes;
  }
  await addToStats(tx, stats, total, now);
  return { meta, upserts: merged.puts, removed: merged.removed };
}

/** Bytes of the files that a chat without a record holds. */
async function heldMedia(tx: WriteTransaction, requestId: string): Promise<number> {
  const files = await tx.getAll('media_meta', { index: 'by_request', bounds: { lower: requestId, upper: requestId } });
  return files.reduce((sum, file) => sum + (file.localBlobKey === null ? 0 : file.fileSize), 0);
}

/**
 * The chat's counters after the batch. In a batch too large for looking up every id, a row that was held elsewhere in the chat
 * has been replaced unseen; then there are fewer rows than expected, and the chat is counted anew.
 */
async function countAfter(tx: WriteTransaction, change: ChatWrite, counted: RowCounters, merged: MergedRows): Promise<RowCounters> {
  const { requestId, upserts } = change;
  const delta = merged.deltas.get(requestId) ?? { count: 0, bytes: 0 };
  const expected = { messageCount: counted.messageCount + delta.count, messagesSize: counted.messagesSize + delta.bytes };
  if (upserts.length <= ID_LOOKUPS_MAX) return expected;
  const found = await tx.count('messages', { index: 'by_request', bounds: { lower: requestId, upper: requestId } });
  return found === expected.messageCount ? expected : recountChat(tx, requestId);
}
