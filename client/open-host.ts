/**
 * Where the daemon of this tab runs, and how to reach it.
 *
 * Owns: the host port, and the host that runs SharedWorkers; where there are none, one tab leads and others follow (`fallback/`,
 * chosen in `choose-host.ts`). Does not know what is said over the port.
 */
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import type { HostKind } from './api/status.ts';
import type { Line } from './line.ts';

/** A line to a daemon, just opened. */
export interface HostLink {
  readonly port: Line;
  /** Rejects with `HOST_UNAVAILABLE` when the browser says that the worker cannot run, with `DAEMON_LOST` when it died; never resolves. */
  readonly failed: Promise<never>;
  /** Closes the line; idempotent. */
  close(): void;
}

/** A way to reach daemons by name. */
export interface Host {
  /** May change with each link. */
  readonly kind: HostKind;
  /** Starts or joins the daemon of that name; with `url`, in that worker, which another build's tabs made. Throws `HOST_UNAVAILABLE`. */
  open(name: string, url: string | null): HostLink | Promise<HostLink>;
  /** The page goes away, for good or for a while: lets go at once of everything that others wait for. Links fail. Idempotent. */
  leave(): void;
}

/** The host that runs daemons in SharedWorkers, made by `createWorker`; `joinWorker` is for those of other builds. */
export function sharedWorkerHost(createWorker: (name: string) => SharedWorker, joinWorker: (name: string, url: string) => SharedWorker): Host {
  return {
    kind: 'shared-worker',
    open: (name, url) => {
      let worker: SharedWorker;
      try {
        worker = url === null ? createWorker(name) : joinWorker(name, url);
      } catch (thrown) {
        throw toTabcachedError(thrown, 'HOST_UNAVAILABLE');
      }
      const failed = new Promise<never>((_, reject) => {
        worker.addEventListener('error', () => reject(new TabcachedError('HOST_UNAVAILABLE', 'The worker could not be started.')));
      });
      // Errors after the handshake are nobody's to handle.
      failed.catch(() => undefined);
      // The closure keeps the worker object itself alive: a collected one may take its port with it.
      return { port: worker.port, failed, close: () => worker.port.close() };
    },
    leave: () => undefined,
  };
}
