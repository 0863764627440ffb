/**
 * Messages whose send had no answer yet when their page was left.
 *
 * Owns: keeping them in the browser's local storage, and handing them to the daemon of the user's next page, or of another one that is open.
 * Where the daemon ends with its last tab it may not have stored them (#39). Their ids make each one message, and `again` lets the daemon ask
 * the server before it sends. Does not know whether the daemon outlived the page.
 */
import type { CallInput } from '../protocol/daemon-api.ts';
import { toTabcachedError } from '../protocol/errors.ts';
import { ownedPrefix } from '../protocol/names.ts';
import type { Call } from './calls.ts';
import type { LatePage } from './env.ts';

type Send = CallInput<'send'>;

/** See the head of the file. */
export interface LeftSends {
  /** Calls, and remembers what is sent until it is answered. */
  readonly call: Call;
  /** The page is left: what has no answer is kept. */
  hide(): void;
  /** A daemon is there: what other pages left is handed to it, now and when they do. */
  up(): void;
  /** There is none. */
  down(): void;
  /** The user signed out: nothing of this page is to be kept any more. */
  forget(): void;
}

/** Creates it over a call to the daemon. Where storage is forbidden nothing is kept. */
export function createLeftSends(local: LatePage['local'], userId: string, tabId: string, toDaemon: Call): LeftSends {
  const prefix = `${ownedPrefix(userId)}sends:`;
  const own = prefix + tabId;
  const unanswered = new Map<string, Send>();
  let kept = false;
  let unwatch: (() => void) | null = null;

  const write = (key: string, sends: readonly Send[]): boolean => (sends.length > 0 ? local.set(key, JSON.stringify(sends)) : (local.remove(key), false));
  const settled = (clientTempId: string): void => {
    unanswered.delete(clientTempId);
    if (kept) kept = write(own, [...unanswered.values()]);
  };
  const send = async (input: Send): Promise<unknown> => {
    unanswered.set(input.clientTempId, input);
    try {
      return await toDaemon('send', input);
    } finally {
      settled(input.clientTempId);
    }
  };

  /** Keys that are being handed over. */
  const busy = new Set<string>();
  const handOver = async (key: string): Promise<void> => {
    const text = local.get(key);
    if (key === own || text === null || busy.has(key)) return;
    busy.add(key);
    try {
      const sends = JSON.parse(text) as Send[];
      // All are posted before the first is answered, so that they keep their order.
      const left = await Promise.all(
        sends.map((input) =>
          toDaemon('send', { ...input, again: true }).then(
            () => null,
            // What no daemon will ever take is not kept.
            (thrown: unknown) => (toTabcachedError(thrown).code === 'INVALID' ? null : input),
          ),
        ),
      );
      // Its page may be back, and have written what it knows.
      if (local.get(key) === text) write(key, left.filter((input) => input !== null));
    } catch {
      // Not written by us.
      local.remove(key);
    }
    busy.delete(key);
  };

  return {
    call: ((name, input) => (name === 'send' ? send(input as Send) : toDaemon(name, input))) as Call,
    hide: () => {
      if (unanswered.size > 0) kept = write(own, [...unanswered.values()]);
    },
    up: () => {
      for (const key of local.keys(prefix)) void handOver(key);
      unwatch ??= local.onChange((key) => void (key.startsWith(prefix) && handOver(key)));
    },
    down: () => {
      unwatch?.();
      unwatch = null;
    },
    forget: () => unanswered.clear(),
  };
}
