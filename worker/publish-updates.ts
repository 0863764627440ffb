/**
 * Publishing updates: every notice gets the daemon's epoch, the next number and the time.
 *
 * Owns: the numbers. Does not know what carries them.
 */
import type { Update, UpdateBody } from '../protocol/index.ts';
import type { Broadcast, Clock } from './env.ts';

/** The publisher. */
export interface UpdatePublisher {
  publish(body: UpdateBody): void;
  /** Updates published so far. */
  count(): number;
  /** Idempotent. */
  close(): void;
}

/** Creates a publisher whose first update is number 1. */
export function createUpdatePublisher({ broadcast, epoch, clock }: { readonly broadcast: Broadcast; readonly epoch: string; readonly clock: Clock }): UpdatePublisher {
  let n = 0;
  return {
    publish: (body) => {
      const update: Update = { ...body, epoch, n: ++n, at: clock.now() };
      broadcast.post(update);
    },
    count: () => n,
    close: () => broadcast.close(),
  };
}
