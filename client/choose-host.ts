/**
 * Which host a tab uses: SharedWorkers, or where they cannot run, the fallback.
 *
 * Owns: the choice, made once. A tab whose shared worker was heard stays with it. Before that, it joins a fallback that is already in use
 * by other tabs of the user, and goes to it when the browser has no shared workers or refuses this one.
 */
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { parseDaemonLease, isElectionLock } from '../protocol/names.ts';
import type { Locks } from './env.ts';
import type { Host, HostLink } from './open-host.ts';

/** What the choice is made from. */
export interface HostChoice {
  readonly locks: Pick<Locks, 'held'>;
  readonly userId: string;
  readonly shared: Host;
  /** Null: there is no fallback. */
  readonly loadFallback: (() => Promise<Host>) | null;
}

/** A host that becomes one of two. */
export function chooseHost({ locks, userId, shared, loadFallback }: HostChoice): Host {
  let chosen: Host | null = loadFallback ? null : shared;
  /** The browser does not start the shared worker. */
  let refused = false;

  const anyHeld = async (isOurs: (lock: string) => boolean): Promise<boolean> => (await locks.held()).some(isOurs);
  const openShared = async (name: string, url: string | null): Promise<HostLink> => {
    const link = await shared.open(name, url);
    link.port.addEventListener('message', () => (chosen ??= shared), { once: true });
    const failed = link.failed.catch(async (thrown: unknown) => {
      // Another build's worker tells nothing of ours. And where other tabs have one, two daemons would only get in each other's way.
      if (chosen || url !== null || (await anyHeld((lock) => parseDaemonLease(lock)?.userId === userId))) throw thrown;
      refused = true;
      throw new TabcachedError('DAEMON_LOST', toTabcachedError(thrown).message);
    });
    failed.catch(() => undefined);
    return { ...link, failed };
  };

  return {
    get kind() {
      return (chosen ?? shared).kind;
    },
    open: async (name, url) => {
      if (chosen || !loadFallback) return (chosen ?? shared).open(name, url);
      if (!refused && !(await anyHeld((lock) => isElectionLock(lock, userId)))) {
        try {
          return await openShared(name, url);
        } catch (thrown) {
          if (url !== null) throw thrown;
          refused = true;
        }
      }
      chosen = await loadFallback().finally(() => (refused = false));
      return chosen.open(name, url);
    },
    leave: () => (chosen ?? shared).leave(),
  };
}
