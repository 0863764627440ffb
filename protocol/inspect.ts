/**
 * What the daemon tells of itself: the report behind `client.inspect()`, the use of the disk, the log.
 *
 * Owns: shapes and the inputs of the calls. Nothing here carries message text or tokens.
 */
import * as v from 'valibot';
import { Uuid } from './records.ts';
import type { MediaState } from './media.ts';
import type { ChatState } from './views.ts';
import type { OfflineOperation } from './records.ts';

const OptionalTime = v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), null);

const OptionalBytes = v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))));

/** Inputs of the calls of inspection and storage control. */
export const inspectInputs = {
  inspect: v.object({}),
  /** What this daemon has done in its life. */
  stats: v.object({}),
  /** Recounts a chat and repairs it. */
  verifyChat: v.object({ requestId: Uuid }),
  cacheUsage: v.object({}),
  /** From now on this tab is sent `{t:'stats'}` frames; the answer is the record as it is. */
  watchStats: v.object({ watching: v.boolean() }),
  dropChat: v.object({ requestId: Uuid }),
  /**
   * Drops the cached chats that were last opened in `[openedFromAt, openedBeforeAt)`, both open-ended when null. With `preview` it only
   * counts. What was not sent and drafts stay.
   */
  clearCache: v.object({ openedFromAt: OptionalTime, openedBeforeAt: OptionalTime, preview: v.boolean() }),
  /** The budgets as they hold now. A number is a person's choice, which is kept; null goes back to what the application connected with. */
  cacheLimits: v.object({ budgetBytes: OptionalBytes, messageBudgetBytes: OptionalBytes }),
  exportLog: v.object({}),
  /** What the daemon was asked and told lately, for a replay in the simulator. */
  exportFlight: v.object({}),
  /** Downloads the messages of all chats; `state` only tells how far it is, and how much is missing. */
  downloadAll: v.object({ action: v.picklist(['state', 'start', 'pause', 'resume', 'cancel']) }),
} as const;

