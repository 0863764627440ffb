/**
 * What a backend is given by the daemon.
 *
 * Owns: the shape. A team's own backend is a function from this to a `Backend`, handed to `serve({ backend })`.
 */
import type { Clock, Log, Network, Timers } from '../env.ts';

/** What a backend is given. */
export interface BackendEnvironment {
  /** The setting `backend` of the tabs, as they gave it. */
  readonly baseUrl: string;
  readonly network: Network;
  readonly timers: Timers;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /**
   * Resolves with a token. Rejects with `UNAUTHORIZED` when nobody has one, `CANCELLED` when aborted. Pass the rejected one so that it
   * is not given again.
   */
  token(rejected: string | null, signal: AbortSignal): Promise<string>;
  /**
   * As {@link token}, for requests: a token is given out only after a push welcome has named this daemon's user, so that nothing is
   * ever asked, stored or sent with another user's (SPEC.md, chapter 4). Without a push link the same as `token`.
   */
  verifiedToken(rejected: string | null, signal: AbortSignal): Promise<string>;
}
