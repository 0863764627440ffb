/**
 * A deadline that can be set again: for a whole answer, or for each part of a long one.
 *
 * Owns: one timer, and the signal that both the deadline and the caller's own signal abort. Does not know what is waited for.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import type { Timers } from '../env.ts';

/** A deadline that runs from its start. */
export interface Deadline {
  /** Aborted with a `TabcachedError`: `TIMEOUT` when the time is up, `CANCELLED` when the caller gave up. */
  readonly signal: AbortSignal;
  /** Settles as `work` does, or rejects with the signal's reason when that comes first, even if `work` never settles. */
  guard<T>(work: Promise<T>): Promise<T>;
  /** The full time again, from now. */
  restart(): void;
  /** Stops the time, not the caller's signal. */
  pause(): void;
  /** Lets go of the timer and of the caller's signal. Idempotent. */
  end(): void;
}

/** Starts a deadline of `limitMs` that also ends when `outer` is aborted. */
export function startDeadline(timers: Timers, limitMs: number, outer: AbortSignal): Deadline {
  const inner = new AbortController();
  let cancelTimer = (): void => undefined;
  const cancel = (): void => inner.abort(new TabcachedError('CANCELLED'));
  const pause = (): void => cancelTimer();
  const end = (): void => {
    pause();
    outer.removeEventListener('abort', cancel);
  };
  const restart = (): void => {
    pause();
    cancelTimer = timers.after(limitMs, () => inner.abort(new TabcachedError('TIMEOUT', `No answer within ${limitMs} ms.`)));
  };
  if (outer.aborted) cancel();
  else {
    outer.addEventListener('abort', cancel);
    restart();
  }
  return {
    signal: inner.signal,
    guard: (work) =>
      new Promise((resolve, reject) => {
        const expire = (): void => reject(inner.signal.reason);
        if (inner.signal.aborted) expire();
        inner.signal.addEventListener('abort', expire);
        const settled = (): void => inner.signal.removeEventListener('abort', expire);
        // An abort makes `work` fail too, in words of its own; the reason is what the caller should hear.
        work.then(resolve, (thrown: unknown) => reject(inner.signal.aborted ? inner.signal.reason : thrown)).finally(settled);
      }),
    restart,
    pause,
    end,
  };
}
