/** With `late-page.ts` the only file of the client that reads the page's globals. */
import { nanoid } from 'nanoid';
import { TabcachedError } from '../protocol/errors.ts';
import { livingNames } from '../protocol/names.ts';
import { createPackagedWorker, joinWorker } from './create-worker.ts';
import { onLeave } from './on-leave.ts';
import type { Environment, HeldLock, Locks, Page, Timers } from './env.ts';

/** Rejections of lock requests, which only ever come from an abort or a page that may not use locks. */
const cancelled = (cause: unknown): never => {
  throw new TabcachedError('CANCELLED', undefined, { cause });
};

const locks: Locks = {
  hold: (name, signal) =>
    new Promise<HeldLock>((resolve, reject) => {
      const held = (): Promise<void> => new Promise((release) => resolve({ release }));
      navigator.locks.request(name, { signal }, held).catch(cancelled).catch(reject);
    }),
  whenFree: (name, signal) => navigator.locks.request(name, { mode: 'shared', signal }, () => undefined).catch(cancelled),
  held: async () => livingNames((await navigator.locks.query()).held),
};

const timers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

const ids = { uuid: () => crypto.randomUUID(), short: () => nanoid() };

/** Listens for several events of one target; returns the undo. */
function listen(target: EventTarget, types: readonly string[], listener: () => void): () => void {
  for (const type of types) target.addEventListener(type, listener);
  return () => {
    for (const type of types) target.removeEventListener(type, listener);
  };
}

const page = (): Page => ({
  href: document.baseURI,
  report: () => ({ visible: document.visibilityState === 'visible', focused: document.hasFocus(), online: navigator.onLine }),
  onReport: (listener) => {
    const undoWindow = listen(window, ['focus', 'blur', 'online', 'offline'], listener);
    const undoDocument = listen(document, ['visibilitychange', 'resume'], listener);
    return () => {
      undoWindow();
      undoDocument();
    };
  },
  onHide: (listener) => onLeave(window, document, listener),
  onShow: (listener) => listen(window, ['pageshow'], listener),
});

/**
 * The environment of a real page. Throws `HOST_UNAVAILABLE` where there is no page (a server), or one without Web Locks (they
 * need a secure context).
 */
export function browserEnvironment(): Environment {
  if (typeof document === 'undefined' || !navigator.locks) {
    throw new TabcachedError('HOST_UNAVAILABLE', 'tabcached needs a page in a secure context, with Web Locks.');
  }
  return {
    clock: { now: () => performance.now() },
    timers,
    locks,
    page: page(),
    random: Math.random,
    ids,
    loadLatePage: async () => (await import('./late-page.ts')).latePage(),
    createWorker: createPackagedWorker,
    joinWorker,
    loadFallback: async (createWorker) => (await import('./fallback/real-fallback.ts')).createFallback({ locks, timers, ids }, createWorker),
  };
}
