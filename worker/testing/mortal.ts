/**
 * A daemon's world that can end: when it does, nothing of that daemon happens any more, as when its process is killed.
 *
 * Owns: cutting every way in and out. Promises that were under way never settle, timers never fire, writes not begun never begin.
 */
import type { Backend, PushEvents } from '../../protocol/index.ts';
import type { Connect } from '../connection.ts';
import type { Environment } from '../env.ts';
import type { Store } from '../store/store.ts';

/** Whether a daemon lives. */
export interface Life {
  alive: boolean;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** The function's results, as long as the daemon lives; then silence. */
function mortal<Args extends readonly unknown[], T>(life: Life, run: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  return async (...args) => {
    if (!life.alive) return never<T>();
    const settled = await run(...args).then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    return life.alive ? settled() : never<T>();
  };
}

/** A store whose transactions end with the daemon: one under way is kept or lost as a whole. */
export const mortalStore = (life: Life, store: Store): Store => ({
  ...store,
  read: (stores, work) => mortal(life, () => store.read(stores, work))(),
  write: (stores, durability, work) => mortal(life, () => store.write(stores, durability, work))(),
  claimWriter: mortal(life, store.claimWriter),
  close: () => undefined,
});

/** A backend whose answers reach the daemon only while it lives. Requests that were sent arrive all the same. */
export function mortalBackend(life: Life, backend: Backend): Backend {
  const openPush = backend.openPush?.bind(backend);
  const events = (inner: PushEvents): PushEvents => ({
    onOpen: (userId) => life.alive && inner.onOpen(userId),
    onFrame: (frame) => life.alive && inner.onFrame(frame),
    onMalformed: (reason) => life.alive && inner.onMalformed(reason),
    onDown: (code) => life.alive && inner.onDown(code),
  });
  return {
    tickets: mortal(life, (...args) => backend.tickets(...args)),
    messages: mortal(life, (...args) => backend.messages(...args)),
    send: mortal(life, (...args) => backend.send(...args)),
    markRead: mortal(life, (...args) => backend.markRead(...args)),
    ...(backend.changes ? { changes: mortal(life, backend.changes.bind(backend)) } : {}),
    ...(backend.findByTempId ? { findByTempId: mortal(life, backend.findByTempId.bind(backend)) } : {}),
    ...(backend.media ? { media: mortal(life, backend.media.bind(backend)) } : {}),
    ...(openPush ? { openPush: (inner: PushEvents) => openPush(events(inner)) } : {}),
  };
}

/** The environment of a daemon that may be killed. */
export const mortalEnvironment = (life: Life, env: Environment): Environment => ({
  ...env,
  timers: { after: (delayMs, run) => env.timers.after(delayMs, () => life.alive && run()) },
  locks: {
    hold: mortal(life, async (name, options) => {
      const held = await env.locks.hold(name, options);
      // A dead daemon's place in the queue is gone with it.
      if (!life.alive) held.release();
      return held;
    }),
    whenFree: mortal(life, env.locks.whenFree),
    held: mortal(life, env.locks.held),
  },
  openBroadcast: (name) => {
    const broadcast = env.openBroadcast(name);
    return { post: (message) => life.alive && broadcast.post(message), close: () => broadcast.close() };
  },
});

/** Lines to a daemon that go dead with it. */
export const mortalConnect =
  (life: Life, connect: Connect): Connect =>
  (post) => {
    const line = connect((frame) => life.alive && post(frame));
    return { call: mortal(life, (name: string, input: unknown) => line.call(name, input)), close: () => life.alive && line.close() };
  };
