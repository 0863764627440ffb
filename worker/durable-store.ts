/**
 * The way to a user's database, with deadlines: one that hangs is as bad as one that refuses.
 *
 * Owns: opening and claiming it in time. Does not know what is read.
 */
import { TabcachedError } from '../protocol/errors.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import type { Environment } from './env.ts';
import type { Store, StoreEvents } from './store/store.ts';
import { wasAsked } from './succession.ts';

/** An open, or a first read, that takes longer is given up: a view from the network beats no view. */
export const OPEN_DEADLINE_MS = 5_000;

/** Resolves after a while. */
export const pause = (env: Pick<Environment, 'timers'>, delayMs: number): Promise<void> => new Promise((resolve) => void env.timers.after(delayMs, resolve));

/** What is asked for, or `STORAGE_FAILED` after the deadline; `late` is given what comes after it. */
export function inTime<T>(env: Pick<Environment, 'timers'>, asked: Promise<T>, late: (value: T) => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const cancel = env.timers.after(OPEN_DEADLINE_MS, () => {
      over = true;
      reject(new TabcachedError('STORAGE_FAILED', 'The database is late.'));
    });
    asked.then(
      (value) => {
        cancel();
        if (over) late(value);
        else resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error as Error);
      },
    );
  });
}

/** A daemon, by what its locks are named after. */
export interface DaemonIdentity extends WorkerIdentity {
  readonly epoch: string;
}

/** Opens the database and takes the right to write. Rejects with `STORAGE_FAILED`, and `FENCED` when a newer daemon has asked for that right; `onLate` hears of a database that opened after that. */
export async function openDurable(env: Environment, { userId, buildId, epoch }: DaemonIdentity, events: StoreEvents, onLate: () => void): Promise<Store> {
  const store = await inTime(env, env.openStore(userId, events), (late) => {
    // An open connection would only block others.
    late.close();
    onLate();
  });
  try {
    // One that hung meanwhile would take the right from the daemon that was started in its place.
    if (await wasAsked(env, userId, epoch)) throw new TabcachedError('FENCED');
    await inTime(env, store.claimWriter(buildId, env.clock.now()));
    return store;
  } catch (error) {
    store.close();
    throw error;
  }
}

/** A part of the daemon without which it cannot go on, asked for until it is there. */
export async function untilLoaded<T>(env: Pick<Environment, 'timers' | 'log'>, load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load();
    } catch (error) {
      env.log.error('a part did not load', { error: String(error) });
    }
    await pause(env, OPEN_DEADLINE_MS);
  }
}
