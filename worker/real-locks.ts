/**
 * The locks port over Web Locks.
 *
 * Owns: turning lock requests, which are promises of their holder's end, into locks that are held until released.
 */
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { livingNames } from '../protocol/names.ts';
import type { HeldLock, Locks } from './env.ts';

/** Locks of a lock manager; without one (no secure context) every request rejects with `HOST_UNAVAILABLE`. */
export function createLocks(manager: LockManager | undefined): Locks {
  const request = async (name: string, options: LockOptions, whileHeld: () => Promise<void> | void): Promise<void> => {
    if (!manager) throw new TabcachedError('HOST_UNAVAILABLE', 'Web Locks need a secure context.');
    await manager.request(name, options, whileHeld);
  };

  const hold = (name: string, { steal = false, signal }: { steal?: boolean; signal?: AbortSignal } = {}): Promise<HeldLock> =>
    new Promise((resolve, reject) => {
      let held: HeldLock | null = null;
      let tellLost!: () => void;
      const lost = new Promise<void>((tell) => (tellLost = tell));
      let released = false;
      const whileHeld = (): Promise<void> | void => {
        // Granted and given up in the same moment.
        if (signal?.aborted) return reject(new TabcachedError('CANCELLED'));
        return new Promise<void>((letGo) => {
          const release = (): void => {
            released = true;
            letGo();
          };
          held = { lost, release };
          resolve(held);
        });
      };
      if (signal?.aborted) return reject(new TabcachedError('CANCELLED'));
      // A request may not name both; stealing does not wait, so there is nothing to abort.
      request(name, steal ? { steal } : signal ? { signal } : {}, whileHeld).catch((cause: unknown) => {
        if (!held) reject(signal?.aborted ? new TabcachedError('CANCELLED', undefined, { cause }) : toTabcachedError(cause, 'HOST_UNAVAILABLE'));
        else if (!released) tellLost();
      });
    });

  return {
    hold,
    held: async () => livingNames((await manager?.query())?.held),
    whenFree: (name, signal) =>
      request(name, { mode: 'shared', signal }, () => undefined).catch((cause: unknown) => {
        throw signal.aborted ? new TabcachedError('CANCELLED', undefined, { cause }) : toTabcachedError(cause, 'HOST_UNAVAILABLE');
      }),
  };
}
