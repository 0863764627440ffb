/** Web Locks within one process: one holder per name, first come first served; stealing tells the one stolen from. */
import { TabcachedError } from '../../protocol/errors.ts';
import type { HeldLock, Locks } from '../env.ts';

interface Waiter {
  grant(): void;
}

/** Locks that several daemons and tabs of a test share. */
export interface FakeLocks extends Locks {
  heldNow(): readonly string[];
  /** Whoever holds it dies: the lock becomes free and nobody is told. */
  kill(name: string): void;
}

/** Creates locks that nobody holds. */
export function createFakeLocks(): FakeLocks {
  const holders = new Map<string, { lose(): void }>();
  const queues = new Map<string, Waiter[]>();

  const free = (name: string): void => {
    holders.delete(name);
    queues.get(name)?.shift()?.grant();
  };

  const hold: Locks['hold'] = (name, { steal = false, signal } = {}) =>
    new Promise<HeldLock>((resolve, reject) => {
      const take = (): void => {
        let lose!: () => void;
        const lost = new Promise<void>((tell) => (lose = tell));
        const holder = { lose };
        holders.set(name, holder);
        resolve({ lost, release: () => holders.get(name) === holder && free(name) });
      };
      if (signal?.aborted) return reject(new TabcachedError('CANCELLED'));
      if (steal) {
        const robbed = holders.get(name);
        take();
        return robbed?.lose();
      }
      if (!holders.has(name)) return take();
      const waiter: Waiter = { grant: take };
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      queue.push(waiter);
      signal?.addEventListener('abort', () => {
        const at = queue.indexOf(waiter);
        if (at >= 0) queue.splice(at, 1);
        reject(new TabcachedError('CANCELLED'));
      });
    });

  return {
    hold,
    whenFree: async (name, signal) => (await hold(name, { signal })).release(),
    held: async () => [...holders.keys()],
    heldNow: () => [...holders.keys()],
    kill: (name) => holders.has(name) && free(name),
  };
}
