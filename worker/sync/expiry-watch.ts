/**
 * Time that passes while nothing happens: a chat on screen that cannot be asked about expires all the same.
 *
 * Owns: looking at the chats that are watched, now and then. Does not know when a chat is expired; it only notices that it has become so.
 */
import type { Timers } from '../env.ts';

/** Pause between two looks. A week is told to the minute. */
const LOOK_MS = 60_000;

/** What the watch is made with. */
export interface ExpiryWatchSetup {
  readonly timers: Timers;
  watched(): readonly string[];
  isExpired(requestId: string): boolean;
  /** A chat has become expired since the last look. */
  onExpired(requestId: string): void;
}

/** The watch. */
export interface ExpiryWatch {
  /** Looks at once: a machine that slept has woken, or somebody opens the chat. */
  look(requestId?: string): void;
  close(): void;
}

/** Starts looking. */
export function createExpiryWatch({ timers, watched, isExpired, onExpired }: ExpiryWatchSetup): ExpiryWatch {
  const told = new Set<string>();
  let cancel: (() => void) | null = null;

  const lookAt = (requestId: string): void => {
    if (!isExpired(requestId)) return void told.delete(requestId);
    if (told.has(requestId)) return;
    told.add(requestId);
    onExpired(requestId);
  };
  const look = (requestId?: string): void => {
    for (const each of requestId === undefined ? watched() : [requestId]) lookAt(each);
  };
  const tick = (): void => {
    look();
    cancel = timers.after(LOOK_MS, tick);
  };
  cancel = timers.after(LOOK_MS, tick);
  return { look, close: () => cancel?.() };
}
