/**
 * The environment of a real worker: the only file of the daemon that reads its platform's globals.
 *
 * Owns: how each port of `env.ts` is served by a browser, and what stands in where a browser lacks something.
 */
import { nanoid } from 'nanoid';
import type { Environment, Log, StorageEstimate, Timers } from './env.ts';
import type { FileHost } from './media/file-host.ts';
import { lateBroadcast } from './late-broadcast.ts';
import { createLocks } from './real-locks.ts';
import { openOwnStore } from './real-store.ts';
import { wrapSocket } from './real-socket.ts';
import type { PictureScope } from './real-pictures.ts';

/** Filled in by the package's build. */
declare const __BUILD_ID__: string | undefined;

/** What is read of a worker's global scope. */
export type Scope = Pick<
  typeof globalThis,
  'navigator' | 'crypto' | 'fetch' | 'setTimeout' | 'clearTimeout' | 'WebSocket' | 'indexedDB' | 'caches' | 'console'
> &
  PictureScope;

/** Opens a user's files on a platform that has some; see `mediaStore` of the settings. */
export type OpenFiles = (userId: string) => Promise<FileHost>;

/** Longest delay that a browser's timer holds; a longer one would run at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** The ports of a worker's scope. Reads nothing of it before it is needed, except what every worker has. */
export function realEnvironment(scope: Scope, files?: OpenFiles): Environment {
  const clock = { now: () => Date.now() };
  const timers = scopeTimers(scope);
  const locks = createLocks(scope.navigator.locks as LockManager | undefined);
  const log = consoleLog(scope.console, typeof __BUILD_ID__ === 'undefined');
  return {
    clock,
    timers,
    random: () => Math.random(),
    ids: { uuid: () => newUuid(scope.crypto), short: () => nanoid() },
    locks,
    network: {
      fetch: (url, init) => scope.fetch(url, init),
      openSocket: (url) => wrapSocket(new scope.WebSocket(url)),
    },
    log,
    openStore: (userId, events) => openOwnStore({ scope, locks, clock, timers, log }, userId, events),
    // Few daemons ever need it, so it is a part of the worker that loads when used.
    openMemoryStore: async () => (await import('./store/memory-store.ts')).createMemoryStore(),
    wipe: async (userId) => (await import('./real-wipe.ts')).wipeUser(scope, timers, userId, files),
    openBroadcast: (name) => lateBroadcast(async () => (await import('./open-broadcast.ts')).openBroadcast(name, log), log),
    openMedia: async (owner) => {
      const { createPictures, dropOpfs, mediaSetup, openMedia, openOpfs } = await import('./media/media-part.ts');
      const { storage } = scope.navigator;
      const { userId } = owner.setup.identity;
      return openMedia(mediaSetup(owner), createPictures(scope), {
        open: () => files?.(userId) ?? openOpfs(storage, userId),
        drop: () => dropOpfs(storage, userId),
      });
    },
    estimateStorage: () => estimateStorage(scope.navigator.storage as StorageManager | undefined),
  };
}

function scopeTimers(scope: Scope): Timers {
  return {
    after: (delayMs, run) => {
      let timer: ReturnType<typeof setTimeout>;
      const wait = (leftMs: number): void => {
        const stepMs = Math.min(leftMs, TIMER_MAX_MS);
        timer = scope.setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : run()), stepMs);
      };
      wait(delayMs);
      return () => scope.clearTimeout(timer);
    },
  };
}

/** A version 4 UUID; `randomUUID` exists in secure contexts only. */
function newUuid(crypto: Crypto): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // Version and variant (RFC 9562, section 5.4).
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The browser's account of storage, or null: WebKit's workers have none, and others may refuse. */
async function estimateStorage(storage: StorageManager | undefined): Promise<StorageEstimate | null> {
  try {
    const { usage, quota } = (await storage?.estimate()) ?? {};
    return usage === undefined || quota === undefined ? null : { usageBytes: usage, quotaBytes: quota };
  } catch {
    return null;
  }
}

/** The console as a log. `debug` is for those who work on tabcached: a built package leaves it out. */
function consoleLog(console: Scope['console'], development: boolean): Log {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      console[level](`[tabcached] ${event}`, fields);
  return { debug: development ? at('debug') : () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
}
