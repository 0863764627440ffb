/**
 * The statistics of the cache against a recount: after every committed transaction by the oracle's copy, at the end by the store itself.
 *
 * Owns: the part of messages, chats and operations; files are another check's.
 */
import { recountAll } from '../../worker/store/chat-counters.ts';
import type { World } from './world.ts';

const NAMES = ['messageCount', 'messagesSize', 'chatCount', 'pendingOperations'] as const;

/** After a transaction: sizes and counts are in the transactions of their rows (H-6, D-2). */
export function checkCountersNow({ mirror, verdict }: Pick<World, 'mirror' | 'verdict'>): void {
  const { stats } = mirror;
  const counted = { messageCount: mirror.messages.size, messagesSize: 0, chatCount: 0, pendingOperations: 0 };
  for (const { meta, bytes } of mirror.chats.values()) {
    counted.messagesSize += bytes;
    if (meta) counted.chatCount += 1;
  }
  for (const { status } of mirror.queue.values()) if (status !== 'completed') counted.pendingOperations += 1;
  for (const name of NAMES) {
    if ((stats?.[name] ?? 0) !== counted[name]) verdict.broken('H-6', `${name} is ${stats?.[name] ?? 0} after a transaction, a recount gives ${counted[name]}`);
  }
  if (stats && stats.totalSize !== stats.messagesSize + stats.mediaSize) verdict.broken('H-6', `totalSize is ${stats.totalSize}, its parts are ${stats.messagesSize} and ${stats.mediaSize}`);
}

/** At the end: the whole store is counted, each chat too. */
export async function checkCountersAtEnd(world: World): Promise<void> {
  const { mirror, verdict } = world;
  const inner = world.host?.workers.disk.look() ?? world.inner;
  const reading = inner.read(['messages', 'chat_meta', 'offline_queue', 'cache_stats'], async (tx) => [
    await recountAll(tx),
    await tx.get('cache_stats', 'stats'),
    await tx.count('messages'),
    await tx.getAll('chat_meta'),
  ] as const);
  // Under the simulator's own task queue nothing goes on by itself.
  await world.time.settle();
  const [recount, stats, count, metas] = await reading;
  for (const name of NAMES) {
    if ((stats?.[name] ?? 0) !== recount[name]) verdict.broken('H-6', `${name} is ${stats?.[name]}, a recount gives ${recount[name]}`);
  }
  for (const { requestId, messageCount, _messagesSize } of metas) {
    const own = recount.chats.get(requestId) ?? { messageCount: 0, messagesSize: 0 };
    if (messageCount !== own.messageCount || _messagesSize !== own.messagesSize) verdict.broken('H-6', `chat ${requestId[0]} counts ${messageCount} rows of ${_messagesSize} bytes, a recount gives ${own.messageCount} of ${own.messagesSize}`);
  }
  if (count !== mirror.messages.size) verdict.broken('H-6', `the store holds ${count} rows, its transactions wrote ${mirror.messages.size}`);
}
