/**
 * Is the daemon's thread alive? A dead daemon is told by its lease; a hung one keeps its lease and has to be asked.
 *
 * Owns: the verdict. Hung means two pings missed while this page was visible and its own timers ran: a deadline that passed while
 * the page was frozen, throttled or asleep proves nothing. Does not know what is done about it.
 */
import { toTabcachedError } from '../protocol/errors.ts';
import type { Environment } from './env.ts';
import type { Rpc } from './rpc.ts';

/** How late a timer may fire before this page itself counts as not having run. */
const LATE_MS = 1_000;

/** A visible tab that has heard nothing for this long asks. */
const QUIET_MS = 15_000;

type LivenessEnvironment = Pick<Environment, 'clock' | 'timers' | 'page'>;

async function missesPing(rpc: Rpc, env: LivenessEnvironment, deadlineMs: number, heardAt: () => number): Promise<boolean> {
  const startedAt = env.clock.now();
  let stayedVisible = env.page.report().visible;
  const undo = env.page.onReport(() => (stayedVisible &&= env.page.report().visible));
  try {
    await rpc.call('ping', {}, deadlineMs);
    return false;
  } catch (thrown) {
    // Any other error is an answer, or the end of this connection.
    if (toTabcachedError(thrown).code !== 'TIMEOUT') return false;
    return stayedVisible && heardAt() < startedAt && env.clock.now() - startedAt < deadlineMs + LATE_MS;
  } finally {
    undo();
  }
}

/** Asks twice; true when both pings were missed and nothing else was heard. Resolves within two deadlines. */
export async function isHung(rpc: Rpc, env: LivenessEnvironment, deadlineMs: number, heardAt: () => number): Promise<boolean> {
  return (await missesPing(rpc, env, deadlineMs, heardAt)) && missesPing(rpc, env, deadlineMs, heardAt);
}

/** A watch over one connection. */
export interface LivenessWatch {
  /** Asks now: a call was not answered in time, or the page has become visible. */
  suspect(): void;
  /** Idempotent. */
  close(): void;
}

/** Watches a connection; calls `onHung` once. `heardAt` tells when anything came from the daemon. */
export function watchLiveness(
  rpc: Rpc,
  env: LivenessEnvironment,
  pingDeadlineMs: number,
  heardAt: () => number,
  onHung: () => void,
): LivenessWatch {
  let closed = false;
  let asking = false;
  let cancelTimer: () => void = () => undefined;

  const suspect = (): void => {
    if (closed || asking || !env.page.report().visible) return;
    asking = true;
    void isHung(rpc, env, pingDeadlineMs, heardAt).then((hung) => {
      asking = false;
      if (hung && !closed) onHung();
    });
  };
  const check = (): void => {
    const quietMs = env.clock.now() - heardAt();
    if (quietMs >= QUIET_MS) suspect();
    cancelTimer = env.timers.after(quietMs >= QUIET_MS ? QUIET_MS : QUIET_MS - quietMs, check);
  };
  cancelTimer = env.timers.after(QUIET_MS, check);
  return {
    suspect,
    close: () => {
      closed = true;
      cancelTimer();
    },
  };
}
