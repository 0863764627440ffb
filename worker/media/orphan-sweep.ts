/**
 * Looks for files whose message is gone, whenever messages of a chat were deleted, and when the daemon starts (D-5).
 *
 * Owns: when it is looked for. Which files those are is in `orphans.ts`.
 */
import type { Log, Timers } from '../env.ts';
import type { Store } from '../store/store.ts';
import type { MediaStore } from './media-store.ts';
import { orphansOf } from './orphans.ts';

/** Deletions of one moment are looked into together. */
const SWEEP_DELAY_MS = 50;
/** Rows that come one after the other are looked into together. */
const LATER_MS = 30_000;
/** Pause before a chat is looked into again when storage refused. */
const RETRY_MS = 5_000;

/** What the sweep is made with. */
export interface OrphanSweepSetup {
  readonly timers: Timers;
  readonly log: Log;
  readonly store: Pick<Store, 'read'>;
  readonly media: Pick<MediaStore, 'list'>;
  /** Resolves when what was changed before is in the store; rejects when it cannot be. */
  flushed(): Promise<void>;
  remove(id: string): Promise<void>;
}

/** The sweep. */
export interface OrphanSweep {
  /** Messages of that chat are gone, or may be; `deleted`: their ids, as far as they are known. */
  doubt(requestId: string, deleted?: readonly string[]): void;
  /** Rows of that chat came: one whose message was deleted while nothing of it was held is noticed with them. */
  doubtLater(requestId: string): void;
  close(): void;
}

/** No doubts yet. */
export function createOrphanSweep(setup: OrphanSweepSetup): OrphanSweep {
  const doubted = new Map<string, readonly string[]>();
  const later = new Set<string>();
  let cancelTimer: (() => void) | null = null;
  let cancelLater: (() => void) | null = null;
  let closed = false;

  const note = (requestId: string, ids: readonly string[]): void => void doubted.set(requestId, [...(doubted.get(requestId) ?? []), ...ids]);
  const schedule = (delayMs: number): void => {
    if (closed) return;
    cancelTimer ??= setup.timers.after(delayMs, () => {
      cancelTimer = null;
      void sweep();
    });
  };
  const sweep = async (): Promise<void> => {
    const chats = [...doubted];
    const deleted = new Set(chats.flatMap(([, ids]) => ids));
    doubted.clear();
    try {
      await setup.flushed();
      const records = (await Promise.all(chats.map(([chat]) => setup.media.list(chat)))).flat();
      if (records.length === 0 || closed) return;
      for (const { id } of await setup.store.read(['messages', 'chat_meta'], (tx) => orphansOf(tx, records, deleted))) await setup.remove(id);
    } catch (thrown) {
      setup.log.warn('files without a message not removed', { error: String(thrown) });
      for (const [chat, ids] of chats) note(chat, ids);
      schedule(RETRY_MS);
    }
  };

  return {
    doubt: (requestId, deleted = []) => {
      note(requestId, deleted);
      schedule(SWEEP_DELAY_MS);
    },
    doubtLater: (requestId) => {
      if (closed) return;
      later.add(requestId);
      cancelLater ??= setup.timers.after(LATER_MS, () => {
        cancelLater = null;
        for (const chat of later) note(chat, []);
        later.clear();
        schedule(0);
      });
    },
    close: () => {
      closed = true;
      cancelLater?.();
      cancelTimer?.();
    },
  };
}
