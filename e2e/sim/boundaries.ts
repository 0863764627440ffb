/**
 * Where a daemon can be killed: between any two steps that cross its boundary to the network or to its storage, and any number of microtasks after.
 *
 * Owns: the countdown.
 */

/** See the head of the file. */
export interface Boundaries {
  /** Something crosses the boundary. */
  onBoundary(): void;
  /** The daemon dies so many microtasks after so many more boundaries; 0 takes that back. */
  killAt(boundaries: number, microtasks: number): void;
}

/** Nobody is to be killed. `life` is the number of the present daemon. */
export function createBoundaries({ life, kill }: { readonly life: () => number; readonly kill: () => void }): Boundaries {
  let boundariesLeft = 0;
  let microtasks = 0;
  return {
    onBoundary: () => {
      if (boundariesLeft === 0 || --boundariesLeft > 0) return;
      const condemned = life();
      void (async () => {
        for (let i = 0; i < microtasks; i++) await undefined;
        if (condemned === life()) kill();
      })();
    },
    killAt: (boundaries, ticks) => {
      boundariesLeft = boundaries;
      microtasks = ticks;
    },
  };
}
