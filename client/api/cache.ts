/** The cache on disk, as an application programs against it. */
import type { CacheLimits, CacheSize, CacheUsage, ClearReport, DownloadAllState, PinnedMedia } from '../../protocol/index.ts';
import type { Readable } from './readable.ts';

/** When a chat was last opened, for clearing: `[openedFromAt, openedBeforeAt)` in Unix milliseconds; open-ended when left out. */
export interface OpenedRange {
  readonly openedFromAt?: number | null;
  readonly openedBeforeAt?: number | null;
}

/** What the cache takes of the disk, and giving it back. Messages that were not sent, and drafts, are never dropped. */
export interface CacheControl {
  usage(): Promise<CacheUsage>;
  /** What stored files take up, against their budget: with `mediaStore: 'files'` the same as a walk of the folder. */
  getCacheSize(): Promise<CacheSize>;
  /** The budgets as they hold now. */
  limits(): Promise<CacheLimits>;
  /**
   * A person's own choice of the budgets, kept in this browser; null goes back to what the application connected with. Lower ones evict at
   * once, least recently used first; pinned files and what was not sent stay.
   */
  setLimits(change: { readonly budgetBytes?: number | null; readonly messageBudgetBytes?: number | null }): Promise<CacheLimits>;
  /** Files that are pinned, in all chats; `media(…).pin(false)` lets go of one. */
  pinned(): Promise<readonly PinnedMedia[]>;
  /** Drops what is cached of one chat. While a tab shows it, it is fetched again. */
  drop(requestId: string): Promise<ClearReport>;
  /** What {@link CacheControl.clear} would drop. */
  preview(range?: OpenedRange): Promise<ClearReport>;
  /** Drops the chats that were last opened in that time; all without one. */
  clear(range?: OpenedRange): Promise<ClearReport>;
  /**
   * The download of the messages of all chats: one at a time, until the budget is reached. It outlives tabs and daemons. `state` tells how
   * far it is and how much is missing; while somebody subscribes to `stats`, {@link CacheControl.download} is live.
   */
  downloadAll(action: 'state' | 'start' | 'pause' | 'resume' | 'cancel'): Promise<DownloadAllState>;
  /** How far the download of all chats is; null when none is known of. Live while somebody subscribes. */
  readonly download: Readable<DownloadAllState | null>;
}
