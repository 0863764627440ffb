/**
 * The tab's connection to whatever daemon lives: one session after the other until it is closed.
 *
 * Owns: the tab's lease, the choice of a daemon, the pauses between attempts, suspension while the page is in the back/forward
 * cache. Does not know calls (`calls.ts`) nor views; it tells them when a session is up.
 */
import type { DaemonSettings, Hello, TabReport } from '../protocol/daemon-api.ts';
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { PROTOCOL_MAJOR } from '../protocol/limits.ts';
import { tabLease } from '../protocol/names.ts';
import type { DaemonFrame } from '../protocol/views.ts';
import { pauseMs } from './backoff.ts';
import type { Environment, HeldLock } from './env.ts';
import { findGeneration, heldLeases } from './find-daemon.ts';
import { pause } from './handshake.ts';
import type { Host } from './open-host.ts';
import { openSession, type Session } from './session.ts';

/** What a connection needs to know. */
export interface ConnectionSetup {
  readonly env: Environment;
  readonly host: Host;
  readonly userId: string;
  readonly tabId: string;
  readonly buildId: string;
  readonly settings: DaemonSettings;
  readonly deadlineMs: number;
}

/** What a connection tells. All are called synchronously; `onUp` before any frame of its session. */
export interface ConnectionEvents {
  /** `report` is what the daemon was told of the page with hello. */
  onUp(session: Session, report: TabReport): void;
  onDown(): void;
  onFrame(frame: DaemonFrame): void;
  /** An attempt failed with an error that repeating will hardly cure; the connection tries on. */
  onRefused(error: TabcachedError): void;
  /** It is over: closed, or signed out. */
  onEnd(): void;
}

/** A connection that is kept. */
export interface Connection {
  /** The session that is up, or null. */
  session(): Session | null;
  /** Resolves with the first session. Rejects, and the connection is over, with a refusal, `HOST_UNAVAILABLE` or `TIMEOUT`. */
  readonly first: Promise<void>;
  /** Idempotent. */
  close(): void;
}

/** Codes of a hello that repeating will hardly cure; all others pass, a daemon that is just going away included. */
const REFUSALS: readonly string[] = ['SETTINGS_MISMATCH', 'PROTOCOL_MISMATCH', 'USER_MISMATCH', 'INVALID', 'INTERNAL'];

/** Connects, and stays connected until closed. */
export function keepConnection(setup: ConnectionSetup, events: ConnectionEvents): Connection {
  const { env, userId, tabId, buildId } = setup;
  const over = new AbortController();
  const hung = new Set<string>();
  let session: Session | null = null;
  let lease: HeldLock | null = null;
  let hidden = false;
  /** Counts the times that the page went away: what began before the last one is worth nothing. */
  let departures = 0;
  let wake: () => void = () => undefined;
  /** Generations below this one did not answer in this round of attempts. */
  let lowest = 0;

  const hide = (): void => {
    hidden = true;
    departures += 1;
    lease?.release();
    lease = null;
    session?.end('hidden');
  };
  const show = (): void => {
    hidden = false;
    wake();
  };
  const undoPage = [env.page.onHide(hide), env.page.onShow(show)];

  const markHung = async (generation: number): Promise<void> => {
    lowest = generation + 1;
    for (const held of await heldLeases(env.locks, { buildId, userId })) if (held.generation === generation) hung.add(held.lease);
  };

  /** One attempt. Resolves with null when the next attempt should follow at once. */
  const attempt = async (): Promise<Session | null> => {
    const begun = departures;
    if (!lease) {
      const held = await env.locks.hold(tabLease(userId, tabId), over.signal);
      if (begun !== departures) {
        held.release();
        return null;
      }
      lease = held;
    }
    const generation = Math.max(lowest, await findGeneration(env.locks, { buildId, userId }, hung));
    const hello: Hello = {
      protocol: PROTOCOL_MAJOR,
      buildId,
      userId,
      tabId,
      lease: tabLease(userId, tabId),
      settings: setup.settings,
      report: env.page.report(),
    };
    const early: DaemonFrame[] = [];
    let deliver = (frame: DaemonFrame): void => void early.push(frame);
    const onEnded = (): void => {
      if (!session) return;
      session = null;
      events.onDown();
    };
    const opened = await openSession({ ...setup, generation, hello, onFrame: (frame) => deliver(frame), onEnded });
    if (opened === 'hung') await markHung(generation);
    if (typeof opened === 'string') return null;
    if (begun !== departures || over.signal.aborted) {
      opened.end(over.signal.aborted ? 'closed' : 'hidden');
      return null;
    }
    session = opened;
    lowest = 0;
    events.onUp(opened, hello.report);
    deliver = (frame) => {
      if (frame.t === 'goodbye') opened.end(frame.reason);
      else events.onFrame(frame);
    };
    for (const frame of early) deliver(frame);
    // A newer generation may have been started while this one was joined: everybody goes to the highest.
    void findGeneration(env.locks, { buildId, userId }, hung).then((highest) => highest > generation && opened.end('moved'));
    return opened;
  };

  const close = (): void => {
    if (over.signal.aborted) return;
    over.abort();
    session?.end('closed');
    lease?.release();
    for (const undo of undoPage) undo();
    events.onEnd();
  };

  let settleFirst!: { resolve: () => void; reject: (error: TabcachedError) => void };
  const first = new Promise<void>((resolve, reject) => (settleFirst = { resolve, reject }));
  const run = async (): Promise<void> => {
    const giveUpAt = env.clock.now() + 2 * setup.deadlineMs;
    let connectedOnce = false;
    let failures = 0;
    while (!over.signal.aborted) {
      if (hidden) await new Promise<void>((resolve) => (wake = resolve));
      let opened: Session | null = null;
      let error = new TabcachedError('TIMEOUT', 'No daemon answered.');
      try {
        opened = await attempt();
      } catch (thrown) {
        error = toTabcachedError(thrown);
        failures += 1;
      }
      const refused = REFUSALS.includes(error.code);
      if (!opened && !connectedOnce && (refused || error.code === 'HOST_UNAVAILABLE' || env.clock.now() >= giveUpAt)) {
        return settleFirst.reject(error);
      }
      if (!opened && failures > 0) {
        if (refused) events.onRefused(error);
        await pause(env, pauseMs(refused ? Number.POSITIVE_INFINITY : failures, env.random), over.signal);
      }
      if (!opened) continue;
      connectedOnce = true;
      settleFirst.resolve();
      const why = await opened.ended;
      if (why === 'hung') await markHung(opened.generation);
      if (why === 'signed-out') return close();
      // A daemon that says goodbye is making room for another; each goodbye in a row waits longer.
      failures = why === 'superseded' || why === 'fenced' ? failures + 1 : 0;
      if (failures > 0) await pause(env, pauseMs(failures, env.random), over.signal);
    }
  };
  void run().catch((thrown: unknown) => settleFirst.reject(toTabcachedError(thrown)));
  return { session: () => session, first, close };
}
