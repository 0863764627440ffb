/** The present, for texts that depend on it. One timer for the whole page, and only while somebody looks. */
import { useSyncExternalStore } from 'react';

const EVERY_MS = 20_000;
const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: number | null = null;

function tick(): void {
  nowMs = Date.now();
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === null) {
    nowMs = Date.now();
    timer = window.setInterval(tick, EVERY_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    window.clearInterval(timer);
    timer = null;
  };
}

/** Milliseconds since the Unix epoch, at most 20 s old. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs);
