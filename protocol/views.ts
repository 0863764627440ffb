/**
 * Views: what a tab sees of a chat or of the ticket list. One snapshot, then numbered patches.
 *
 * Owns: the shapes of snapshots and patches, and the pure functions with which a tab applies a patch to its window and lays out
 * items. Does not know ports or stores. Free of schemas, so that the tab's first bundle stays small.
 */
import type { CachedMessage, CachedTicket, CacheStats, SeqRange } from './records.ts';
import type { OutboxPatch, RefusalContext } from './outbox.ts';
import type { DownloadAllState } from './inspect.ts';
import type { MediaFrame } from './media.ts';
import type { CalledFrame, NoticeFrame, TabsFrame } from './tabs.ts';
import type { LinkState, StorageState, StorageTrouble } from './updates.ts';
import { PROVISIONAL_BASE } from './limits.ts';

/** State of a chat's synchronisation (data model, "State Transitions"; SPEC.md has the table). */
export type ChatState = 'INITIAL' | 'SYNCING' | 'SYNCED' | 'STALE' | 'RESYNCING' | 'FAILED' | 'GAP_DETECTED' | 'EXPIRED';

/** A lane's operation that a person has to decide about, or that waits. */
export interface LaneState {
  /** Operations of the chat that are not confirmed. */
  readonly pending: number;
  /** The operation at the head of the lane failed for good: nothing behind it is sent until it is retried, edited or discarded. */
  readonly blocked: { readonly operationId: string; readonly code: string; readonly message: string; readonly context: RefusalContext | null } | null;
  /** When the head is tried again, by the daemon's clock; null when it is not waiting. */
  readonly nextRetryAt: number | null;
}

