/**
 * The moment that a catch-up waits for the ticket list, whose word on a chat's head decides between a delta and the newest page (#17).
 *
 * Owns: who waits, and for how long at most: a list that does not come keeps nobody waiting. Does not know what is asked for afterwards.
 */
import type { Timers } from '../env.ts';

/** Longest wait. */
const HEAD_WAIT_MS = 1_000;

/** What the wait is made with. */
export interface HeadWaitSetup {
  readonly timers: Timers;
  /** Is an answer of the ticket list under way? */
  isPending(): boolean;
  /** The wait of these chats is over. */
  onOver(requestIds: readonly string[]): void;
}

/** The wait. */
export interface HeadWait {
  /** Should the chat wait? It is told when it may go on. */
  holds(requestId: string): boolean;
  /** The ticket list was answered, or could not be. */
  told(): void;
  close(): void;
}

/** Creates it; nobody waits. */
export function createHeadWait({ timers, isPending, onOver }: HeadWaitSetup): HeadWait {
  const waiting = new Set<string>();
  let cancel: (() => void) | null = null;
  let overdue = false;

  const release = (): void => {
    const released = [...waiting];
    waiting.clear();
    if (released.length > 0) onOver(released);
  };
  const stop = (): void => {
    cancel?.();
    cancel = null;
  };

  return {
    holds: (requestId) => {
      if (overdue || !isPending()) return false;
      waiting.add(requestId);
      cancel ??= timers.after(HEAD_WAIT_MS, () => {
        cancel = null;
        overdue = true;
        release();
      });
      return true;
    },
    told: () => {
      stop();
      overdue = false;
      release();
    },
    close: stop,
  };
}
