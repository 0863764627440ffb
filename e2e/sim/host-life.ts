/**
 * A worker whose thread may hang: nothing of it runs until it wakes, and then everything that waited for it does, in its order.
 *
 * Owns: holding back whatever would run code of the daemon. News of locks come last: a daemon that wakes may do other things before it
 * hears what was taken from it. Killing is `mortal.ts`; both are put around the same ports.
 */
import type { Backend, PushEvents } from '../../protocol/index.ts';
import type { Connection, Connect } from '../../worker/connection.ts';
import type { Environment, HeldLock, Timers } from '../../worker/env.ts';
import type { Store } from '../../worker/store/store.ts';
import type { Life } from '../../worker/testing/mortal.ts';

/** The life of a worker, whatever daemons follow each other in it. */
export interface WorkerLife extends Life {
  /** What waits for it to wake; null: it runs. */
  asleep: { readonly run: () => void; readonly late: boolean }[] | null;
  /** Locks that it holds, which are free when it dies. */
  readonly held: Set<HeldLock>;
}

/** How much later than everything else a woken worker hears of its locks. */
const LOCKS_LATE_MS = 3;

/** A worker that begins. */
export const createWorkerLife = (): WorkerLife => ({ alive: true, asleep: null, held: new Set() });

/** It wakes. Whatever waited runs one after the other, each as a task of its own. */
export function wakeUp(life: WorkerLife, timers: Timers): void {
  const waiting = life.asleep ?? [];
  life.asleep = null;
  for (const { run, late } of waiting) timers.after(late ? LOCKS_LATE_MS : 0, () => whenAwake(life, run, late));
}

/** Runs now, or when it wakes. */
export function whenAwake(life: WorkerLife, run: () => void, late = false): void {
  if (life.asleep) life.asleep.push({ run, late });
  else run();
}

/** The same outcome, once it is awake. */
export const heardAwake = <T>(life: WorkerLife, promise: Promise<T>, late = false): Promise<T> =>
  new Promise((resolve, reject) => {
    promise.then(
      (value) => whenAwake(life, () => resolve(value), late),
      (error: unknown) => whenAwake(life, () => reject(error as Error), late),
    );
  });

/** The environment of a daemon that may hang. */
export const sleepyEnvironment = (life: WorkerLife, env: Environment): Environment => ({
  ...env,
  timers: { after: (delayMs, run) => env.timers.after(delayMs, () => whenAwake(life, run)) },
  locks: {
    hold: async (name, options) => {
      const held = await heardAwake(life, env.locks.hold(name, options), true);
      const own: HeldLock = {
        lost: heardAwake(life, held.lost, true),
        release: () => {
          life.held.delete(own);
          held.release();
        },
      };
      if (!life.alive) held.release();
      life.held.add(own);
      return own;
    },
    whenFree: (name, signal) => heardAwake(life, env.locks.whenFree(name, signal), true),
    held: () => heardAwake(life, env.locks.held()),
  },
});

/** A store whose answers are heard awake. */
export const sleepyStore = (life: WorkerLife, store: Store): Store => ({
  kind: store.kind,
  read: (stores, work) => heardAwake(life, store.read(stores, work)),
  write: (stores, durability, work) => heardAwake(life, store.write(stores, durability, work)),
  claimWriter: (buildId, now) => heardAwake(life, store.claimWriter(buildId, now)),
  close: store.close,
});

/** A backend whose answers and frames are heard awake. `onWelcome`: the server has named the user. */
export function sleepyBackend(life: WorkerLife, backend: Backend, onWelcome: (named: string) => void): Backend {
  const { changes, findByTempId, openPush } = backend;
  const news: (() => void)[] = [];
  /** What a socket told while the worker hung comes before what the next one tells when it has just woken. */
  const inOrder = (run: () => void): void => {
    news.push(run);
    whenAwake(life, () => news.shift()?.());
  };
  const events = (inner: PushEvents): PushEvents => ({
    onOpen: (userId) =>
      inOrder(() => {
        onWelcome(userId);
        inner.onOpen(userId);
      }),
    onFrame: (frame) => inOrder(() => inner.onFrame(frame)),
    onMalformed: (reason) => inOrder(() => inner.onMalformed(reason)),
    onDown: (code) => inOrder(() => inner.onDown(code)),
  });
  return {
    tickets: (...args) => heardAwake(life, backend.tickets(...args)),
    messages: (...args) => heardAwake(life, backend.messages(...args)),
    send: (...args) => heardAwake(life, backend.send(...args)),
    markRead: (...args) => heardAwake(life, backend.markRead(...args)),
    ...(changes ? { changes: (...args) => heardAwake(life, changes(...args)) } : {}),
    ...(findByTempId ? { findByTempId: (...args) => heardAwake(life, findByTempId(...args)) } : {}),
    ...(openPush ? { openPush: (inner: PushEvents) => openPush(events(inner)) } : {}),
  };
}

/** Lines to a worker that may hang: what is asked waits in its port. */
export const sleepyConnect =
  (life: WorkerLife, connect: Connect): Connect =>
  (post) => {
    let line: Connection | null = null;
    let closed = false;
    whenAwake(life, () => {
      line = connect(post);
      if (closed) line.close();
    });
    const call: Connection['call'] = (name, input) =>
      new Promise((resolve) => whenAwake(life, () => void (line as Connection).call(name, input).then((result) => whenAwake(life, () => resolve(result)))));
    return {
      call,
      close: () => {
        closed = true;
        whenAwake(life, () => line?.close());
      },
    };
  };
