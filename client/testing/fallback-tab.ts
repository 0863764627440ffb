/** Tabs of a browser without shared workers, over real channels; the election is a lock, as the package's is. */
import { TabcachedError } from '../../protocol/errors.ts';
import type { HeldLock, LoadedEnvironment, Locks } from '../env.ts';
import { fallbackHost } from '../fallback/fallback-host.ts';
import type { Candidacy } from '../fallback/fallback-platform.ts';
import type { BrowserUnderTest, TabUnderTest } from './tab.ts';

/** A tab that may lead or follow. */
export interface FallbackTab extends TabUnderTest {
  /** The tab's process dies: its worker with it, its locks are free, nobody is told. */
  crash(): void;
  /** The page and its worker stop; all locks stay. */
  freeze(): void;
  /** The page is about to be frozen, and may act on it. */
  announceFreeze(): void;
  /** The package ends the election by itself, as in a `beforeunload` that the person cancels. */
  depose(): void;
  /** From now on the worker's script cannot be loaded in this tab. */
  breakWorker(): void;
}


const noSharedWorker = (): SharedWorker => {
  throw new TabcachedError('HOST_UNAVAILABLE', 'This browser has no SharedWorker.');
};

/** Opens a tab without shared workers, or with those that `createWorker` makes. */
export function fallbackTab(browser: BrowserUnderTest, createWorker: (name: string) => SharedWorker = noSharedWorker): FallbackTab {
  const held = new Set<HeldLock>();
  const workers = new Set<Worker>();
  const freezing = new Set<() => void>();
  const crashed = new AbortController();
  let candidacy: (Candidacy & { die(): void }) | null = null;
  let broken = false;
  const started = (): number => browser.workers.daemons.length;
  const mine: number[] = [];

  const trackedLocks = (locks: Locks): Locks => ({
    ...locks,
    hold: async (name, signal) => {
      const lock = await locks.hold(name, AbortSignal.any([signal, crashed.signal]));
      held.add(lock);
      return lock;
    },
    whenFree: (name, signal) => locks.whenFree(name, AbortSignal.any([signal, crashed.signal])),
  });

  const adapt = (env: LoadedEnvironment): LoadedEnvironment => {
    const locks = trackedLocks(env.locks);
    const packaged = (name: string): Worker => {
      if (broken) {
        return { addEventListener: (_type: string, listener: () => void) => queueMicrotask(listener), postMessage: () => undefined, terminate: () => undefined } as unknown as Worker;
      }
      mine.push(started());
      const worker = browser.workers.createDedicatedWorker(name);
      workers.add(worker);
      return worker;
    };
    return {
      ...env,
      locks,
      createWorker,
      loadFallback: async (createWorker = packaged) =>
        fallbackHost({
          env: { ...env, locks },
          createWorker: (name) => createWorker(name),
          platform: {
            openChannel: (name) => new BroadcastChannel(name),
            onFreeze: (listener) => {
              freezing.add(listener);
              return () => freezing.delete(listener);
            },
            standForElection: (name) => {
              const ended = new AbortController();
              let over = false;
              let lock: HeldLock | null = null;
              const die = (): void => {
                over = true;
                ended.abort();
                lock?.release();
              };
              const elected = new Promise<void>((resolve) => {
                locks.hold(`pubkey-bc||native||${name}`, ended.signal).then(
                  (granted) => {
                    lock = granted;
                    if (over) granted.release();
                    else resolve();
                  },
                  () => undefined,
                );
              });
              return (candidacy = { elected, isOver: () => over, resign: die, die });
            },
          },
        }),
    };
  };
  const tab = browser.tab(adapt);
  return {
    ...tab,
    crash: () => {
      for (const worker of workers) worker.terminate();
      for (const lock of held) lock.release();
      crashed.abort();
    },
    freeze: () => {
      for (const index of mine) browser.workers.daemons[index]?.hang();
    },
    announceFreeze: () => {
      for (const listener of [...freezing]) listener();
    },
    depose: () => candidacy?.die(),
    breakWorker: () => {
      broken = true;
    },
  };
}
