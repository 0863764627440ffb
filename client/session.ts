/**
 * One session with one life of a daemon: from hello to its end.
 *
 * Owns: the handshake, the wait for the daemon's lease, and letting go of everything when the session ends. Does not know what
 * comes after an end; `connection.ts` opens the next session.
 */
import type { GivenHello, Welcome } from '../protocol/daemon-api.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { workerName } from '../protocol/names.ts';
import type { DaemonFrame } from '../protocol/views.ts';
import type { Environment } from './env.ts';
import type { DaemonTarget } from './find-daemon.ts';
import { receiveFrames } from './frames.ts';
import { whenUnanswered, whenVanished } from './handshake.ts';
import { watchLiveness } from './liveness.ts';
import type { Host } from './open-host.ts';
import { openRpc, type Rpc } from './rpc.ts';

/**
 * Why a session ended: `lost` the daemon died; `hung` it does not answer; `moved` a newer one runs; `superseded` and
 * `fenced` it said goodbye and the tab comes back; `signed-out` it said goodbye for good; `hidden` the page went away; `closed`.
 */
type SessionEnd = 'lost' | 'hung' | 'moved' | 'superseded' | 'fenced' | 'signed-out' | 'hidden' | 'closed';

/** A session that is up. */
export interface Session {
  readonly welcome: Welcome;
  readonly target: DaemonTarget;
  readonly rpc: Rpc;
  /** Resolves once, with the first reason given. */
  readonly ended: Promise<SessionEnd>;
  /** Ends it: calls under way reject with `CLOSED` for `closed`, `SIGNED_OUT` for `signed-out`, else `DAEMON_LOST`. Idempotent. */
  end(why: SessionEnd): void;
}

/** What a session needs to know. */
export interface SessionSetup {
  readonly env: Environment;
  readonly host: Host;
  readonly target: DaemonTarget;
  readonly hello: GivenHello;
  readonly deadlineMs: number;
  readonly onFrame: (frame: DaemonFrame) => void;
  /** Called synchronously when a session that was up has ended. */
  readonly onEnded: () => void;
}

/** What came of a handshake: a session, or a daemon that died meanwhile (`gone`) or does not answer (`hung`). */
export type Handshake = Session | 'gone' | 'hung';

/** Says hello to that daemon. Rejects with what the daemon answers, `HOST_UNAVAILABLE` or `TIMEOUT`. */
export async function openSession(setup: SessionSetup): Promise<Handshake> {
  const { env, hello, target, deadlineMs } = setup;
  const { generation, url } = target;
  const owner = { buildId: target.buildId, userId: hello.userId };
  const link = await setup.host.open(workerName({ ...owner, generation }), url);
  const pingMs = deadlineMs / 5;
  const stop = new AbortController();
  let suspect = (): void => undefined;
  let fenced = (): void => undefined;
  const rpc = openRpc(link.port, env.timers, { onSlow: () => suspect(), onFenced: () => fenced() });
  const receiver = receiveFrames(link.port, env, setup.onFrame, (frames) => void rpc.call('ack', { frames }, deadlineMs).catch(() => undefined));
  const release = (error: TabcachedError): void => {
    stop.abort();
    receiver.close();
    rpc.end(error);
    link.close();
  };

  let answer: Welcome | 'gone' | 'hung';
  const handshake = new AbortController();
  try {
    answer = await Promise.race([
      rpc.call('hello', hello, deadlineMs),
      link.failed,
      whenVanished(env, owner, generation, handshake.signal),
      whenUnanswered(rpc, env, deadlineMs / 2, pingMs, receiver.heardAt, handshake.signal),
    ]);
  } catch (thrown) {
    release(new TabcachedError('DAEMON_LOST'));
    throw thrown;
  } finally {
    handshake.abort();
  }
  if (typeof answer === 'string') {
    release(new TabcachedError('DAEMON_LOST'));
    return answer;
  }

  let tellEnd!: (why: SessionEnd) => void;
  const ended = new Promise<SessionEnd>((resolve) => (tellEnd = resolve));
  const end = (why: SessionEnd): void => {
    if (stop.signal.aborted) return;
    release(new TabcachedError(why === 'closed' ? 'CLOSED' : why === 'signed-out' ? 'SIGNED_OUT' : 'DAEMON_LOST'));
    setup.onEnded();
    tellEnd(why);
  };
  const liveness = watchLiveness(rpc, env, pingMs, receiver.heardAt, () => end('hung'));
  suspect = liveness.suspect;
  fenced = () => end('fenced');
  const stopReports = env.page.onReport(liveness.suspect);
  stop.signal.addEventListener('abort', () => {
    liveness.close();
    stopReports();
  });
  // Granted means that the daemon is gone; an abort means that the session ended otherwise.
  env.locks.whenFree(answer.lease, stop.signal).then(
    () => end('lost'),
    () => undefined,
  );
  return { welcome: answer, target, rpc, ended, end };
}
