/** Web Locks in memory: one queue per name, exclusive and shared requests in order of arrival. */
import { TabcachedError } from '../../protocol/errors.ts';
import type { HeldLock, Locks } from '../env.ts';

interface Waiter {
  readonly shared: boolean;
  readonly grant: () => void;
}

/** Locks that tests can look into. */
export interface FakeLocks extends Locks {
  /** Requests that wait for that name. */
  waiting(name: string): number;
  isHeld(name: string): boolean;
}

/** No locks held. */
export function fakeLocks(): FakeLocks {
  const holders = new Map<string, number>();
  const queues = new Map<string, Waiter[]>();

  const pump = (name: string): void => {
    const queue = queues.get(name) ?? [];
    while (!holders.get(name) && queue[0]) {
      const next = queue.shift() as Waiter;
      // A shared request here is only ever a wait for the holder's end; it lets go at once.
      if (!next.shared) holders.set(name, 1);
      next.grant();
    }
  };
  const request = <T>(name: string, shared: boolean, signal: AbortSignal, value: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const cancelled = (): void => reject(new TabcachedError('CANCELLED'));
      if (signal.aborted) return cancelled();
      const waiter: Waiter = {
        shared,
        grant: () => {
          signal.removeEventListener('abort', abort);
          resolve(value());
        },
      };
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      queue.push(waiter);
      const abort = (): void => {
        const at = queue.indexOf(waiter);
        if (at < 0) return;
        queue.splice(at, 1);
        cancelled();
      };
      signal.addEventListener('abort', abort);
      pump(name);
    });

  return {
    hold: (name, signal) =>
      request<HeldLock>(name, false, signal, () => {
        let held = true;
        return {
          release: () => {
            if (!held) return;
            held = false;
            holders.delete(name);
            pump(name);
          },
        };
      }),
    whenFree: (name, signal) => request(name, true, signal, () => undefined),
    held: async () => [...holders.keys()],
    waiting: (name) => queues.get(name)?.length ?? 0,
    isHeld: (name) => holders.has(name),
  };
}
