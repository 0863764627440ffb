/**
 * The public face of tabcached in a tab.
 *
 * Owns: the shapes that an application programs against. Every `Readable` fits React's `useSyncExternalStore`: `getSnapshot`
 * returns the same reference until something changed, `subscribe` returns its own undo.
 */
import type {
  Anchor,
  CacheLimits,
  CacheSize,
  CacheStats,
  CacheUsage,
  CachedTicket,
  ChatItem,
  ChatMeta,
  ClearReport,
  DaemonStats,
  DownloadAllState,
  HostState,
  InspectReport,
  FlightLine,
  LogEntry,
  MediaPriority,
  MediaState,
  Metric,
  Notice,
  OutboxOperation,
  OutboxPause,
  PinnedMedia,
  SendReceipt,
  SignOutReport,
  TabInfo,
  Update,
  VerifyReport,
  Window,
} from '../protocol/index.ts';

import type { WorkerChoices } from './create-worker.ts';

/** A value that changes. */
export interface Readable<T> {
  subscribe(listener: () => void): () => void;
  getSnapshot(): T;
}

/** Where the daemon that this tab talks to runs; `none`: there is none, and the tab reads from the network (`status.degraded`). */
export type HostKind = 'shared-worker' | 'leader' | 'follower' | 'none';

/** A newer build of the application runs in another tab, and its daemon serves this one too. The page should be loaded anew when that is safe. */
export interface Superseded {
  /** Id of the newer build, with its order in front. */
  readonly buildId: string;
  /** Where the newer build's worker is, as this tab joins it; null when it cannot be joined from here. */
  readonly url: string | null;
  readonly name: string;
  readonly options: WorkerChoices;
  /** True: everything goes on, through the newer daemon. False: it does not let this tab in; what was shown stays, nothing new is sent. */
  readonly works: boolean;
}

/** What this tab knows of its daemon. `connected` is false between the death of a daemon and the next one's welcome. */
export interface ClientStatus extends HostState {
  readonly connected: boolean;
  /**
   * No daemon can be started here for now: lists and chats are asked of the server by this tab, every few seconds; nothing is stored, and
   * `send` and the like reject with `HOST_UNAVAILABLE`. It ends by itself when a daemon comes.
   */
  readonly degraded: boolean;
  /** The user signed out, in this tab or another: this client is over and shows nothing any more. */
  readonly signedOut: boolean;
  readonly host: HostKind;
  /** Null while no newer build is known. */
  readonly superseded: Superseded | null;
}

/** The ticket list as a tab sees it, newest activity first. */
export interface TicketsState {
  /** False until the first snapshot is there. */
  readonly ready: boolean;
  readonly tickets: readonly CachedTicket[];
}

