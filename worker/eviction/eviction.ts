/**
 * Eviction, put together: room for media, eviction of messages, and who keeps both within their budgets.
 *
 * Owns: who tells whom, and when the browser is asked to keep what is stored. Part of what loads with the media cache.
 */
import type { DaemonSettings } from '../../protocol/daemon-api.ts';
import type { Eviction } from '../../protocol/inspect.ts';
import type { Environment } from '../env.ts';
import type { EvictableMedia, Room } from '../media/room.ts';
import type { MediaStore } from '../media/media-store.ts';
import type { Committer } from '../store/committer.ts';
import type { Store } from '../store/store.ts';
import type { ChatBook } from '../sync/chat-book.ts';
import { createBudgetKeeper, type BudgetKeeper } from './budget-keeper.ts';
import { createEvictionLog } from './eviction-log.ts';
import { createMessageEviction } from './evict-messages.ts';
import { createMediaRoom } from './media-room.ts';

/** The daemon, as eviction needs it. */
export interface EvictionHost {
  readonly book: ChatBook;
  readonly committer: Committer;
  /** Is the chat on a screen, being synchronised, or does something of it wait in the outbox? */
  isChatBusy(requestId: string): boolean;
  /** Rows of a chat went that nobody shows: answers made of them are not true any more. */
  onForgotten(requestId: string): void;
  /** Asks one tab to ask the browser for lasting storage: workers cannot. */
  askPersistence(): void;
}

/** What eviction is made with. */
export interface EvictionSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'log' | 'estimateStorage'>;
  readonly store: Store;
  readonly media: MediaStore;
  readonly settings: Pick<DaemonSettings, 'budgetBytes' | 'messageBudgetBytes'>;
  readonly host: EvictionHost;
  /** The cache, asked for when first needed: it needs the room itself. */
  cache(): EvictableMedia;
}

/** Eviction. */
export interface EvictionPart extends BudgetKeeper {
  readonly room: Room;
  /** What was evicted lately, oldest first. */
  evictions(): readonly Eviction[];
}

/** Creates it; nothing is evicted before something is stored or {@link BudgetKeeper.check} is called. */
export function createEviction({ env, store, media, settings, host, cache }: EvictionSetup): EvictionPart {
  const evictions = createEvictionLog();
  const room = createMediaRoom({
    env,
    store,
    media,
    // As of now: a person may choose another one.
    get budgetBytes() {
      return settings.budgetBytes;
    },
    evictions,
    cache,
  });
  const messages = createMessageEviction({
    ...env,
    store,
    evictions,
    book: host.book,
    committer: host.committer,
    isBusy: (requestId) => host.isChatBusy(requestId),
    onForgotten: (requestId) => host.onForgotten(requestId),
  });
  const keeper = createBudgetKeeper({ env, store, settings, room, messages });
  let asked = false;
  return {
    ...keeper,
    room: {
      ...room,
      settle: (bytes) => {
        room.settle(bytes);
        // The first file that is kept is the first thing that a browser should not throw away by itself.
        if (bytes > 0 && !asked) host.askPersistence();
        asked ||= bytes > 0;
      },
    },
    evictions: () => evictions.entries(),
  };
}
