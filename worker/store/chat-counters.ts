/**
 * Counters of rows and bytes: what they must be, and how they change.
 *
 * Owns: `messageCount` and `_messagesSize` of `chat_meta`, and the counters of messages, chats and operations in `cache_stats`.
 * Counters change in the transaction of the rows that they count; a recount is always equal. `mediaSize` and `mediaCount` are
 * the media part's.
 */
import { rowBytes, type CachedMessage, type CacheStats } from '../../protocol/index.ts';
import { emptyStats } from './empty-records.ts';
import type { ReadTransaction, WriteTransaction } from './store.ts';

/** Rows held and their bytes by `rowBytes`. */
export interface RowCounters {
  messageCount: number;
  messagesSize: number;
}

/** A recount of everything. */
export interface Recount extends RowCounters {
  /** Records of `chat_meta`. */
  readonly chatCount: number;
  /** Operations that are not completed. */
  readonly pendingOperations: number;
  /** By `requestId`, for every chat with rows. */
  readonly chats: ReadonlyMap<string, RowCounters>;
}

/** Rows read at once. */
const SLICE = 1_000;

/** Counters of the given rows. */
export function countRows(rows: readonly CachedMessage[]): RowCounters {
  let messagesSize = 0;
  for (const row of rows) messagesSize += rowBytes(row);
  return { messageCount: rows.length, messagesSize };
}

/** Counts one chat's rows, pending ones included. Needs the store `messages`. */
export async function recountChat(tx: ReadTransaction, requestId: string): Promise<RowCounters> {
  return countRows(await tx.getAll('messages', { index: 'by_request', bounds: { lower: requestId, upper: requestId } }));
}

/** Counts everything, slice by slice. Needs `messages`, `chat_meta` and `offline_queue`. */
export async function recountAll(tx: ReadTransaction): Promise<Recount> {
  const total: RowCounters = { messageCount: 0, messagesSize: 0 };
  const chats = new Map<string, RowCounters>();
  const [chatCount, operations] = await Promise.all([tx.count('chat_meta'), tx.getAll('offline_queue')]);
  for (let slice = await tx.getAll('messages', { limit: SLICE }); slice.length > 0; ) {
    for (const row of slice) {
      const chat = chats.get(row.requestId) ?? { messageCount: 0, messagesSize: 0 };
      chats.set(row.requestId, chat);
      for (const counters of [chat, total]) {
        counters.messageCount += 1;
        counters.messagesSize += rowBytes(row);
      }
    }
    slice = await tx.getAll('messages', { limit: SLICE, bounds: { lower: (slice.at(-1) as CachedMessage).id, lowerOpen: true } });
  }
  const pendingOperations = operations.filter(({ status }) => status !== 'completed').length;
  return { ...total, chatCount, pendingOperations, chats };
}

/** Statistics of the cache; those of nothing when none are stored. Needs `cache_stats`. */
export const readStats = async (tx: ReadTransaction, now: number): Promise<CacheStats> =>
  (await tx.get('cache_stats', 'stats')) ?? emptyStats(now);

/** By how much the statistics change. */
export interface StatsDelta {
  readonly messageCount?: number;
  readonly messagesSize?: number;
  readonly chatCount?: number;
  readonly pendingOperations?: number;
}

/** Adds to the statistics and keeps `totalSize`; writes nothing when nothing changes. `stats` are the stored ones. */
export async function addToStats(tx: WriteTransaction, stats: CacheStats, delta: StatsDelta, now: number): Promise<void> {
  const { messageCount = 0, messagesSize = 0, chatCount = 0, pendingOperations = 0 } = delta;
  if (!messageCount && !messagesSize && !chatCount && !pendingOperations) return;
  const sizeNow = stats.messagesSize + messagesSize;
  await tx.put('cache_stats', {
    ...stats,
    messageCount: stats.messageCount + messageCount,
    messagesSize: sizeNow,
    totalSize: sizeNow + stats.mediaSize,
    chatCount: stats.chatCount + chatCount,
    pendingOperations: stats.pendingOperations + pendingOperations,
    updatedAt: now,
  });
}
