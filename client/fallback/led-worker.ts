/**
 * The dedicated worker of a leader.
 *
 * Owns: the worker, and whether it was ever heard. It dies with the page, without a word.
 */

/** A worker that this tab hosts. */
export interface LedWorker {
  /** This tab's own port to it. */
  openPort(): MessagePort;
  /** Anything came from it. */
  wasHeard(): boolean;
  /** Ends it at once, hung or not. Idempotent. */
  end(): void;
}

/** Starts the worker. `onFailed` is called when it cannot run; what goes wrong in a worker that was heard is its own affair. */
export function startLedWorker(create: () => Worker, onFailed: () => void): LedWorker {
  const worker = create();
  let heard = false;
  worker.addEventListener('error', () => {
    if (!heard) onFailed();
  });
  return {
    openPort: () => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => (heard = true), { once: true });
      worker.postMessage(null, [port2]);
      return port1;
    },
    wasHeard: () => heard,
    end: () => worker.terminate(),
  };
}
