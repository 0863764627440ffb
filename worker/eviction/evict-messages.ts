/**
 * Making messages smaller than they are: the rows of chats that nobody looks at go, a slice at a time.
 *
 * Owns: that a slice's rows, record and counters go in one transaction, and that between two slices everything else gets its turn. Does not
 * know budgets: `until` decides when it is enough. Never touches what was not sent, drafts, chats on a screen, being synchronised, or with
 * anything in the outbox.
 */
import type { Eviction } from '../../protocol/inspect.ts';
import { rowBytes } from '../../protocol/records.ts';
import type { Clock, Log, Timers } from '../env.ts';
import { chatWriteStores, writeChat } from '../store/chat-writes.ts';
import type { ChatCommit } from '../store/chat-commits.ts';
import type { Committer } from '../store/committer.ts';
import type { Store } from '../store/store.ts';
import type { ChatBook } from '../sync/chat-book.ts';
import { metaOf, type ChatModel } from '../sync/chat-model.ts';
import { orderChats } from './chat-victims.ts';
import type { EvictionLog } from './eviction-log.ts';
import { forgetOldest } from './forget-rows.ts';

/** Rows of one transaction: few enough to be over within a frame. */
const SLICE_ROWS = 100;
/** Pause between two slices. */
const PAUSE_MS = 10;

/** What the eviction of messages is made with. */
export interface MessageEvictionSetup {
  readonly store: Store;
  readonly committer: Committer;
  readonly book: ChatBook;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly evictions: EvictionLog;
  /** On a screen, being synchronised, or with something in the outbox. */
  isBusy(requestId: string): boolean;
  /** Rows of a chat went: answers that were made of them are not true any more. */
  onForgotten(requestId: string): void;
}

/** Evicts messages. */
export interface MessageEviction {
  /**
   * Forgets rows, slice by slice, until `until` says so (it is asked before every slice, with the bytes freed so far) or nothing may go any
   * more. Answers the bytes freed.
   */
  evict(reason: Eviction['reason'], until: (freedBytes: number) => boolean | Promise<boolean>): Promise<number>;
  /** Stops at the next slice. */
  close(): void;
}

/** Creates it. */
export function createMessageEviction(setup: MessageEvictionSetup): MessageEviction {
  const { store, committer, book, clock, timers } = setup;
  let closed = false;

  const pause = (): Promise<void> => new Promise((resolve) => void timers.after(PAUSE_MS, resolve));

  /** Rows that the store has not let go can be read as before: nothing is lost to whoever opens the chat, on a full disk or offline. */
  const takeBack = ({ requestId, meta, history, rows, resident, unverified }: ChatModel): void => {
    book.replace({ ...book.open(requestId), history, rows, resident, unverified });
    const { serverRevision, lastSyncedAt, _lastSyncFailed } = meta;
    // Written too: a read mark that was set meanwhile waits to be stored beside a history without those rows.
    book.touch(requestId, (current) => metaOf({ meta: { ...current, serverRevision, lastSyncedAt, _lastSyncFailed }, history, unverified }, clock.now()));
  };

  /** Bytes of a slice that is gone now; null when nothing of the chat may go. */
  const evictSlice = (requestId: string, reason: Eviction['reason']): Promise<number | null> =>
    book.turn(requestId, async () => {
      const model = book.get(requestId);
      // A write that waits would put back what it was made from.
      if (!model || closed || setup.isBusy(requestId) || committer.waits(requestId)) return null;
      const now = clock.now();
      const forgotten = forgetOldest(model, SLICE_ROWS, now);
      if (!forgotten) return null;
      book.replace(forgotten.model);
      setup.onForgotten(requestId);
      const deletions = forgotten.sequences.map((sequenceNumber) => ({ sequenceNumber, revision: Number.MAX_SAFE_INTEGER }));
      const commit: ChatCommit = { requestId, upserts: [], deletions, meta: forgotten.model.meta, now, confirmed: [] };
      try {
        // Past the queue: what waits there may be what there is no room for.
        const { removed } = await store.write(chatWriteStores, 'relaxed', (tx) => writeChat(tx, commit));
        const bytes = removed.reduce((sum, row) => sum + rowBytes(row), 0);
        setup.evictions.add({ at: now, what: 'messages', id: requestId, reason, rows: removed.length, bytes });
        return bytes;
      } catch (error) {
        setup.log.warn('rows not evicted', { requestId, error: String(error) });
        takeBack(model);
        return null;
      }
    });

  return {
    evict: async (reason, until) => {
      const candidates = book.requestIds().flatMap((requestId) => book.get(requestId)?.meta ?? []);
      let freed = 0;
      for (const requestId of orderChats(candidates, clock.now())) {
        for (;;) {
          if (closed || (await until(freed))) return freed;
          // Whoever has the chat may be waiting for a write, and that write for the room that is made here.
          if (book.isTaken(requestId)) break;
          const bytes = await evictSlice(requestId, reason);
          if (bytes === null) break;
          freed += bytes;
          await pause();
        }
      }
      return freed;
    },
    close: () => void (closed = true),
  };
}
