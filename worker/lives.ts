/**
 * The lives of a daemon in one worker: when its user has signed out, or its storage was cut off or is back, the next tab that comes
 * finds another daemon in the same place. A daemon that gave way to another worker's is not followed here: its worker ends itself.
 *
 * Owns: that there is one life at a time, and what one leaves to the next.
 */
import type { Carried } from './carry-over.ts';
import type { Connect } from './connection.ts';
import type { Daemon } from './daemon.ts';

/** What a life leaves to the next one in the same worker. */
export interface Legacy {
  /** What was written and may not be stored. */
  readonly carried: readonly Carried[];
  /** Lives in a row that storage did not bear; pauses grow with it. */
  readonly tries: number;
  /** The user signed out: tabs of before are not let in again. */
  readonly signedOut: boolean;
  /** The server had named the user to it: tabs of before are let in, also where storage still says that he signed out. */
  readonly known: boolean;
  /** It had the database: what is in there counts, also where it is refused from now on. */
  readonly stored: boolean;
}

/** What the first life finds. */
export const NO_LEGACY: Legacy = { signedOut: false, known: false, carried: [], tries: 0, stored: false };

/** Lives, one after the other. */
export interface Lives {
  readonly connect: Connect;
  /** Ends the life that runs; idempotent. */
  close(): Promise<Legacy>;
}

/** Starts the first life; `start` is called again for a tab that comes when one is over, with what that one left. */
export function createLives(start: (before: Promise<Legacy>) => Daemon): Lives {
  let daemon = start(Promise.resolve(NO_LEGACY));
  return {
    connect: (post) => {
      if (daemon.over()) daemon = start(daemon.close().catch(() => NO_LEGACY));
      return daemon.connect(post);
    },
    close: () => daemon.close(),
  };
}
