/** The daemon's parts, as the calls of tabs see them. Made by `wire-parts.ts`. */
import type { Backend, ChatMeta, DaemonSettings, HostState } from '../protocol/index.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import type { BackendEnvironment } from './backend/backend-environment.ts';
import type { Booted } from './boot.ts';
import type { CacheUse } from './cache-use.ts';
import type { ChatPages } from './chat-pages.ts';
import type { Counters } from './counters.ts';
import type { Drafts } from './drafts.ts';
import type { Environment } from './env.ts';
import type { LazyPart } from './lazy-part.ts';
import type { Media } from './media/media.ts';
import type { Inspection } from './inspect/inspect-part.ts';
import type { Journal } from './journal.ts';
import type { Gate } from './gate.ts';
import type { Executor } from './outbox/executor.ts';
import type { Ledger } from './outbox/ledger.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { OutboxView } from './outbox/outbox-view.ts';
import type { ReadMarks } from './outbox/read-marks.ts';
import type { Push } from './push.ts';
import type { Sessions } from './sessions.ts';
import type { SignOut } from './sign-out.ts';
import type { Committer } from './store/committer.ts';
import type { Store } from './store/store.ts';
import type { ChatBook } from './sync/chat-book.ts';
import type { SyncEngine } from './sync/engine.ts';
import type { ExpiryWatch } from './sync/expiry-watch.ts';
import type { TicketList } from './sync/tickets.ts';
import type { TabsPart } from './tabs/tabs-part.ts';
import type { TokenSource } from './tokens.ts';
import type { Views } from './views.ts';

/** What the calls of tabs act on. */
export interface Parts {
  readonly sessions: Sessions;
  readonly gate: Gate;
  readonly signOut: LazyPart<SignOut>;
  readonly tabs: LazyPart<TabsPart>;
  readonly views: Views;
  readonly book: ChatBook;
  readonly engine: SyncEngine;
  readonly pages: ChatPages;
  readonly tickets: TicketList;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly outboxView: LazyPart<OutboxView>;
  readonly readMarks: ReadMarks;
  readonly ledger: Ledger;
  readonly executor: Executor;
  readonly tokens: TokenSource;
  readonly push: Push;
  readonly counters: Counters;
  readonly cacheUse: CacheUse;
  readonly store: Store;
  readonly committer: Committer;
  readonly expiry: ExpiryWatch;
  readonly media: LazyPart<Media>;
  readonly inspection: LazyPart<Inspection>;
  meta(requestId: string): ChatMeta;
  host(): HostState;
  updates(): number;
  /** Database connections that are open. */
  databases(): number;
  close(): Promise<void>;
}

/** What the parts are made from. */
export interface PartsSetup {
  readonly env: Environment;
  readonly identity: WorkerIdentity;
  readonly epoch: string;
  readonly journal: Journal;
  readonly booted: Booted;
  readonly settings: DaemonSettings;
  createBackend(env: BackendEnvironment): Backend;
  onFenced(): void;
  /** Ends the daemon for good; see `SignOutSetup.end`. */
  end(last: () => Promise<void>): Promise<void>;
}
