/**
 * What the cache takes of the disk, by chat, and giving it back.
 *
 * Owns: which chats a range of time means, and dropping them one after the other. What was not sent and drafts stay, whatever is
 * dropped: `deleteChat` sees to it. Bytes of messages are those of the counters, which equal a recount; those of files are what the disk has.
 */
import type { CacheLimits, CacheUsage, ChatUsage, ClearReport } from '../../protocol/index.ts';
import type { CachedMediaMeta } from '../../protocol/index.ts';
import { freedBytes, mediaBytes } from './media-bytes.ts';
import { readStats } from '../store/chat-counters.ts';
import type { InspectionSetup } from './inspect-part.ts';

/** Chats by when they were last opened; null is open-ended. */
export interface OpenedRange {
  readonly openedFromAt: number | null;
  readonly openedBeforeAt: number | null;
}

/** Chats that were last opened in `[openedFromAt, openedBeforeAt)` and have anything to drop. Pure. */
export const chatsToClear = (chats: readonly ChatUsage[], { openedFromAt, openedBeforeAt }: OpenedRange): readonly ChatUsage[] =>
  chats.filter(
    ({ lastAccessedAt, messageCount, mediaSize }) =>
      messageCount + mediaSize > 0 && lastAccessedAt >= (openedFromAt ?? 0) && lastAccessedAt < (openedBeforeAt ?? Number.POSITIVE_INFINITY),
  );

/** What dropping chats comes to; `fileBytes`: what goes with their files. Pure. */
const sumUp = (chats: readonly ChatUsage[], fileBytes: number): ClearReport => ({
  chats: chats.length,
  messages: chats.reduce((sum, chat) => sum + chat.messageCount, 0),
  bytes: chats.reduce((sum, chat) => sum + chat.messagesSize, fileBytes),
  unsentKept: chats.reduce((sum, chat) => sum + chat.unsent, 0),
});

/** Storage as a person sees it. */
export interface StorageControl {
  usage(): Promise<CacheUsage>;
  limits(): Promise<CacheLimits>;
  /** Drops these chats, or only counts what would go. */
  clear(range: OpenedRange, preview: boolean): Promise<ClearReport>;
  drop(requestId: string): Promise<ClearReport>;
}

/** Creates it over the daemon's parts. */
export function createStorageControl({ parts, env, daemon }: InspectionSetup): StorageControl {
  const { book, views, ledger, tickets, committer, store } = parts;

  const readFiles = (): Promise<readonly CachedMediaMeta[]> => store.read(['media_meta'], (tx) => tx.getAll('media_meta'));
  const preview = async (dropped: readonly ChatUsage[]): Promise<ClearReport> =>
    sumUp(dropped, freedBytes(await readFiles(), new Set(dropped.map(({ requestId }) => requestId))));

  const chats = async (): Promise<readonly ChatUsage[]> => {
    await committer.flush();
    const [metas, files] = await Promise.all([store.read(['chat_meta'], (tx) => tx.getAll('chat_meta')), readFiles()]);
    const byChat = new Map<string, CachedMediaMeta[]>();
    for (const file of files) {
      const own = byChat.get(file.requestId);
      if (own) own.push(file);
      else byChat.set(file.requestId, [file]);
    }
    const unsent = new Map<string, number>();
    for (const { type, requestId } of ledger.all()) if (type === 'send_message') unsent.set(requestId, (unsent.get(requestId) ?? 0) + 1);
    return metas.map(({ requestId, messageCount, _messagesSize, lastAccessedAt }) => {
      const mediaSize = mediaBytes(byChat.get(requestId) ?? []);
      const waiting = unsent.get(requestId) ?? 0;
      return { requestId, subject: tickets.get(requestId)?.subject ?? null, messageCount: messageCount - waiting, messagesSize: _messagesSize, mediaSize, lastAccessedAt, unsent: waiting };
    });
  };

  const dropAll = async (dropped: readonly ChatUsage[]): Promise<ClearReport> => {
    const report = await preview(dropped);
    for (const { requestId } of dropped) {
      // What a tab shows stays opened and is fetched again; the rest is forgotten.
      await book.reset(requestId, views.watchers(requestId).length > 0, false);
      views.restart(requestId);
      parts.engine.want(requestId);
    }
    await committer.flush();
    return report;
  };

  /** Without the part that keeps them the limits are those that the application connected with. */
  const limits = async (): Promise<CacheLimits> => {
    const { budgetBytes, messageBudgetBytes } = daemon.settings;
    const defaults = { budgetBytes, messageBudgetBytes };
    const given: CacheLimits = { ...defaults, chosen: { budgetBytes: false, messageBudgetBytes: false }, defaults };
    return parts.media.load().then(
      (media) => media.limits({}),
      () => given,
    );
  };

  return {
    limits,
    usage: async () => {
      const [all, now] = await Promise.all([chats(), limits()]);
      // Of everything, thumbnails and parts of files too, which are no chat's.
      const { messagesSize, mediaSize, totalSize: totalBytes } = await store.read(['cache_stats'], (tx) => readStats(tx, env.clock.now()));
      const limitBytes = now.budgetBytes + now.messageBudgetBytes;
      return { limits: now, messagesSize, mediaSize, limitBytes, totalBytes, usagePercent: limitBytes === 0 ? 0 : Math.round((1000 * totalBytes) / limitBytes) / 10, chats: all };
    },
    clear: async (range, only) => {
      const chosen = chatsToClear(await chats(), range);
      return only ? preview(chosen) : dropAll(chosen);
    },
    drop: async (requestId) => dropAll((await chats()).filter((chat) => chat.requestId === requestId)),
  };
}
