/**
 * The cache within its bounds: media within its budget, messages within theirs, both within the browser's quota.
 *
 * Owns: when messages are looked at, and in which order room is made for what a person wrote: files first, then messages.
 */
import type { DaemonSettings } from '../../protocol/daemon-api.ts';
import type { Environment } from '../env.ts';
import { readStats } from '../store/chat-counters.ts';
import type { Store } from '../store/store.ts';
import type { MediaRoom } from './media-room.ts';
import type { MessageEviction } from './evict-messages.ts';
import { quotaLeft, START_SHARE, STOP_SHARE } from './quota.ts';

/** How long after rows were stored the budget is looked at. */
const CHECK_AFTER_MS = 30_000;
/** Freed at once when the browser has refused. */
const FREE_BYTES = 2 * 1024 * 1024;

/** What keeps it. */
export interface BudgetKeeperSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'log' | 'estimateStorage'>;
  readonly store: Store;
  readonly settings: Pick<DaemonSettings, 'messageBudgetBytes'>;
  readonly room: MediaRoom;
  readonly messages: MessageEviction;
}

/** The keeper. */
export interface BudgetKeeper {
  /** Rows were stored: the budget is looked at soon. */
  rowsStored(): void;
  /** Looks now. */
  check(): Promise<void>;
  /** The browser refused a write: gives up files, then messages. Answers whether anything was freed. */
  freeSpace(): Promise<boolean>;
  close(): void;
}

/** Creates it. */
export function createBudgetKeeper({ env, store, settings, room, messages }: BudgetKeeperSetup): BudgetKeeper {
  let cancel: (() => void) | null = null;
  let checking: Promise<void> | null = null;

  const messagesSize = async (): Promise<number> => (await store.read(['cache_stats'], (tx) => readStats(tx, env.clock.now()))).messagesSize;

  const lowerMessages = async (): Promise<void> => {
    const [held, estimate] = await Promise.all([messagesSize(), env.estimateStorage()]);
    const budget = settings.messageBudgetBytes;
    const tooMany = held > budget * START_SHARE ? held - budget * STOP_SHARE : 0;
    // Files have gone already where the quota ends; what is still too much is messages.
    const beyondQuota = Math.max(0, -quotaLeft(estimate));
    const bytes = Math.max(tooMany, beyondQuota);
    if (bytes === 0) return;
    const freed = await messages.evict(tooMany > 0 ? 'budget' : 'quota', (freedBytes) => freedBytes >= bytes);
    env.log.info('messages evicted', { held, budget, freed });
  };

  const check = (): Promise<void> =>
    (checking ??= room
      .check()
      .then(lowerMessages)
      .catch((error: unknown) => env.log.warn('messages not evicted', { error: String(error) }))
      .finally(() => (checking = null)));

  return {
    rowsStored: () => {
      cancel ??= env.timers.after(CHECK_AFTER_MS, () => {
        cancel = null;
        void check();
      });
    },
    check,
    freeSpace: async () => {
      if (await room.free(FREE_BYTES)) return true;
      return (await messages.evict('quota', (freedBytes) => freedBytes >= FREE_BYTES)) > 0;
    },
    close: () => {
      cancel?.();
      room.close();
      messages.close();
    },
  };
}
