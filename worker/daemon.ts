/**
 * The daemon of one user: composition root.
 *
 * Owns: boot, the first hello that brings the settings, and the end. What the daemon does is done by its parts (`wire-parts.ts`, `wiring/`); what a tab
 * may ask is in `calls.ts`.
 */
import type { Backend, DaemonSettings, GoodbyeFrame, Hello, Welcome } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import type { BackendEnvironment } from './backend/backend-environment.ts';
import { boot, type Booted } from './boot.ts';
import { createCalls } from './calls.ts';
import type { Connect } from './connection.ts';
import { createConnection, type Admitted } from './dispatch.ts';
import type { Environment } from './env.ts';
import { carryOver, type Carried } from './carry-over.ts';
import { inTime, untilLoaded } from './durable-store.ts';
import { createJournal } from './journal.ts';
import { NO_LEGACY, type Legacy } from './lives.ts';
import type { Parts } from './parts.ts';
import type { Session } from './sessions.ts';
import type { takeOver as TakeOver } from './take-over.ts';
import { senderOf } from './outbox/sender.ts';
import { wasAsked } from './succession.ts';
import { createParts } from './wire-parts.ts';

/** A life that storage bore for so long counts as one that works. */
const STEADY_MS = 60_000;
/** Between the last word to the tabs and the release of the lease. */
const RELEASE_AFTER_MS = 50;

/** What a daemon is made with. */
export interface DaemonSetup {
  readonly env: Environment;
  readonly identity: WorkerIdentity;
  createBackend(env: BackendEnvironment): Backend;
  /** The worker's script, for tabs of other builds; see `daemonLease`. */
  readonly url?: string;
  /** The daemon has stopped by itself and let go of everything: another one takes its place, in another worker. */
  onStopped?(): void;
  /** What the life before left; this one boots when that one is over. */
  readonly before?: Promise<Legacy>;
}

/** The daemon. */
export interface Daemon {
  /** Connects a tab. Works at once; calls wait until the daemon is up. */
  readonly connect: Connect;
  /** It has ended or is about to, and whoever comes now belongs to another life in this worker. */
  over(): boolean;
  /** Writes what is queued, lets go of everything, and answers what the next life has to know; idempotent. */
  close(): Promise<Legacy>;
}

/** Calls that are answered by parts which load when used. */
const lateCalls =
  ({ media, inspection, outboxPart, signOut, tabs }: Parts, session: Session): Admitted['late'] =>
  async (name, input) =>
    (await (/Media$|^cacheSize$/.test(name) ? media : name === 'signOut' ? signOut : /Tab|otice/.test(name) ? tabs : /Outbox|^(retry|edit$|discard$)/.test(name) ? outboxPart : inspection).load()).call(session, name, input);

/** Starts a daemon. Returns at once; it boots on its own. */
export function createDaemon({ env: given, identity, createBackend, url, before, onStopped = () => undefined }: DaemonSetup): Daemon {
  const journal = createJournal(given.log, given.clock);
  const env = { ...given, log: journal.log };
  const { userId, buildId } = identity;
  const epoch = env.ids.short();
  const over = new AbortController();
  let parts: Parts | null = null;
  let settings: DaemonSettings | null = null;
  let again = false;
  let tries = 0;
  let known = false;
  let stored = false;
  let carried: readonly Carried[] = [];
  let takeOver: typeof TakeOver | null = null;
  const startedAt = env.clock.now();

  const stop = (why: string, reason: GoodbyeFrame['reason'] = 'fenced', inPlace = false): void => {
    if (over.signal.aborted) return;
    again = inPlace;
    if (inPlace && parts) carried = carryOver(parts);
    env.log.warn('daemon stops', { epoch, reason: why });
    for (const session of parts?.sessions.all() ?? []) parts?.sessions.post(session, JSON.stringify({ t: 'goodbye', reason }));
    void close().then(() => {
      if (!inPlace) onStopped();
    });
  };
  const begin = async (): Promise<Booted> => {
    const legacy = (await before) ?? NO_LEGACY;
    ({ tries, carried, known, stored } = legacy);
    const booted = await boot(env, identity, { epoch, url }, over.signal, {
      onLost: stop,
      onCut: (why) => stop(why, 'fenced', true),
      onAsked: () => stop('a newer daemon runs', 'superseded'),
    });
    if (booted.saved) carried = [booted.saved, ...carried];
    if (carried.length > 0) {
      const part = await untilLoaded(env, () => import('./take-over.ts'));
      ({ takeOver } = part);
      carried = await inTime(env, part.stillToSend(booted.store, carried)).catch(() => carried);
    }
    void booted.whenBack?.(tries, over.signal).then(() => stop('storage is back', 'fenced', true));
    // Refused now, after it held something: what waits there must be neither overtaken nor sent twice.
    const trouble = booted.trouble && { ...booted.trouble, held: stored || booted.trouble.held };
    stored ||= !trouble;
    return { ...booted, trouble, signedOut: booted.signedOut || legacy.signedOut };
  };
  const booting = begin();
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
      const end = (last: () => Promise<void>): Promise<void> => close(last).then(() => undefined);
      parts = createParts({ env, identity, epoch, journal, booted, settings: hello.settings, createBackend, onFenced: () => stop('fenced'), end });
      settings = hello.settings;
      takeOver?.(parts, carried, { userId, sender: senderOf(userId, parts.tickets.all()) });
    }
    // A page that was away while its user signed out.
    if (hello.returning && !known && parts.gate.locked()) throw new TabcachedError('SIGNED_OUT');
    return parts;
  };

  const connect: Connect = (post) =>
    createConnection(journal, async (hello) => {
      const ready = await partsFor(hello);
      const session = ready.sessions.join(hello.tabId, hello.lease, hello.report, post);
      // After the tab is known, because the link asks it for the token.
      ready.push.open();
      const welcome: Welcome = { epoch, buildId, lease: (await booting).lease, host: ready.host() };
      return { welcome, calls: createCalls(ready, session, env.clock), late: lateCalls(ready, session), pass: ready.gate.pass, leave: () => ready.sessions.leave(session) };
    });

  const finish = async (last?: () => Promise<void>): Promise<Legacy> => {
    over.abort();
    if (last) again = true;
    try {
      await parts?.close();
      // Who was left behind while it hung knows nothing that is worth keeping: others have decided since.
      if (!last && (await wasAsked(env, userId, epoch))) carried = [];
      if (last) {
        await last();
        // What was posted last goes out before the lease does: to a tab that sees it go, this was a death.
        await new Promise<void>((resolve) => void env.timers.after(RELEASE_AFTER_MS, resolve));
      }
    } finally {
      await booting.then(
        (booted) => booted.release(),
        () => undefined,
      );
    }
    const bore = parts?.host().trouble === null && env.clock.now() - startedAt > STEADY_MS;
    return { signedOut: last !== undefined, carried: last ? [] : carried, known: !last && parts?.gate.locked() === false, stored, tries: bore ? 0 : tries + 1 };
  };
  let closing: Promise<Legacy> | null = null;
  const close = (last?: () => Promise<void>): Promise<Legacy> => (closing ??= finish(last));
  return { connect, over: () => again, close: () => close() };
}
