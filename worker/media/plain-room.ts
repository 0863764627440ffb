/** Room without eviction: what fits into the budget is stored, the rest is passed through. */
import type { Room } from './room.ts';

/** The room of a budget; `size` tells what is stored. */
export function createPlainRoom(limitBytes: number, size: () => Promise<number>): Room {
  let granted = 0;
  return {
    make: async (bytes) => {
      if ((await size()) + granted + bytes > limitBytes) return false;
      granted += bytes;
      return true;
    },
    settle: (bytes) => {
      granted -= bytes;
    },
    free: async () => false,
    limitBytes: () => limitBytes,
  };
}
