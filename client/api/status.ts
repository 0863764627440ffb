/** What a tab tells of its daemon. */
import type { HostState } from '../../protocol/index.ts';
import type { WorkerChoices } from '../create-worker.ts';

/** Where the daemon that this tab talks to runs; `none`: there is none, and the tab reads from the network (`status.degraded`). */
export type HostKind = 'shared-worker' | 'leader' | 'follower' | 'none';

/** A newer build of the application runs in another tab, and its daemon serves this one too. The page should be loaded anew when that is safe. */
export interface Superseded {
  /** Id of the newer build, with its order in front. */
  readonly buildId: string;
  /** Where the newer build's worker is, as this tab joins it; null when it cannot be joined from here. */
  readonly url: string | null;
  readonly name: string;
  readonly options: WorkerChoices;
  /** True: everything goes on, through the newer daemon. False: it does not let this tab in; what was shown stays, nothing new is sent. */
  readonly works: boolean;
}

/** What this tab knows of its daemon. `connected` is false between the death of a daemon and the next one's welcome. */
export interface ClientStatus extends HostState {
  readonly connected: boolean;
  /**
   * No daemon can be started here for now: lists and chats are asked of the server by this tab, every few seconds; nothing is stored, and
   * `send` and the like reject with `HOST_UNAVAILABLE`. It ends by itself when a daemon comes.
   */
  readonly degraded: boolean;
  /** The user signed out, in this tab or another: this client is over and shows nothing any more. */
  readonly signedOut: boolean;
  readonly host: HostKind;
  /** Null while no newer build is known. */
  readonly superseded: Superseded | null;
}
