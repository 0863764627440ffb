/**
 * The daemon of one user: composition root.
 *
 * Owns: boot, the first hello that brings the settings, and the end. What the daemon does is done by its parts (`wire-parts.ts`); what a tab
 * may ask is in `calls.ts`.
 */
import type { Backend, DaemonSettings, GoodbyeFrame, Hello, Welcome } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import type { BackendEnvironment } from './backend/backend-environment.ts';
import { boot } from './boot.ts';
import { createCalls } from './calls.ts';
import type { Connect } from './connection.ts';
import { createConnection, type Admitted } from './dispatch.ts';
import type { Environment } from './env.ts';
import { createJournal } from './journal.ts';
import type { Parts } from './parts.ts';
import type { Session } from './sessions.ts';
import { createParts } from './wire-parts.ts';

/** What a daemon is made with. */
export interface DaemonSetup {
  readonly env: Environment;
  readonly identity: WorkerIdentity;
  createBackend(env: BackendEnvironment): Backend;
  /** The worker's script, for tabs of other builds; see `daemonLease`. */
  readonly url?: string;
  /** The daemon has stopped by itself and let go of everything: another one takes its place, in another worker. */
  onStopped?(): void;
}

/** The daemon. */
export interface Daemon {
  /** Connects a tab. Works at once; calls wait until the daemon is up. */
  readonly connect: Connect;
  /** Writes what is queued, lets go of everything; idempotent. */
  close(): Promise<void>;
}

/** Calls that are answered by parts which load when used. */
const lateCalls =
  ({ media, inspection }: Parts, session: Session): Admitted['late'] =>
  async (name, input) =>
    (await (/Media$|^cacheSize$/.test(name) ? media : inspection).load()).call(session, name, input);

/** Starts a daemon. Returns at once; it boots on its own. */
export function createDaemon({ env: given, identity, createBackend, url, onStopped = () => undefined }: DaemonSetup): Daemon {
  const journal = createJournal(given.log, given.clock);
  const env = { ...given, log: journal.log };
  const { userId, buildId } = identity;
  const epoch = env.ids.short();
  const over = new AbortController();
  let parts: Parts | null = null;
  let settings: DaemonSettings | null = null;

  const stop = (why: string, reason: GoodbyeFrame['reason'] = 'fenced'): void => {
    if (over.signal.aborted) return;
    env.log.warn('daemon stops', { epoch, reason: why });
    for (const session of parts?.sessions.all() ?? []) parts?.sessions.post(session, JSON.stringify({ t: 'goodbye', reason }));
    void close().then(onStopped);
  };
  const booting = boot(env, identity, { epoch, url }, over.signal, { onLost: stop, onAsked: () => stop('a newer daemon runs', 'superseded') });
  booting.catch((error: unknown) => stop(`boot failed: ${String(error)}`));

  /** The first tab's settings are the daemon's; a tab with others is told so, never served with the wrong ones. */
  const partsFor = async (hello: Hello): Promise<Parts> => {
    if (hello.userId !== userId) throw new TabcachedError('USER_MISMATCH', `This daemon serves ${userId}.`);
    // A daemon that gives way before it is up is as good as dead to a tab: it looks for the other one.
    const booted = await booting.catch((cause: unknown) => {
      throw new TabcachedError('DAEMON_LOST', String(cause));
    });
    if (over.signal.aborted) throw new TabcachedError('DAEMON_LOST');
    if (settings && JSON.stringify(settings) !== JSON.stringify(hello.settings)) {
      throw new TabcachedError('SETTINGS_MISMATCH', `The running daemon was started with ${JSON.stringify(settings)}.`);
    }
    if (!parts) {
      parts = createParts({ env, identity, epoch, journal, booted, settings: hello.settings, createBackend, onFenced: () => stop('fenced') });
      settings = hello.settings;
    }
    return parts;
  };

  const connect: Connect = (post) =>
    createConnection(journal, async (hello) => {
      const ready = await partsFor(hello);
      const session = ready.sessions.join(hello.tabId, hello.lease, hello.report, post);
      // After the tab is known, because the link asks it for the token.
      ready.push.open();
      const welcome: Welcome = { epoch, buildId, lease: (await booting).lease, host: ready.host() };
      return { welcome, calls: createCalls(ready, session, env.clock, epoch), late: lateCalls(ready, session), leave: () => ready.sessions.leave(session) };
    });

  const close = async (): Promise<void> => {
    if (over.signal.aborted) return;
    over.abort();
    await parts?.close();
    await booting.then(
      (booted) => booted.release(),
      () => undefined,
    );
  };
  return { connect, close };
}
