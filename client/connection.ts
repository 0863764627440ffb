/**
 * The tab's connection to whatever daemon lives: one session after the other until it is closed.
 *
 * Owns: the tab's lease, the choice of a daemon, the pauses between attempts, suspension while the page is in the back/forward
 * cache. Does not know calls (`calls.ts`) nor views; it tells them when a session is up.
 */
import type { GivenHello, GivenSettings, TabReport } from '../protocol/daemon-api.ts';
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { PROTOCOL_MAJOR } from '../protocol/limits.ts';
import { parseDaemonLease, tabLease } from '../protocol/names.ts';
import type { DaemonFrame } from '../protocol/views.ts';
import { pauseMs } from './backoff.ts';
import type { Environment, HeldLock } from './env.ts';
import { compareTargets, findDaemon, heldLeases, type DaemonTarget } from './find-daemon.ts';
import { pause } from './handshake.ts';
import type { Host } from './open-host.ts';
import { openSession, type Handshake, type Session } from './session.ts';

/** What a connection needs to know. */
export interface ConnectionSetup {
  readonly env: Environment;
  readonly host: Host;
  readonly userId: string;
  readonly tabId: string;
  readonly buildId: string;
  readonly settings: GivenSettings;
  readonly deadlineMs: number;
}

/** What a connection tells. All are called synchronously; `onUp` before any frame of its session. */
export interface ConnectionEvents {
  /** `report` is what the daemon was told of the page with hello. */
  onUp(session: Session, report: TabReport): void;
  onDown(): void;
  /** The page goes away; a session that is up still takes calls. */
  onHide(): void;
  onFrame(frame: DaemonFrame): void;
  /** No daemon can be reached or started for now; the connection tries on. Called after each such attempt. */
  onUnavailable(): void;
  /** An attempt failed with an error that repeating will hardly cure; the connection tries on. */
  onRefused(error: TabcachedError): void;
  /** A daemon was chosen, and lets this tab in or not. Called before {@link ConnectionEvents.onUp} and `onRefused`. */
  onChosen(target: DaemonTarget, works: boolean): void;
  /** It is over: closed, or signed out; then `wiped` tells whether everything of the user is to be removed here as well. */
  onEnd(why: 'closed' | 'signed-out', wiped: boolean): void;
}

/** A connection that is kept. */
export interface Connection {
  /** The session that is up, or null. */
  session(): Session | null;
  /** Resolves with the first session, or when none can be had for now. Rejects, and the connection is over, with a refusal. */
  readonly first: Promise<void>;
  /** Idempotent. `why` other than `closed` is for whoever was told so in another way than by the daemon's goodbye. */
  close(why?: 'closed' | 'signed-out', wiped?: boolean): void;
}

/** Codes of a hello that repeating will hardly cure; all others pass, a daemon that is just going away included. */
const REFUSALS: readonly string[] = ['SETTINGS_MISMATCH', 'PROTOCOL_MISMATCH', 'USER_MISMATCH', 'INVALID', 'INTERNAL'];