/** What is known of a chat beside its rows. Goes with every snapshot and patch, whole. */
export interface ChatMeta {
  readonly state: ChatState;
  /** Oldest sequence of the held window; 1 when the beginning is held; 0 when nothing is. */
  readonly floor: number;
  readonly watermark: number;
  /** The server's highest sequence as last heard. */
  readonly head: number;
  readonly gaps: readonly SeqRange[];
  readonly unverified: readonly SeqRange[];
  readonly unread: number;
  readonly lastReadSequence: number;
  /** Rows held, for progress. */
  readonly held: number;
  /** Rows the server counts, for progress. */
  readonly total: number;
  readonly revision: string | null;
  readonly lastSyncedAt: number;
  readonly lane: LaneState;
  readonly draft: string;
  /** Tab that wrote the draft last, and how many times it was written in this life of the daemon: what a tab wrote itself is no news to it. */
  readonly draftBy: string | null;
  readonly draftVersion: number;
  /** Why the last synchronisation failed, for a person; null when it did not. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** Where a window of a chat begins: the newest messages, the first unread one, or around a sequence. */
export type Anchor = 'newest' | 'unread' | number;

/** A tab's window on a chat: confirmed sequences `lo` to `hi`; `tail` when it follows new messages (then pending rows are in it). */
export interface Window {
  readonly lo: number;
  readonly hi: number;
  readonly tail: boolean;
}

/** Answer to `openChat`: ascending rows of the window and what belongs to them, as of `version`. */
export interface ChatSnapshot {
  readonly requestId: string;
  readonly version: number;
  readonly window: Window;
  readonly rows: readonly CachedMessage[];
  readonly meta: ChatMeta;
}

/** Answer to `loadPage`: more rows and the window that results. */
export interface ChatPage {
  readonly requestId: string;
  readonly version: number;
  readonly window: Window;
  readonly rows: readonly CachedMessage[];
  readonly meta: ChatMeta;
}

/** Change of a chat from `version - 1` to `version`, the same for every tab; each clips it to its own window. */
export interface ChatPatch {
  readonly t: 'chat';
  readonly requestId: string;
  readonly version: number;
  readonly upserts: readonly CachedMessage[];
  /** Keys (see {@link rowKey}) of rows that are gone. */
  readonly removals: readonly string[];
  readonly meta: ChatMeta;
}

/** Answer to `openTickets`. */
export interface TicketsSnapshot {
  readonly version: number;
  readonly tickets: readonly CachedTicket[];
}

/** Change of the ticket list from `version - 1` to `version`. */
export interface TicketsPatch {
  readonly t: 'tickets';
  readonly version: number;
  readonly upserts: readonly CachedTicket[];
  readonly removals: readonly string[];
}

/** The daemon's condition, sent when it changes. */
export interface HostPatch {
  readonly t: 'host';
  readonly host: HostState;
}

/** The daemon's condition. */
export interface HostState {
  readonly epoch: string;
  readonly link: LinkState;
  readonly storage: StorageState;
  /** Null when storage works. Tried again by itself; what was written meanwhile is appended to what was stored. */
  readonly trouble: StorageTrouble | null;
  /** Tabs connected to the daemon. */
  readonly tabs: number;
  /** Operations not yet confirmed, in all chats. */
  readonly pending: number;
  /** True while no valid token is at hand and a tab has been asked for one. */
  readonly needsToken: boolean;
  /**
   * What this backend cannot tell: `edits` and deletions of messages that are held (no `changes`), and anything at once (`push`: the
   * daemon asks every few seconds instead).
   */
  readonly lacks: readonly ('edits' | 'push')[];
}

/** The daemon needs a token; the addressed tab answers with the call `giveToken`. */
export interface TokenRequest {
  readonly t: 'token';
  readonly requestNumber: number;
  /** The token that was rejected, so that the tab does not give it again. */
  readonly rejected: string | null;
}

/** The tab fell behind and was left out of some patches: it opens these views again. `tickets` and `outbox` stand for the views of those. */
export interface StaleViews {
  readonly t: 'stale';
  readonly requestIds: readonly string[];
  readonly tickets: boolean;
  readonly outbox?: boolean;
}

/** This daemon stops (drained for a newer one, fenced, signed out); the tab reconnects or not, by `reason`. */
export interface GoodbyeFrame {
  readonly t: 'goodbye';
  readonly reason: 'superseded' | 'fenced' | 'signed-out';
  /** With `signed-out`: everything of the user is removed; the tab removes what it keeps. */
  readonly wiped?: boolean;
}

/** The statistics of the cache, to tabs that watch them: at most once a second, and only when they changed. */
export interface StatsFrame {
  readonly t: 'stats';
  readonly stats: CacheStats;
  /** Null until somebody has asked about it in this life of the daemon. */
  readonly downloadAll: DownloadAllState | null;
}

/** Asks a page to ask the browser for lasting storage: workers cannot. Goes to one tab. */
export interface PersistFrame {
  readonly t: 'persist';
}

/** Is the daemon's thread alive? The tab answers by acknowledging. */
export type DaemonFrame = ChatPatch | TicketsPatch | HostPatch | TokenRequest | StaleViews | GoodbyeFrame | StatsFrame | OutboxPatch | MediaFrame | PersistFrame | TabsFrame | NoticeFrame | CalledFrame;

/**
 * Stable key of a row for a user interface: the same before and after the server has confirmed a message, so that a bubble
 * is replaced in place.
 */
export const rowKey = (row: Pick<CachedMessage, 'id' | 'clientTempId'>): string => row.clientTempId ?? row.id;

/** Is this a row that the server has not numbered yet? */
export const isProvisional = (row: Pick<CachedMessage, 'sequenceNumber'>): boolean => row.sequenceNumber >= PROVISIONAL_BASE;

/** Does a window show that sequence? */
export function windowHolds(window: Window, sequenceNumber: number): boolean {
  return window.tail ? sequenceNumber >= window.lo : sequenceNumber >= window.lo && sequenceNumber <= window.hi;
}

/**
 * Keys of rows that were last added to at their end, so that the next one there costs no walk over thousands, in thirty tabs at once.
 * They belong to one array at a time: an older one has to be walked again.
 */
const keysOf = new WeakMap<readonly CachedMessage[], Set<string>>();

/** Rows with upserts and removals applied, clipped to a window, ascending by sequence, one per key. The input is not changed. */
export function applyRows(
  rows: readonly CachedMessage[],
  upserts: readonly CachedMessage[],
  removals: readonly string[],
  window: Window,
): readonly CachedMessage[] {
  if (upserts.length === 0 && removals.length === 0) return rows;
  const last = rows.at(-1);
  const only = upserts.length === 1 && removals.length === 0 ? upserts[0] : undefined;
  // By far the most frequent case: one new message at the end.
  if (only && windowHolds(window, only.sequenceNumber) && (!last || last.sequenceNumber < only.sequenceNumber)) {
    const keys = keysOf.get(rows) ?? new Set(rows.map(rowKey));
    if (!keys.has(rowKey(only))) {
      const next = [...rows, only];
      keysOf.delete(rows);
      keysOf.set(next, keys.add(rowKey(only)));
      return next;
    }
  }
  const gone = new Set(removals);
  for (const row of upserts) gone.add(rowKey(row));
  const next = rows.filter((row) => !gone.has(rowKey(row)));
  for (const row of upserts) if (windowHolds(window, row.sequenceNumber)) next.push(row);
  return next.sort((a, b) => a.sequenceNumber - b.sequenceNumber);
}

/** One thing a conversation shows: a message, or a hole in what is known, which is never passed over silently. */
export type ChatItem =
  | {
      readonly type: 'message';
      readonly key: string;
      readonly message: CachedMessage;
      readonly verified: boolean;
      /** Of a reply that was refused: what happened to its ticket meanwhile. */
      readonly context?: RefusalContext;
    }
  | { readonly type: 'gap'; readonly key: string; readonly startSeq: number; readonly endSeq: number };

/** Rows of a window with the gaps between them, in order. */
export function layOutItems(rows: readonly CachedMessage[], meta: Pick<ChatMeta, 'gaps' | 'unverified'> & { readonly lane?: LaneState }, window: Window): readonly ChatItem[] {
  const gaps = meta.gaps.filter((gap) => gap.endSeq >= window.lo && (window.tail || gap.startSeq <= window.hi));
  const blocked = meta.lane?.blocked;
  const items: ChatItem[] = [];
  let next = 0;
  const pushGapsBelow = (sequence: number): void => {
    for (let gap = gaps[next]; gap && gap.startSeq < sequence; gap = gaps[++next]) {
      items.push({ type: 'gap', key: `gap:${gap.endSeq}`, startSeq: gap.startSeq, endSeq: gap.endSeq });
    }
  };
  for (const message of rows) {
    pushGapsBelow(message.sequenceNumber);
    const { sequenceNumber } = message;
    const verified = !meta.unverified.some((range) => sequenceNumber >= range.startSeq && sequenceNumber <= range.endSeq);
    const key = rowKey(message);
    const context = key === blocked?.operationId && blocked.context;
    items.push({ type: 'message', key, message, verified, ...(context && { context }) });
  }
  pushGapsBelow(Number.POSITIVE_INFINITY);
  return items;
}
