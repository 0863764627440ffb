/**
 * A value that changes, for many readers.
 *
 * Owns: when readers are told: once in a microtask, however often the value was touched before it ran. The value is computed when
 * somebody looks, and its reference stays until it is touched again. Does not know what the value means.
 */
import type { Readable } from './api/readable.ts';

/** A readable and the means to touch it. */
export interface Source<T> extends Readable<T> {
  /** The value may have changed. */
  touch(): void;
}

/** A source whose value is `compute(previous)`; returning `previous` keeps the reference. `onUse` hears of first and last readers. */
export function createSource<T>(compute: (previous: T | null) => T, onUse: (used: boolean) => void = () => undefined): Source<T> {
  const listeners = new Set<{ readonly notify: () => void }>();
  let value: T | null = null;
  let touched = true;
  let scheduled = false;

  const getSnapshot = (): T => {
    if (touched) {
      touched = false;
      value = compute(value);
    }
    return value as T;
  };
  const notifyAll = (): void => {
    scheduled = false;
    for (const { notify } of [...listeners]) {
      try {
        notify();
      } catch (thrown) {
        // One reader's defect is reported by the page, and is nobody else's.
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
  };
  return {
    getSnapshot,
    subscribe: (notify) => {
      const entry = { notify };
      listeners.add(entry);
      if (listeners.size === 1) onUse(true);
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) onUse(false);
      };
    },
    touch: () => {
      touched = true;
      if (scheduled || listeners.size === 0) return;
      scheduled = true;
      // A promise's job is cheaper than `queueMicrotask`, which goes through the page.
      void Promise.resolve().then(notifyAll);
    },
  };
}
