/**
 * Whose turn it is to synchronise.
 *
 * Owns: which chats wait, the most urgent first, a bounded number at once. Does not know what a turn does.
 */

/** Chats that synchronise at the same time. */
const PARALLEL = 4;

/** What the queue is made with. */
export interface SyncQueueSetup {
  urgency(requestId: string): number;
  /** What the chat would do now, or null when there is nothing to do. It never rejects. */
  turn(requestId: string): (() => Promise<void>) | null;
}

/** The queue. */
export interface SyncQueue {
  /** The chat wants a turn; it is not looked at before {@link SyncQueue.fill}. */
  add(requestId: string): void;
  /** Gives free places to those who wait. */
  fill(): void;
  /** Nobody gets a turn any more; idempotent. */
  close(): void;
}

/** Creates an empty queue. */
export function createSyncQueue({ urgency, turn }: SyncQueueSetup): SyncQueue {
  const wanted = new Set<string>();
  let active = 0;
  let closed = false;

  const take = async (run: () => Promise<void>): Promise<void> => {
    active += 1;
    await run();
    active -= 1;
    fill();
  };

  const fill = (): void => {
    if (closed) return;
    for (const requestId of [...wanted].sort((a, b) => urgency(b) - urgency(a))) {
      if (active >= PARALLEL) return;
      wanted.delete(requestId);
      const run = turn(requestId);
      if (run) void take(run);
    }
  };

  return {
    add: (requestId) => void wanted.add(requestId),
    fill,
    close: () => {
      closed = true;
    },
  };
}
