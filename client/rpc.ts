/**
 * The one wrapper around Comlink: typed calls with a deadline each, which reject when the daemon is gone.
 *
 * Owns: the pinned proxy and the calls under way. Does not know when a daemon is gone (it is told through `end`), nor whether a
 * call may be repeated. Comlink alone would never reject a call to a dead worker, loses calls when its proxy is collected, and
 * does not close ports.
 */
import { wrap } from 'comlink';
import type { CallInput, CallName, CallOutputs, DaemonEndpoint } from '../protocol/daemon-api.ts';
import { fromWireError, TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import type { Timers } from './env.ts';
import type { Line } from './line.ts';

/** A call that waits for longer is reason to ask whether the daemon lives: a hung one is found while the call can still be repeated. */
const SLOW_MS = 2_000;

/** Calls to one daemon over one port. */
export interface Rpc {
  /**
   * Posts the call before it returns. Rejects with the daemon's error, `TIMEOUT` after `deadlineMs`, or the error given to `end`;
   * always a `TabcachedError`.
   */
  call<Name extends CallName>(name: Name, input: CallInput<Name>, deadlineMs: number): Promise<CallOutputs[Name]>;
  /** Rejects every call under way and every later one with that error. Idempotent; the first error stays. */
  end(error: TabcachedError): void;
}

/** What calls tell beside their answers. */
export interface RpcEvents {
  /** A call waits for longer than usual, or its deadline passed. */
  onSlow(): void;
  /** The daemon says that it must not write any more: it is about to stop. */
  onFenced(): void;
}

/** Calls over a port whose other side exposes a `DaemonEndpoint`. */
export function openRpc(port: Line, timers: Timers, events: RpcEvents): Rpc {
  const proxy = wrap<DaemonEndpoint>(port);
  // Held by the closure for as long as the connection lives; a proxy per call would be garbage per call.
  const pinned = { proxy, post: proxy.call as unknown as DaemonEndpoint['call'] };
  const underWay = new Set<(error: TabcachedError) => void>();
  let ended: TabcachedError | null = null;

  const call = <Name extends CallName>(name: Name, input: CallInput<Name>, deadlineMs: number): Promise<CallOutputs[Name]> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const settle = (): void => {
        underWay.delete(fail);
        cancelTimer();
      };
      const fail = (error: TabcachedError): void => {
        settle();
        reject(error);
      };
      const expire = (): void => {
        fail(new TabcachedError('TIMEOUT', `No answer to ${name} within ${deadlineMs} ms.`));
        events.onSlow();
      };
      let cancelTimer = timers.after(Math.min(deadlineMs, SLOW_MS), () => {
        if (deadlineMs <= SLOW_MS) return expire();
        cancelTimer = timers.after(deadlineMs - SLOW_MS, expire);
        events.onSlow();
      });
      underWay.add(fail);
      pinned.post(name, input).then(
        (result) => {
          if (!result.ok) {
            // The end of the session, when it follows, is what the caller hears of.
            if (result.error.code === 'FENCED') events.onFenced();
            return fail(fromWireError(result.error));
          }
          settle();
          resolve(result.value as CallOutputs[Name]);
        },
        (thrown: unknown) => fail(toTabcachedError(thrown)),
      );
    });

  return {
    call,
    end: (error) => {
      ended ??= error;
      for (const fail of [...underWay]) fail(ended);
    },
  };
}
