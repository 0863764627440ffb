/**
 * What every view of the daemon's data has in common: it is open while somebody reads, and opened again whenever what it shows may
 * no longer be true.
 *
 * Owns: when to open, again after failures, and when to close: a moment after the last reader left, so that React's double
 * mounting and a quick change of pages cost nothing. Does not know what is opened.
 */
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { pauseMs } from './backoff.ts';
import type { Environment } from './env.ts';

/** How long a view stays open without readers. */
const LINGER_MS = 2_000;

/** What a view does when it is told to. */
export interface LiveViewActions {
  /** Asks the daemon and takes over the answer, unless `isCurrent()` says that it was overtaken. */
  open(isCurrent: () => boolean): Promise<void>;
  /** Lets go of everything. */
  close(): void;
  /** Opening failed for another reason than a lost daemon. */
  onFailure(error: TabcachedError): void;
}

/** Opening and closing of one view. */
export interface LiveView {
  /** Somebody reads, or nobody does any more. */
  use(used: boolean): void;
  /** A daemon is there: open what is wanted. */
  up(): void;
  /** The daemon is gone: what it was asked is void. */
  down(): void;
  /** What is shown may be wrong. */
  reopen(): void;
  isActive(): boolean;
  /** Number of the opening that what is shown came from, or that is under way. */
  opening(): number;
  /** Resolves when the opening that is under way, or the next one, has come to an end. Rejects with `TIMEOUT`. */
  settled(): Promise<void>;
}

/** A view that is not used yet. `deadlineMs` bounds the wait for an opening. */
export function createLiveView(
  env: Pick<Environment, 'timers' | 'random'>,
  deadlineMs: number,
  isUp: () => boolean,
  actions: LiveViewActions,
): LiveView {
  let active = false;
  let openings = 0;
  let failures = 0;
  let cancelLinger: (() => void) | null = null;
  let cancelRetry: () => void = () => undefined;
  let waiting: (() => void)[] = [];
  let opening = false;

  const finish = (): void => {
    opening = false;
    const resolvers = waiting;
    waiting = [];
    for (const resolve of resolvers) resolve();
  };

  const reopen = (): void => {
    cancelRetry();
    if (!active || !isUp()) return;
    const mine = ++openings;
    const isCurrent = (): boolean => mine === openings;
    opening = true;
    actions.open(isCurrent).then(
      () => {
        if (!isCurrent()) return;
        failures = 0;
        finish();
      },
      (thrown: unknown) => {
        const error = toTabcachedError(thrown);
        if (!isCurrent() || error.code === 'DAEMON_LOST' || error.code === 'CLOSED' || error.code === 'SIGNED_OUT') return;
        actions.onFailure(error);
        finish();
        if (!error.retryable) return;
        failures += 1;
        cancelRetry = env.timers.after(pauseMs(failures + 2, env.random), reopen);
      },
    );
  };

  const close = (): void => {
    cancelLinger = null;
    cancelRetry();
    active = false;
    openings += 1;
    failures = 0;
    actions.close();
    finish();
  };

  return {
    use: (used) => {
      cancelLinger?.();
      cancelLinger = null;
      if (!used) cancelLinger = env.timers.after(LINGER_MS, close);
      else if (!active) {
        active = true;
        opening = true;
        reopen();
      }
    },
    up: reopen,
    down: () => {
      openings += 1;
      opening = active;
      cancelRetry();
    },
    reopen,
    isActive: () => active,
    opening: () => openings,
    settled: () => {
      if (!opening) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const cancelTimer = env.timers.after(deadlineMs, () => reject(new TabcachedError('TIMEOUT', 'The view did not open in time.')));
        waiting.push(() => {
          cancelTimer();
          resolve();
        });
      });
    },
  };
}
