/**
 * Which files are being fetched, which wait, and for what.
 *
 * Owns: the places, the order (asked for whenever a place is free, so that scrolling re-orders what waits), pauses, and how often a file is
 * tried. Nothing that can be fetched is left asleep. Does not know how a file is fetched, nor who wants it.
 */
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { MEDIA_ATTEMPTS, MEDIA_SLOTS } from '../../protocol/limits.ts';
import { backoffMs } from '../backoff.ts';
import type { Environment } from '../env.ts';
import { outcomeOf } from '../outbox/outcome.ts';
import { mostUrgent, type Urgency } from './urgency.ts';

/** What the queue is made with. */
export interface DownloadQueueSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'random'>;
  /** May anything be fetched now? */
  ready(): boolean;
  urgency(id: string): Urgency;
  /** One attempt. `renew`: the one before was forbidden, maybe because its address was too old. */
  attempt(id: string, renew: boolean, signal: AbortSignal): Promise<void>;
  /** A file began to be fetched, waits (again), or is not in the queue any more because it is done. */
  onChange(id: string): void;
  /** It is given up. */
  onFailed(id: string, error: TabcachedError): void;
}

/** The queue. */
export interface DownloadQueue {
  /** Adds a file that is not there yet. */
  add(id: string): void;
  /** Takes a file out; resolves when nothing of an attempt goes on. */
  drop(id: string): Promise<void>;
  /** Tries it again now, as new. */
  hurry(id: string): void;
  phase(id: string): 'none' | 'waiting' | 'running';
  /** Does an attempt go on, also one of a file that was taken out? */
  isRunning(id: string): boolean;
  /** Why it waits although there may be places; null when nothing failed. */
  problem(id: string): TabcachedError | null;
  /** The link or a token is back: pauses that nobody asked for are over. */
  wake(): void;
  close(): Promise<void>;
}

interface Job {
  readonly id: string;
  attempts: number;
  renew: boolean;
  notBeforeAt: number;
  problem: TabcachedError | null;
  /** Set while it is tried. */
  run: AbortController | null;
}

const cancelled = (): TabcachedError => new TabcachedError('CANCELLED');

/** Creates an empty queue. */
export function createDownloadQueue(setup: DownloadQueueSetup): DownloadQueue {
  const { env } = setup;
  const jobs = new Map<string, Job>();
  /** Attempts under way, those of dropped files included. */
  const running = new Map<string, Promise<void>>();
  let pausedUntilAt = 0;
  let asked = false;
  /** Attempts in a row that did not reach the server: their pauses grow although they do not count. */
  let unreached = 0;
  let cancelTimer: (() => void) | null = null;
  let closed = false;

  const pump = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (closed || !setup.ready()) return;
    const now = env.clock.now();
    if (pausedUntilAt > now) return sleepUntil(pausedUntilAt);
    while (running.size < MEDIA_SLOTS) {
      const waiting = [...jobs.values()].filter((job) => !job.run && !running.has(job.id));
      const next = mostUrgent(
        waiting.filter((job) => job.notBeforeAt <= now),
        (job) => setup.urgency(job.id),
      );
      if (!next) return sleepUntil(Math.min(...waiting.map((job) => job.notBeforeAt)));
      start(next);
    }
  };

  const sleepUntil = (at: number): void => {
    if (at !== Number.POSITIVE_INFINITY) cancelTimer ??= env.timers.after(Math.max(0, at - env.clock.now()), pump);
  };

  const start = (job: Job): void => {
    const run = new AbortController();
    job.run = run;
    const attempt = setup.attempt(job.id, job.renew, run.signal).then(
      () => settle(job, null),
      (thrown: unknown) => settle(job, toTabcachedError(thrown)),
    );
    running.set(job.id, attempt);
    setup.onChange(job.id);
    void attempt.then(() => {
      running.delete(job.id);
      pump();
    });
  };

  const settle = (job: Job, error: TabcachedError | null): void => {
    // Dropped meanwhile: what came of it interests nobody.
    if (jobs.get(job.id) !== job) return;
    job.run = null;
    if (!error) {
      unreached = 0;
      jobs.delete(job.id);
      return setup.onChange(job.id);
    }
    if (!decide(job, error)) {
      jobs.delete(job.id);
      return setup.onFailed(job.id, error);
    }
    job.problem = error;
    setup.onChange(job.id);
  };

  /** What follows from a failure; false: the file is given up. */
  const decide = (job: Job, error: TabcachedError): boolean => {
    const now = env.clock.now();
    if (error.code === 'FENCED') return false;
    const outcome = outcomeOf(error);
    if (outcome === 'wait-link' || outcome === 'wait-token') {
      pausedUntilAt = Math.max(pausedUntilAt, now + backoffMs(unreached++, env.random()));
      asked = false;
      return true;
    }
    unreached = 0;
    if (outcome === 'wait-all') {
      pausedUntilAt = Math.max(pausedUntilAt, now + backoffMs(0, 1, error.retryAfterMs));
      asked = true;
      return true;
    }
    if (error.code === 'FORBIDDEN' && !job.renew) {
      // A signed address that is too old is refused like one that is not ours (#82).
      job.renew = true;
      return true;
    }
    if (outcome !== 'retry') return false;
    job.attempts += 1;
    job.notBeforeAt = now + backoffMs(job.attempts - 1, env.random(), error.retryAfterMs);
    return job.attempts < MEDIA_ATTEMPTS;
  };

  return {
    add: (id) => {
      if (closed || jobs.has(id)) return;
      jobs.set(id, { id, attempts: 0, renew: false, notBeforeAt: 0, problem: null, run: null });
      pump();
    },
    drop: async (id) => {
      const job = jobs.get(id);
      jobs.delete(id);
      job?.run?.abort(cancelled());
      await running.get(id);
    },
    hurry: (id) => {
      const job = jobs.get(id);
      if (job) Object.assign(job, { attempts: 0, renew: false, notBeforeAt: 0 });
      pump();
    },
    phase: (id) => {
      const job = jobs.get(id);
      return !job ? 'none' : job.run ? 'running' : 'waiting';
    },
    isRunning: (id) => running.has(id),
    problem: (id) => jobs.get(id)?.problem ?? null,
    wake: () => {
      // What the server asked for stands, whoever is back.
      if (!asked) pausedUntilAt = 0;
      pump();
    },
    close: async () => {
      closed = true;
      cancelTimer?.();
      for (const job of jobs.values()) job.run?.abort(cancelled());
      jobs.clear();
      await Promise.all(running.values());
    },
  };
}
