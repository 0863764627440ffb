/**
 * Publishing updates: numbered within the epoch, so that an observer notices a lost one.
 *
 * Owns: the number and the time of each update. Does not know channels (`open-broadcast.ts`) nor what changed.
 */
import type { Update, UpdateBody } from '../protocol/updates.ts';
import type { Broadcast, Clock } from './env.ts';

/** What a publisher is made with. */
export interface UpdatePublisherSetup {
  /** Closed together with the publisher. */
  readonly broadcast: Broadcast;
  readonly epoch: string;
  readonly clock: Clock;
}

/** A publisher of one epoch. */
export interface UpdatePublisher {
  publish(body: UpdateBody): void;
  /** Updates published so far: the number of the last one. */
  count(): number;
  /** Publishes nothing more; idempotent. */
  close(): void;
}

/** Creates the publisher; its first update has number 1. */
export function createUpdatePublisher({ broadcast, epoch, clock }: UpdatePublisherSetup): UpdatePublisher {
  let published = 0;
  let closed = false;
  return {
    publish: (body) => {
      if (closed) return;
      const update: Update = { ...body, epoch, n: ++published, at: clock.now() };
      broadcast.post(update);
    },
    count: () => published,
    close: () => {
      if (closed) return;
      closed = true;
      broadcast.close();
    },
  };
}
