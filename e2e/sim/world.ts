/**
 * A simulated world, as everybody who acts in it or judges it sees it: one user's daemon over the real store code, his tabs, a server, a
 * network and time.
 *
 * Owns: these shapes. `create-world.ts` makes one.
 */
import type { Store } from '../../worker/store/store.ts';
import type { ModelServer } from '../../worker/testing/model-server.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import type { NoticeCheck } from './check-notices.ts';
import type { UsersCheck } from './check-users.ts';
import type { DurableStore } from './durable-store.ts';
import type { HistoryLog } from './history-log.ts';
import type { SimHost } from './host.ts';
import type { MediaWorld } from './media-world.ts';
import type { Committed, Mirror } from './mirror.ts';
import type { Neighbour } from './neighbour.ts';
import type { Network } from './network.ts';
import type { Profile } from './profile.ts';
import type { PushWire } from './push-wire.ts';
import type { Random } from './random.ts';
import type { Regime } from './regime.ts';
import type { Sent, SentMessages } from './sent-messages.ts';
import type { SimTab } from './sim-tab.ts';
import type { TokenAnswers } from './token-answers.ts';
import type { Verdict } from './violation.ts';

/** The user of every simulation. */
export const SIM_USER = 'agent';

/** A world. */
export interface World {
  readonly regime: Regime;
  readonly time: VirtualTime;
  readonly server: ModelServer;
  readonly network: Network;
  readonly wire: PushWire;
  readonly durable: DurableStore;
  readonly inner: Store;
  readonly mirror: Mirror;
  readonly sent: SentMessages;
  readonly tokenAnswers: TokenAnswers;
  readonly media: MediaWorld;
  readonly verdict: Verdict;
  readonly log: HistoryLog;
  readonly random: Random;
  readonly tabs: SimTab[];
  /** Workers of several builds over a database that fails; null: one worker whose storage is well. */
  readonly host: SimHost | null;
  /** The second person of the browser profile, what must be true of the two, and what the profile stores beside. Null: there is one person. */
  neighbour: Neighbour | null;
  users: UsersCheck | null;
  readonly profile: Profile;
  /** Null: tabs do not want to be told of new messages. */
  notices: NoticeCheck | null;
  /** Chats that were restored from a backup without the client having noticed; the value is the revision that the client claims. */
  readonly unnoticed: Map<string, number>;
  /** When a chat was last restored. */
  readonly restoredAt: Map<string, number>;
  /** Chats whose read mark may go back: refused, reset or forgotten. */
  readonly markMayFall: Set<string>;
  /** Chats whose read mark may go back to the server's, but no further: the list that tells it was told anew. */
  readonly markMayFollow: Set<string>;
  /** A daemon was told the list. Before that a server may be set back without anything that tells it. */
  listed: boolean;
  latency: { requestMs: number; answerMs: number; frameMs: number };
  newId(): string;
  /** Text that nobody has written before. */
  newText(): string;
  openTab(): SimTab | null;
  /** Number of the daemon's present life. */
  life(): number;
  /** Number of the life that a tab is connected to; it may be over without the tab having noticed. */
  lifeOf(tab: SimTab): number;
  daemonLives(): boolean;
  /** Does the present daemon run on memory, because storage refused it at its start? */
  isDegraded(): boolean;
  /** The daemon dies without a word; tabs notice after that time. */
  kill(noticedAfterMs: number): void;
  /** It dies so many microtasks after so many more boundaries were crossed; 0 takes that back. */
  killAt(boundaries: number, microtasks: number): void;
  /** The daemon is asked to stop, and another takes its place. */
  drain(): Promise<void>;
  /** Tabs whose daemon is gone find the present one, or make it. */
  reconnect(): void;
  removeTab(tab: SimTab, politely: boolean): void;
  /** Requests so far. */
  requests(): number;
  onCommit: (committed: Committed) => void;
  onOpened: (tab: SimTab, requestId: string) => void;
  /** A person was told that it is discarded, or has another text. */
  onDiscarded(sent: Sent): void;
  onEdited(sent: Sent, content: string): void;
}

/** What a world is made with. */
export interface WorldSetup {
  readonly seed: number;
  readonly regime: Regime;
  readonly keepLines: boolean;
  readonly openStore?: () => Promise<{ readonly store: Store; readonly settle: () => Promise<void> }>;
}
