/** Does a person want to be told of new messages? Owns the choice and where it is kept (`localStorage`, per browser). */
import { useSyncExternalStore } from 'react';

const KEY = 'desk.notices';
const listeners = new Set<() => void>();
/** Where storage is refused, the choice lasts as long as the page. */
let chosen: boolean | null = null;

function read(): boolean {
  try {
    return (localStorage.getItem(KEY) ?? String(chosen ?? false)) === 'true';
  } catch {
    return chosen ?? false;
  }
}

function choose(wanted: boolean): void {
  chosen = wanted;
  try {
    localStorage.setItem(KEY, String(wanted));
  } catch {
    // See `chosen`.
  }
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  const onStorage = (event: StorageEvent): void => void (event.key === KEY && listener());
  listeners.add(listener);
  window.addEventListener('storage', onStorage);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', onStorage);
  };
}

/** The choice, the same in every tab, and how to change it. */
export function useNoticeChoice(): readonly [boolean, (wanted: boolean) => void] {
  return [useSyncExternalStore(subscribe, read), choose];
}
