/**
 * Which of several daemons of a user writes: the one of the newest build; within a build, of the highest generation.
 *
 * Owns: the leases a daemon takes, and in which order. Its lease comes first, so that tabs see it die from the first moment and other
 * daemons know of it; then it looks around. Of two that start together at least one sees the other. Does not know databases.
 *
 * A newer daemon asks each older one to give way by stealing its hand-over lock; the older one writes what is queued and lets go of the
 * writer lease. One that does not (it hangs, or is of a build that does not know the question) loses the writer lease to it after a
 * while, and is fenced from then on.
 */
import { compareBuilds } from '../protocol/builds.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { daemonLease, handoverLock, parseDaemonLease, writerLease, type DaemonLease, type WorkerIdentity } from '../protocol/names.ts';
import type { Environment } from './env.ts';

/** How long an older daemon may take to write what is queued before the right to write is taken from it. */
const HANDOVER_MS = 3_000;

/** What can happen to a daemon that holds its leases. */
export interface SuccessionEvents {
  /** A newer daemon asks this one to write what is queued and to give way. */
  onAsked(): void;
  /** The right to write was taken: nothing may be written any more. */
  onLost(): void;
}

/** The leases of the daemon that writes. */
export interface Succession {
  /** Name of the lock that tabs wait for. */
  readonly lease: string;
  release(): void;
}

/** Has a newer daemon asked that one to give way? It may not have heard of it yet. */
export const wasAsked = async ({ locks }: Pick<Environment, 'locks'>, userId: string, epoch: string): Promise<boolean> => !(await locks.held()).includes(handoverLock(userId, epoch));

/** Positive when daemon `a` comes before `b`; leases decide between equals. */
const compareDaemons = (a: DaemonLease, b: DaemonLease): number =>
  compareBuilds(a.buildId, b.buildId) || a.generation - b.generation || Number(a.epoch > b.epoch) - Number(a.epoch < b.epoch);

/**
 * Takes the leases. Resolves when this daemon may write. Rejects with `FENCED` when a newer daemon runs, with `CANCELLED` when aborted.
 */
export async function succeed(env: Pick<Environment, 'locks' | 'timers' | 'log'>, identity: WorkerIdentity, self: { readonly epoch: string; readonly url?: string | undefined }, signal: AbortSignal, events: SuccessionEvents): Promise<Succession> {
  const { locks, log } = env;
  const { userId } = identity;
  const lease = daemonLease(identity, self.epoch, self.url);
  const turn = await locks.hold(handoverLock(userId, self.epoch), { signal });
  const life = await locks.hold(lease, { signal });
  void turn.lost.then(() => events.onAsked());
  const release = (): void => {
    life.release();
    turn.release();
  };
  try {
    const me: DaemonLease = { ...identity, epoch: self.epoch, url: null };
    const others = (await locks.held()).flatMap((name) => (name === lease ? [] : (parseDaemonLease(name) ?? []))).filter((other) => other.userId === userId);
    if (others.some((other) => compareDaemons(other, me) > 0)) throw new TabcachedError('FENCED', 'A newer daemon runs.');
    for (const { epoch } of others) void locks.hold(handoverLock(userId, epoch), { steal: true }).then((asked) => asked.release());
    if (others.length > 0) log.info('asked older daemons to give way', { builds: others.map(({ buildId }) => buildId) });

    const patience = new AbortController();
    const giveUp = (): void => patience.abort();
    // A daemon of a later generation exists because the one before hangs, and a hung one gives nothing back.
    const cancel = env.timers.after(identity.generation > 0 ? 0 : HANDOVER_MS, giveUp);
    signal.addEventListener('abort', giveUp);
    const writer = await locks.hold(writerLease(userId), { signal: patience.signal }).catch((thrown: unknown) => {
      if (signal.aborted) throw thrown;
      log.warn('the right to write was taken', { epoch: self.epoch });
      return locks.hold(writerLease(userId), { steal: true });
    });
    cancel();
    signal.removeEventListener('abort', giveUp);
    void writer.lost.then(() => events.onLost());
    return {
      lease,
      release: () => {
        writer.release();
        release();
      },
    };
  } catch (thrown) {
    release();
    throw thrown;
  }
}
