/**
 * The host without SharedWorkers: one tab is elected and runs the daemon in a dedicated worker; the others reach that worker over channels.
 *
 * Owns: this tab's candidacy, its worker while it leads, its links. Every tab stands for election as long as it is connected, so a
 * successor is there before it is needed. Being elected is the right to start a worker; the proof that one lives is its lock or the daemon's
 * lease, and a second one is never started beside it.
 */
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { electionChannel, isWorkerLock } from '../../protocol/lobby.ts';
import { parseDaemonLease, parseWorkerName, workerName, type WorkerIdentity } from '../../protocol/names.ts';
import type { Environment } from '../env.ts';
import type { Host, HostLink } from '../open-host.ts';
import type { Candidacy, FallbackPlatform } from './fallback-platform.ts';
import { joinLobby } from './join-lobby.ts';
import { lateLine } from './late-line.ts';
import { startLedWorker, type LedWorker } from './led-worker.ts';

/** A leader whose worker did not come up in this many attempts is left behind: its page was frozen before it could start one. */
const MISSES = 3;

/** What a fallback host needs to know. */
export interface FallbackSetup {
  readonly env: Pick<Environment, 'locks' | 'timers' | 'ids'>;
  readonly platform: FallbackPlatform;
  /** Starts the daemon's script in a dedicated worker; `url` as in {@link Host.open}. */
  createWorker(name: string, url: string | null): Worker;
}

/** Creates the host; see the file's comment. */
export function fallbackHost({ env, platform, createWorker }: FallbackSetup): Host {
  let candidacy: (Candidacy & { readonly name: string }) | null = null;
  let worker: LedWorker | null = null;
  let undoFreeze: () => void = () => undefined;
  /** Links in a row that led nowhere. */
  let misses = 0;
  /** Links to a worker of this tab that never gave a sign of life, and how many it is given: a slow one is not ended for ever. */
  let vain = 0;
  let patience = 1;
  const links = new Set<(error: TabcachedError) => void>();

  const endWorker = (): void => {
    worker?.end();
    worker = null;
    undoFreeze();
  };
  const resign = (): void => {
    candidacy?.resign();
    candidacy = null;
    endWorker();
  };
  const fail = (error: TabcachedError): void => {
    for (const failLink of links) failLink(error);
  };
  const leave = (): void => {
    resign();
    fail(new TabcachedError('DAEMON_LOST', 'The page goes away.'));
  };

  const standFor = (name: string): Candidacy => {
    // The worker of another name is hung, or an older one than everybody is going to.
    if (candidacy?.name !== name) resign();
    // With a worker that lives, the leases decide.
    else if (candidacy.isOver() && !worker) candidacy = null;
    candidacy ??= { ...platform.standForElection(electionChannel(parseWorkerName(name) as WorkerIdentity)), name };
    return candidacy;
  };

  /** Locks by which a worker of that name lives: of the daemon in it, and its own, while one daemon there follows another. */
  const signs = async (name: string): Promise<readonly string[]> =>
    (await env.locks.held()).filter((lock) => {
      const daemon = parseDaemonLease(lock);
      return (daemon !== null && workerName(daemon) === name) || isWorkerLock(lock, parseWorkerName(name) as WorkerIdentity);
    });

  /** A worker that dies tells nobody. One that never began may only be slow: it is given more time with each attempt. */
  const isDead = async (mine: LedWorker, name: string): Promise<boolean> => {
    if ((await signs(name)).length > 0) return false;
    if (mine.wasHeard()) return true;
    if (++vain <= patience) return false;
    vain = 0;
    patience *= 2;
    return true;
  };

  /** The worker of this tab, once it leads and none lives elsewhere; null when it came otherwise. */
  const lead = async (name: string, url: string | null, mine: Candidacy, signal: AbortSignal): Promise<LedWorker | null> => {
    await mine.elected;
    const led = worker;
    if (led && (await isDead(led, name)) && worker === led) {
      endWorker();
      if (mine.isOver()) throw new TabcachedError('DAEMON_LOST', 'The worker is gone, and another tab leads.');
    }
    while (!worker) {
      const [sign] = await signs(name);
      if (signal.aborted || candidacy?.elected !== mine.elected) return null;
      if (sign) await env.locks.whenFree(sign, signal);
      else {
        worker = startLedWorker(
          () => createWorker(name, url),
          () => {
            // Another tab may be able to.
            resign();
            fail(new TabcachedError('HOST_UNAVAILABLE', 'The worker could not be started.'));
          },
        );
        // A frozen page's worker is frozen too, with all leases in its hands.
        undoFreeze = platform.onFreeze(leave);
      }
    }
    return worker;
  };

  const open = (asked: string, url: string | null): HostLink => {
    const identity = parseWorkerName(asked) as WorkerIdentity;
    const generation = identity.generation + Math.floor(misses / MISSES);
    const name = workerName({ ...identity, generation });
    const mine = standFor(name);
    const over = new AbortController();
    const lobby = new AbortController();
    const { line, bind, isBound } = lateLine();
    // A leader's worker may take its time.
    if (!worker) misses += 1;

    let reject!: (error: TabcachedError) => void;
    const failed = new Promise<never>((_, rejectFailed) => (reject = rejectFailed));
    // Errors after the handshake are nobody's to handle.
    failed.catch(() => undefined);
    links.add(reject);
    const close = (): void => {
      over.abort();
      lobby.abort();
      links.delete(reject);
      line.close();
    };

    joinLobby({ ...env, openChannel: platform.openChannel }, { ...identity, generation }, lobby.signal, {
      onOpen: (channel) => {
        if (isBound()) return;
        misses = 0;
        // The lobby closes the channel: it has to tell the worker.
        bind({ postMessage: (message) => channel.postMessage(message), addEventListener: channel.addEventListener.bind(channel), close: () => undefined });
      },
      onReplaced: () => reject(new TabcachedError('DAEMON_LOST', 'The tab that hosted the daemon is gone.')),
    });
    lead(name, url, mine, over.signal).then(
      (led) => {
        if (!led || isBound() || over.signal.aborted) return;
        lobby.abort();
        const port = led.openPort();
        port.addEventListener('message', () => (misses = 0), { once: true });
        bind(port);
      },
      (thrown: unknown) => {
        if (!over.signal.aborted) reject(toTabcachedError(thrown, 'HOST_UNAVAILABLE'));
      },
    );
    return { port: line, failed, close };
  };

  return {
    // A leader whose link came to nothing may reach its own worker through the lobby the next time: it leads all the same.
    get kind() {
      return worker ? 'leader' : 'follower';
    },
    open,
    leave,
  };
}
