/**
 * A call of which only the newest value counts: typing, scrolling.
 *
 * Owns: one call at a time, and that the value that waits goes out after it, or at once when the page goes away. Does not know what it says.
 */

/** See the head of the file. */
export interface NewestCall<T> {
  /** The value before that waits is joined with this one. Resolves or rejects with the call that carries it. */
  set(value: T): Promise<void>;
  /** Posts what waits without waiting for the call under way. */
  flush(): void;
}

/** Creates it; `join` puts a waiting value and a newer one together. */
export function newestCall<T>(send: (value: T) => Promise<unknown>, join: (waiting: T, next: T) => T = (_, next) => next): NewestCall<T> {
  let waiting: { value: T; settle: (sent: Promise<unknown>) => void; readonly sent: Promise<void> } | null = null;
  let running = 0;

  const flush = (): void => {
    const next = waiting;
    if (!next) return;
    waiting = null;
    running += 1;
    const done = (): void => {
      running -= 1;
      if (running === 0) flush();
    };
    const sent = send(next.value);
    sent.then(done, done);
    next.settle(sent);
  };

  return {
    set: (value) => {
      if (waiting) waiting.value = join(waiting.value, value);
      else {
        let settle!: (sent: Promise<unknown>) => void;
        const sent = new Promise<void>((resolve, reject) => {
          settle = (call) => void call.then(() => resolve(), reject);
        });
        waiting = { value, settle, sent };
      }
      const { sent } = waiting;
      // Posted before this returns, so that a tab closed right after has sent it.
      if (running === 0) flush();
      return sent;
    },
    flush,
  };
}
