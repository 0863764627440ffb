/**
 * The public face of tabcached in a tab.
 *
 * Owns: the shape of the client and of its options; `api/` has what its members give. Every `Readable` fits React's `useSyncExternalStore`: `getSnapshot`
 * returns the same reference until something changed, `subscribe` returns its own undo.
 */
import type { Anchor, CacheStats, DaemonStats, FlightLine, LogEntry, Metric, Notice, SignOutReport, Update } from '../protocol/index.ts';
import type { CacheControl } from './api/cache.ts';
import type { ChatView } from './api/chat.ts';
import type { Inspection } from './api/inspection.ts';
import type { MediaHints, MediaView } from './api/media.ts';
import type { Outbox } from './api/outbox.ts';
import type { Readable } from './api/readable.ts';
import type { ClientStatus, HostKind } from './api/status.ts';
import type { Tabs } from './api/tabs.ts';
import type { TicketsState } from './api/tickets.ts';

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