/** How bad a log line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One line of the daemon's log. */
export interface LogEntry {
  /** Milliseconds since the Unix epoch, by the daemon's clock. */
  readonly at: number;
  readonly level: LogLevel;
  readonly event: string;
  /** The tab's call that led to it: the first characters of the tab's id and the call's number. Null when no call did. */
  readonly trace: string | null;
  /** Facts without message text or tokens. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A stretch of a chat's history and what is known of it. */
export interface HistoryPart {
  readonly kind: 'held' | 'gap' | 'void' | 'unverified' | 'unknown';
  readonly startSeq: number;
  readonly endSeq: number;
}

/** A chat as the inspector shows it. */
export interface InspectedChat {
  readonly requestId: string;
  readonly subject: string | null;
  readonly state: ChatState;
  /** Why it is in that state, in a sentence. */
  readonly why: string;
  /** In the notation of the gap algebra (SPEC.md), such as `[51..90] gap(91..95) [96..120] void(100)`. */
  readonly history: string;
  /** From sequence 1 to the server's head, without holes and overlaps. */
  readonly parts: readonly HistoryPart[];
  readonly floor: number;
  readonly watermark: number;
  readonly head: number;
  readonly revision: string | null;
  readonly lastSyncedAt: number;
  readonly held: number;
  readonly total: number;
  /** Tabs that show it. */
  readonly watchers: number;
  readonly problem: { readonly code: string; readonly message: string } | null;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Repairs that were given up, because the server's answers changed nothing. */
  readonly parked: number;
}

/** A lane of the outbox as the inspector shows it; the first operation is the next to be sent. */
export interface InspectedLane {
  readonly requestId: string;
  readonly operations: readonly Pick<OfflineOperation, 'id' | 'type' | 'status' | 'createdAt' | 'attemptedAt' | 'retryCount' | 'nextRetryAt' | 'lastError'>[];
}

/** A tab as its daemon knows it. */
export interface InspectedTab {
  readonly tabId: string;
  readonly visible: boolean;
  readonly focused: boolean;
  readonly online: boolean;
  /** Chats that it shows. */
  readonly shows: readonly string[];
  /** Name of the Web Lock that proves that it lives; null: nobody holds it any more. */
  readonly lease: string | null;
  /** Frames posted and not acknowledged yet. */
  readonly unacknowledged: number;
  readonly behind: boolean;
}

/** A file that is on its way, waits for its turn, or was given up. */
export interface InspectedDownload extends Pick<MediaState, 'status' | 'progress' | 'fileSize' | 'pinned' | 'error'> {
  readonly requestId: string;
  readonly filename: string;
  /** Tabs that show it. */
  readonly watchers: number;
}

/** Something that was given up to make room. */
export interface Eviction {
  readonly at: number;
  /** A file's body, or rows of a chat. */
  readonly what: 'file' | 'messages';
  /** `mediaId` of a file, `requestId` of a chat. */
  readonly id: string;
  /** `budget`: past 90 % of it. `room`: a new file needed the place. `quota`: the browser refused, or its quota is nearly used up. */
  readonly reason: 'budget' | 'room' | 'quota';
  /** Messages of a chat; 0 for a file. */
  readonly rows: number;
  /** Bytes freed; of a file that another one shares none. */
  readonly bytes: number;
}

/** Everything about one daemon at one moment. */
export interface InspectReport {
  readonly at: number;
  readonly epoch: string;
  readonly buildId: string;
  readonly generation: number;
  /** Name of the Web Lock that proves that it lives. */
  readonly lease: string;
  readonly uptimeMs: number;
  readonly link: { readonly attached: boolean; readonly opened: number; readonly needsToken: boolean };
  readonly storage: {
    readonly kind: 'indexeddb' | 'memory';
    /** Changes that are not written yet. */
    readonly backlog: number;
    /** The browser's own account; null when it does not tell. */
    readonly usageBytes: number | null;
    readonly quotaBytes: number | null;
  };
  readonly tabs: readonly InspectedTab[];
  readonly chats: readonly InspectedChat[];
  /** Files that are not there yet and are wanted. */
  readonly downloads: readonly InspectedDownload[];
  /** What was given up lately to make room, oldest first. */
  readonly evictions: readonly Eviction[];
  readonly lanes: readonly InspectedLane[];
}

/** One chat's share of the disk. */
export interface ChatUsage {
  readonly requestId: string;
  readonly subject: string | null;
  readonly messageCount: number;
  readonly messagesSize: number;
  /** Bytes of its files. A body that files of other chats share counts in each chat, and once in {@link CacheUsage}. */
  readonly mediaSize: number;
  /** When it was last opened. */
  readonly lastAccessedAt: number;
  /** Operations that were not sent yet: they stay when the chat is dropped. */
  readonly unsent: number;
}

/** The budgets of the cache. */
export interface CacheLimits {
  /** Cap on files. */
  readonly budgetBytes: number;
  /** Cap on messages, by the cache's own account. */
  readonly messageBudgetBytes: number;
  /** Which of them a person chose. */
  readonly chosen: { readonly budgetBytes: boolean; readonly messageBudgetBytes: boolean };
  /** What the application connected with. */
  readonly defaults: { readonly budgetBytes: number; readonly messageBudgetBytes: number };
}

/** What the cache takes of the disk. */
export interface CacheUsage {
  readonly limits: CacheLimits;
  readonly messagesSize: number;
  readonly mediaSize: number;
  /** Both budgets together. */
  readonly limitBytes: number;
  readonly totalBytes: number;
  /** 0 to 100 and beyond, rounded to one decimal. */
  readonly usagePercent: number;
  readonly chats: readonly ChatUsage[];
}

/** What clearing did, or would do. */
export interface ClearReport {
  readonly chats: number;
  readonly messages: number;
  readonly bytes: number;
  /** Operations that were kept, because nothing unsent is ever cleared. */
  readonly unsentKept: number;
}

/** How far the download of all chats is. */
export interface DownloadAllState {
  /** `limit`: stopped, because the cache reached its budget. */
  readonly status: 'off' | 'running' | 'paused' | 'done' | 'limit';
  readonly chatsDone: number;
  readonly chatsTotal: number;
  /** Bytes of the cache now. */
  readonly bytes: number;
  /** Bytes that are missing, by the average of what is held. */
  readonly estimatedBytes: number;
  /** The chat that is being downloaded. */
  readonly current: string | null;
  /** Why it does not get on; it tries again by itself. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}