/** A chat as a tab sees it. */
export interface ChatViewState {
  /** False until the first snapshot is there. */
  readonly ready: boolean;
  readonly items: readonly ChatItem[];
  readonly meta: ChatMeta | null;
  readonly window: Window | null;
  /** Older messages can be loaded: held below the window, or on the server. */
  readonly hasOlder: boolean;
  /** Newer messages can be loaded: the window does not follow the end of the chat. */
  readonly hasNewer: boolean;
  readonly loading: { readonly older: boolean; readonly newer: boolean; readonly gap: boolean };
  /** Why the last load failed; null when it did not. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What is sent. `clientTempId` is made when missing; repeat it to repeat a send whose outcome is unknown. */
export interface Outgoing {
  readonly content: string;
  readonly clientTempId?: string;
  readonly isScreenshot?: boolean;
  readonly screenshotFileName?: string;
  /** The chat's draft stays. Otherwise it goes with the message, in one transaction. Default: only with a screenshot. */
  readonly keepDraft?: boolean;
}

/** A live window on a chat. It is open while somebody subscribes. */
export interface ChatView extends Readable<ChatViewState> {
  readonly requestId: string;
  /** Resolves when the page is in the snapshot, or there is none. */
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Loads the newest page of a gap item. */
  fillGap(gap: { readonly startSeq: number; readonly endSeq: number }): Promise<void>;
  /** Resolves when the message is stored in the outbox; it is on every tab's screen before. Rejects with `INVALID`, `OUTBOX_FULL`, `STORAGE_FAILED`. */
  send(message: string | Outgoing): Promise<SendReceipt>;
  retry(operationId: string): Promise<void>;
  edit(operationId: string, content: string): Promise<void>;
  discard(operationId: string): Promise<void>;
  /** Moves the read marker up to a sequence; lower ones are ignored. */
  markRead(upToSequence: number): Promise<void>;
  /**
   * Everything up to that sequence is on screen: the read marker follows while the page is visible and has the focus, otherwise when it
   * has it again. For every scroll event; only the highest is told.
   */
  seen(upToSequence: number): void;
  /** Resolves when it is stored. For every keystroke: one save at a time, then the newest; what waits goes out when the page is left. */
  saveDraft(text: string): Promise<void>;
  /** Synchronise now. */
  sync(): Promise<void>;
  /** Compares what is stored of the chat with what should be, and repairs it. */
  verify(): Promise<VerifyReport>;
}

/** What is known of a file from the message that shows it, and how urgent it is. */
export interface MediaHints {
  /** The message that shows the file. */
  readonly messageId: string;
  /** Name to show to people, when it is another one. */
  readonly originalFilename?: string | null;
  /** Bytes, as the message says. */
  readonly fileSize?: number | null;
  readonly mimeType?: string | null;
  /** Order among files that wait and are not on screen. Default: `normal`. */
  readonly priority?: MediaPriority;
  /** It is in view now: it comes before all others. Default: true. */
  readonly onScreen?: boolean;
}

/** A file as a tab sees it. */
export interface MediaViewState extends MediaState {
  /** False until the daemon has answered. */
  readonly ready: boolean;
  /**
   * Object URL of the verified bytes; null until they are there. It belongs to this tab and is revoked a moment after the last reader
   * left. Its type is a picture's or `application/octet-stream`: it never runs as a page.
   */
  readonly url: string | null;
  /** Object URL of the thumbnail; null without one. */
  readonly thumbnailUrl: string | null;
}

/** A file of a chat. It is asked for while somebody subscribes, once however many tabs do. */
export interface MediaView extends Readable<MediaViewState> {
  readonly requestId: string;
  readonly filename: string;
  /** Changes how urgent it is, also while it waits. */
  hint(change: Pick<MediaHints, 'priority' | 'onScreen'>): void;
  /** Another try after `failed`, and sooner while it waits. */
  retry(): Promise<void>;
  /** Stops the download, for every tab; `failed` with `CANCELLED` until a retry. */
  cancel(): Promise<void>;
  /** A pinned file is never evicted; false lets go of it. Default: true. */
  pin(pinned?: boolean): Promise<void>;
}

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

/** Messages of one chat that the server has not confirmed, in their order. */
export interface OutboxLane {
  readonly requestId: string;
  /** The first one failed: nothing behind it is sent until it is retried, edited or discarded. */
  readonly blocked: boolean;
  readonly operations: readonly OutboxOperation[];
}

/** What waits to be sent, in all chats. */
export interface OutboxState {
  /** False until the first snapshot is there. */
  readonly ready: boolean;
  /** Operations that may wait, and that do; read marks count too. */
  readonly limit: number;
  readonly count: number;
  /** `nearly-full` from 80 % of the limit on; `full`: `send` rejects with `OUTBOX_FULL`. */
  readonly warning: 'none' | 'nearly-full' | 'full';
  /** Why nothing at all is being sent; null when that is not so. */
  readonly paused: OutboxPause | null;
  /** Chats with unconfirmed messages, the one with the oldest first. */
  readonly lanes: readonly OutboxLane[];
}

/** The outbox, live while somebody subscribes. Its chats need not be open, and several tabs may press the same button. */
export interface Outbox extends Readable<OutboxState> {
  retry(operationId: string): Promise<void>;
  /** Retries everything that has failed. */
  retryAll(): Promise<void>;
  /** Rejects with `INVALID`, or `IN_FLIGHT` while the server may be acting on it. */
  edit(operationId: string, content: string): Promise<void>;
  /** Rejects with `IN_FLIGHT` while the server may be acting on it. */
  discard(operationId: string): Promise<void>;
}

/** A tab of this user; `self`: this one. */
export interface TabState extends TabInfo {
  readonly self: boolean;
}

/** The user's tabs. */
export interface TabsState {
  /** False until the first answer. */
  readonly ready: boolean;
  readonly tabs: readonly TabState[];
}

/** Another tab asked this one to come forward, and what to show then, if anything. */
export interface CalledForward {
  /** Id of the tab that asked. */
  readonly from: string;
  readonly requestId: string | null;
}

/** The user's tabs, live while somebody subscribes: how many, which shows which chats, which is looked at. */
export interface Tabs extends Readable<TabsState> {
  /**
   * Asks another tab to come forward: it calls `window.focus()` and its {@link Tabs.onCalled} listeners. False: it is not there any more.
   * Browsers seldom let a page bring itself to the front, so it should make itself noticed as well.
   */
  goTo(tabId: string, requestId?: string | null): Promise<boolean>;
  /** Another tab asks this one to come forward. Returns the undo. */
  onCalled(listener: (called: CalledForward) => void): () => void;
}

/** The daemon at one moment. */
export interface Inspection extends InspectReport {
  /** Where it runs, seen from this tab. */
  readonly host: HostKind;
}

/** What `connect` returns: this tab's end of the shared daemon. */
export interface Client {
  readonly userId: string;
  /** Random per connect; never shared by two tabs, not even duplicated ones. */
  readonly tabId: string;
  /** Changes when another tab, or this one, comes to host the daemon. */
  readonly host: HostKind;
  /** The daemon goes on for a while when its last tab was closed, so what was just sent still goes out; otherwise at the next start. */
  readonly outlivesTabs: boolean;
  readonly status: Readable<ClientStatus>;
  readonly tickets: Readable<TicketsState>;
  /** The same view for the same arguments while somebody subscribes to it. Default anchor: `newest`. */
  chat(requestId: string, options?: { readonly anchor?: Anchor }): ChatView;
  /** A file of a chat by the name that the server has it under: a message's `screenshotFileName` or `fileName`. */
  media(requestId: string, filename: string, hints: MediaHints): MediaView;
  readonly outbox: Outbox;
  readonly tabs: Tabs;
  /**
   * New messages of others that a person is to be told of: by a notification, a sound. Of all tabs that subscribe exactly one is called,
   * and none while the chat is on a visible tab. What came while no tab, no daemon or no link was there comes once, later.
   */
  readonly notices: { subscribe(listener: (notices: readonly Notice[]) => void): () => void };
  readonly updates: { subscribe(listener: (update: Update) => void): () => void };
  /** Live statistics of the cache while somebody subscribes; called as a function, what this daemon has done in its life. */
  readonly stats: Readable<CacheStats | null> & (() => Promise<DaemonStats>);
  /** Everything about the daemon at this moment: tabs, chats and why they are in their state, lanes, link, storage. */
  inspect(): Promise<Inspection>;
  readonly cache: CacheControl;
  /** The last lines of the daemon's log, without message text or tokens. */
  log(): Promise<readonly LogEntry[]>;
  /**
   * The flight recorder's lines: what the daemon was asked and told lately and what it holds, with placeholders for texts, names and tokens.
   * Written to a file one JSON document a line, they can be replayed: `npm run sim -- --replay FILE`.
   */
  flight(): Promise<readonly FlightLine[]>;
  /**
   * Loads the page anew once `status` says `superseded`, the network is there and `isSafe()` is true: nothing is being typed, nothing is
   * half done. Never in a loop: each reload of a tab waits longer than the one before. Returns the undo.
   */
  reloadWhenSafe(isSafe: () => boolean): () => void;
  /**
   * Signs the user out of every tab: queues stop, the link closes, the token is forgotten. What is cached stays for the user's next
   * sign-in, and nobody else is shown it. With `wipe` everything of the user is removed from this browser and it is looked whether anything
   * is left; while more messages are unsent than `confirmUnsent` (default 0), nothing happens but that they are counted.
   */
  signOut(options?: { readonly wipe?: boolean; readonly confirmUnsent?: number }): Promise<SignOutReport>;
  /** Ends this tab's session; idempotent. Calls under way reject with `CLOSED`. */
  close(): void;
}

/** How a tab connects. */
export interface ConnectOptions {
  /** Who is signed in; the token must belong to the same user. */
  readonly userId: string;
  /** URL of the backend, absolute or relative to the page. */
  readonly backend: string;
  /** Gives the current token, or null when nobody is signed in. `rejected` is the token that the server refused. */
  getToken(rejected: string | null): string | null | Promise<string | null>;
  /** Cap on cached media, in bytes. Default 100 MB; 500 MB with `mediaStore: 'files'`. */
  readonly budgetBytes?: number;
  /** Cap on cached messages, in bytes by the cache's own account. Default 1 GB. */
  readonly messageBudgetBytes?: number;
  /**
   * Where media bytes go. `indexeddb` (default): the database. `files`: the browser's origin-private file system, or the files of a custom
   * worker, laid out as `cache/media/{requestId}/{filename}`.
   */
  readonly mediaStore?: 'indexeddb' | 'files';
  /** Most operations that the outbox holds. Default 1,000. */
  readonly outboxLimit?: number;
  /** Deadline of every call to the daemon. Default 10,000. */
  readonly deadlineMs?: number;
  /**
   * Builds the worker, for a team's own worker file made with `serve({ backend })`. The name must be passed through. Default: the
   * worker that comes with the package.
   */
  createWorker?(name: string): SharedWorker;
  /**
   * The same for browsers without SharedWorker, where one tab hosts the daemon: the same file in a dedicated worker. With
   * `createWorker` and without this there is no such fallback.
   */
  createDedicatedWorker?(name: string): Worker;
  /** Called with every timing; see `METRICS` of `tabcached/protocol`. The same timings are in the page's `performance` entries. */
  onMetric?(metric: Metric): void;
  /** Build id of a custom worker; two builds never share a daemon. Default: the package's. */
  readonly buildId?: string;
  /** Number of this build, greater with each release: the newest build's daemon serves everybody. Default: from the package's version. */
  readonly buildNumber?: number;
}
