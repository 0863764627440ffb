/**
 * What of the page is needed only once a daemon has answered. Reads the page's globals, as `browser-env.ts` does; it is loaded beside the
 * handshake, so that it is no part of a tab's first bundle.
 */
import type { LatePage } from './env.ts';

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** The page's later half. */
export const latePage = (): LatePage => ({
  reload: () => location.reload(),
  focus: () => window.focus(),
  askPersistence: () => void attempt(() => navigator.storage.persist().catch(() => false)),
  fetch: (url, init) => fetch(url, init),
  wallTime: Date.now,
  session: {
    // Where storage is forbidden even looking at it may throw.
    get: (key) => attempt(() => sessionStorage.getItem(key)) ?? null,
    set: (key, value) => attempt(() => (sessionStorage.setItem(key, value), true)) ?? false,
  },
  local: {
    keys: (prefix) => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) ?? [],
    get: (key) => attempt(() => localStorage.getItem(key)) ?? null,
    set: (key, value) => attempt(() => (localStorage.setItem(key, value), true)) ?? false,
    remove: (key) => attempt(() => localStorage.removeItem(key)),
    onChange: (listener) => {
      const onStorage = ({ key }: StorageEvent): void => {
        if (key !== null) listener(key);
      };
      addEventListener('storage', onStorage);
      return () => removeEventListener('storage', onStorage);
    },
  },
  removeKeys: (prefix) =>
    // Where storage is forbidden there is nothing in it.
    attempt(() => {
      for (const storage of [localStorage, sessionStorage]) for (const key of Object.keys(storage)) if (key.startsWith(prefix)) storage.removeItem(key);
    }),
  urls: { create: (blob) => URL.createObjectURL(blob), revoke: (url) => URL.revokeObjectURL(url) },
  timeline: performance,
});
