/** What this tab publishes about its daemon. Owns the value; does not know how it is learned. */
import type { HostState } from '../protocol/views.ts';
import type { ClientStatus, HostKind, Superseded } from './api/status.ts';
import { NO_STATUS } from './no-status.ts';
import { createSource, type Source } from './source.ts';

/** The status and how it changes. */
export interface StatusKeeper {
  readonly source: Source<ClientStatus>;
  up(host: HostState): void;
  /** The last known state stays, but nothing is live without a daemon. */
  down(): void;
  /** No daemon can be had, and the tab reads from the network; or that is over. */
  degraded(is: boolean): void;
  /** A newer build serves this tab, or refuses to; null: its own does. */
  superseded(by: Superseded | null): void;
  /** It is over for good. */
  signedOut(): void;
}

/** A status that begins unconnected. `host` is asked whenever a daemon is up. */
export function createStatus(host: () => HostKind): StatusKeeper {
  let status: ClientStatus = { ...NO_STATUS, host: host() };
  const set = (next: ClientStatus): void => {
    status = next;
    source.touch();
  };
  const source = createSource(() => status);
  return {
    source,
    up: (state) => set({ ...state, connected: true, degraded: false, host: host(), signedOut: false, superseded: status.superseded }),
    down: () => set({ ...status, connected: false, link: 'offline' }),
    degraded: (degraded) => set({ ...status, degraded, host: degraded ? 'none' : host() }),
    superseded: (superseded) => {
      if (JSON.stringify(superseded) !== JSON.stringify(status.superseded)) set({ ...status, superseded });
    },
    signedOut: () => set({ ...NO_STATUS, host: host(), signedOut: true }),
  };
}
