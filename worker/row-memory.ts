/**
 * Which chats keep their rows in memory though nobody watches them: those looked at last, so that going back to one needs no disk.
 *
 * Owns: the order. Does not know rows.
 */

/** Chats kept beyond those that are watched. */
const KEPT = 30;

/** Notes who is watched. */
export interface RowMemory {
  note(requestId: string, watched: boolean): void;
}

/** Creates the memory; `unload` is told which chat to forget. */
export function createRowMemory(unload: (requestId: string) => void): RowMemory {
  const left = new Set<string>();
  return {
    note: (requestId, watched) => {
      left.delete(requestId);
      if (watched) return;
      left.add(requestId);
      const [oldest] = left;
      if (left.size <= KEPT || oldest === undefined) return;
      left.delete(oldest);
      unload(oldest);
    },
  };
}
