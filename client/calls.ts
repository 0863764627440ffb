/**
 * Calls that outlive a daemon.
 *
 * Owns: waiting for a session, and the list of calls that are safe to repeat when a daemon died under them. Does not know what
 * the calls mean to a view.
 */
import type { CallInput, CallName, CallOutputs } from '../protocol/daemon-api.ts';
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import type { Environment } from './env.ts';
import type { Session } from './session.ts';

/**
 * Calls that a new daemon may be given again although the old one may have carried them out. `send` is among them because its
 * `clientTempId` makes it one message for ever. Views and pages are not: a view that comes back asks for what it needs then.
 */
const REPEATABLE: ReadonlySet<CallName> = new Set<CallName>(['send', 'retry', 'retryAll', 'markRead', 'saveDraft', 'syncChat', 'verifyChat', 'stats', 'inspect', 'cacheUsage', 'cacheLimits', 'pinnedMedia', 'exportLog', 'exportFlight', 'dropChat', 'clearCache', 'signOut']);

/** A call to the daemon that lives. Rejects with the daemon's error, `DAEMON_LOST`, `TIMEOUT` or `CLOSED`. */
export type Call = <Name extends CallName>(name: Name, input: CallInput<Name>) => Promise<CallOutputs[Name]>;

/** Calls over sessions that come and go. */
export interface Calls {
  /** Posts before it returns when a session is up; otherwise waits for one. */
  readonly call: Call;
  /** A session is up: calls that wait go out. */
  up(session: Session): void;
  /** No session is up. With an error, calls that wait and later ones reject with it until one is. */
  down(error?: TabcachedError): void;
}

/** Creates calls with one deadline for each, waiting and repeating included. */
export function createCalls(env: Pick<Environment, 'clock' | 'timers'>, deadlineMs: number): Calls {
  const waiting = new Set<{ readonly go: (session: Session) => void; readonly fail: (error: TabcachedError) => void }>();
  let current: Session | null = null;
  let refused: TabcachedError | null = null;

  const nextSession = (name: CallName, remainingMs: number): Promise<Session> =>
    new Promise((resolve, reject) => {
      const settled = (): void => {
        waiting.delete(entry);
        cancelTimer();
      };
      const entry = {
        go: (session: Session) => {
          settled();
          resolve(session);
        },
        fail: (error: TabcachedError) => {
          settled();
          reject(error);
        },
      };
      const cancelTimer = env.timers.after(remainingMs, () => entry.fail(new TabcachedError('TIMEOUT', `No daemon for ${name} in time.`)));
      waiting.add(entry);
    });

  const call: Call = async (name, input) => {
    const endsAt = env.clock.now() + deadlineMs;
    for (let lost: Session | null = null; ; ) {
      if (refused) throw refused;
      const session: Session = current && current !== lost ? current : await nextSession(name, Math.max(0, endsAt - env.clock.now()));
      try {
        // A message that the daemon before may have sent: the next one asks first.
        return await session.rpc.call(name, lost ? { ...input, again: true } : input, Math.max(0, endsAt - env.clock.now()));
      } catch (thrown) {
        const error = toTabcachedError(thrown);
        if (error.code !== 'DAEMON_LOST' || !REPEATABLE.has(name)) throw error;
        lost = session;
      }
    }
  };

  return {
    call,
    up: (session) => {
      current = session;
      refused = null;
      for (const { go } of [...waiting]) go(session);
    },
    down: (error) => {
      current = null;
      refused = error ?? null;
      if (error) for (const { fail } of [...waiting]) fail(error);
    },
  };
}