/** Connects, and stays connected until closed. */
export function keepConnection(setup: ConnectionSetup, events: ConnectionEvents): Connection {
  const { env, userId, tabId, buildId } = setup;
  const over = new AbortController();
  const hung = new Set<string>();
  const unreachable = new Set<string>();
  const own: DaemonTarget = { buildId, generation: 0, url: null, lease: null };
  /** What is started when nothing better lives: the newest build that was ever joined, and a generation that may answer. */
  let preferred = own;
  /** Script of this build's own worker, once it is known. */
  let ownUrl: string | null = null;
  let session: Session | null = null;
  let lease: HeldLock | null = null;
  let hidden = false;
  let connectedOnce = false;
  /** Counts the times that the page went away: what began before the last one is worth nothing. */
  let departures = 0;
  let wake: () => void = () => undefined;

  const hide = (): void => {
    events.onHide();
    hidden = true;
    departures += 1;
    lease?.release();
    lease = null;
    session?.end('hidden');
    setup.host.leave();
  };
  const show = (): void => {
    hidden = false;
    wake();
  };
  const undoPage = [env.page.onHide(hide), env.page.onShow(show)];

  const markHung = async ({ buildId: build, generation, url }: DaemonTarget): Promise<void> => {
    preferred = { buildId: build, generation: generation + 1, url, lease: null };
    for (const held of await heldLeases(env.locks, { buildId: build, userId })) if (held.generation === generation) hung.add(held.lease);
  };
  const find = (): Promise<DaemonTarget> => findDaemon(env.locks, userId, preferred, hung, unreachable);

  /** Opens a session with a daemon. One of another build, or that runs under another address, is joined by its worker's URL. */
  const join = async (target: DaemonTarget, hello: GivenHello, onFrame: (frame: DaemonFrame) => void, onEnded: () => void): Promise<Handshake> => {
    const url = target.buildId === buildId && (ownUrl === null || target.url === ownUrl) ? null : target.url;
    try {
      return await openSession({ ...setup, target: { ...target, url }, hello, onFrame, onEnded });
    } catch (thrown) {
      if (url !== null && toTabcachedError(thrown).code === 'HOST_UNAVAILABLE') {
        // Its script is gone, or its worker was made with other options.
        if (target.lease) unreachable.add(target.lease);
        events.onChosen(target, false);
        preferred = own;
        return 'gone';
      }
      if (REFUSALS.includes(toTabcachedError(thrown).code)) events.onChosen(target, false);
      throw thrown;
    }
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
    const target = await find();
    const hello: GivenHello = {
      protocol: PROTOCOL_MAJOR,
      buildId,
      userId,
      tabId,
      lease: tabLease(userId, tabId),
      settings: setup.settings,
      report: env.page.report(),
      returning: connectedOnce,
    };
    const early: DaemonFrame[] = [];
    let deliver = (frame: DaemonFrame): void => void early.push(frame);
    const onEnded = (): void => {
      if (!session) return;
      session = null;
      events.onDown();
    };
    const opened = await join(target, hello, (frame) => deliver(frame), onEnded);
    if (opened === 'hung') await markHung(target);
    if (typeof opened === 'string') return null;
    if (begun !== departures || over.signal.aborted) {
      opened.end(over.signal.aborted ? 'closed' : 'hidden');
      return null;
    }
    session = opened;
    const joined = { ...target, lease: opened.welcome.lease };
    const url = parseDaemonLease(joined.lease)?.url ?? target.url;
    if (target.buildId === buildId) ownUrl ??= url;
    preferred = { ...target, generation: 0, url, lease: null };
    events.onChosen(preferred, true);
    events.onUp(opened, hello.report);
    deliver = (frame) => {
      if (frame.t !== 'goodbye') events.onFrame(frame);
      else if (frame.reason === 'signed-out') close('signed-out', frame.wiped);
      else opened.end(frame.reason);
    };
    for (const frame of early) deliver(frame);
    // A better one may have been started while this one was joined: everybody goes to the best.
    void find().then((best) => best.lease && compareTargets(best, joined) > 0 && opened.end('moved'));
    return opened;
  };

  const close: Connection['close'] = (why = 'closed', wiped = false) => {
    if (over.signal.aborted) return;
    over.abort();
    session?.end(why);
    setup.host.leave();
    lease?.release();
    for (const undo of undoPage) undo();
    events.onEnd(why, wiped);
  };

  let settleFirst!: { resolve: () => void; reject: (error: TabcachedError) => void };
  const first = new Promise<void>((resolve, reject) => (settleFirst = { resolve, reject }));
  const run = async (): Promise<void> => {
    let giveUpAt = env.clock.now() + 2 * setup.deadlineMs;
    let failures = 0;
    while (!over.signal.aborted) {
      if (hidden) await new Promise<void>((resolve) => (wake = resolve));
      let opened: Session | null = null;
      let error = new TabcachedError('TIMEOUT', 'No daemon answered.');
      try {
        opened = await attempt();
      } catch (thrown) {
        error = toTabcachedError(thrown);
        // The user signed out while this tab was away.
        if (error.code === 'SIGNED_OUT') return close('signed-out');
        failures += 1;
      }
      const refused = REFUSALS.includes(error.code);
      if (!opened && !connectedOnce && refused) return settleFirst.reject(error);
      if (!opened && !refused && (error.code === 'HOST_UNAVAILABLE' || env.clock.now() >= giveUpAt)) {
        events.onUnavailable();
        settleFirst.resolve();
      }
      if (!opened && failures > 0) {
        if (refused) events.onRefused(error);
        await pause(env, pauseMs(refused ? Number.POSITIVE_INFINITY : failures, env.random), over.signal);
      }
      if (!opened) continue;
      connectedOnce = true;
      settleFirst.resolve();
      const why = await opened.ended;
      giveUpAt = env.clock.now() + 2 * setup.deadlineMs;
      if (why === 'hung') await markHung(opened.target);
      // A daemon that says goodbye is making room for another; each goodbye in a row waits longer.
      failures = why === 'superseded' || why === 'fenced' ? failures + 1 : 0;
      if (failures > 0) await pause(env, pauseMs(failures, env.random), over.signal);
    }
  };
  void run().catch((thrown: unknown) => settleFirst.reject(toTabcachedError(thrown)));
  return { session: () => session, first, close };
}
