/**
 * A line that can be used before it is known where it leads.
 *
 * Owns: what is posted until then, in order. Does not know what carries it afterwards.
 */
import type { Line } from '../line.ts';

/** What a line is bound to: a port or a channel. */
export type Carrier = Pick<Line, 'postMessage' | 'close'> & {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  start?(): void;
};

/** A line without an end, as yet. */
export interface LateLine {
  readonly line: Line;
  /** Binds it, once; what was posted so far goes first. Closing the line closes the carrier. */
  bind(carrier: Carrier): void;
  isBound(): boolean;
}

/** Creates a line that keeps what is posted until it is bound. */
export function lateLine(): LateLine {
  const listeners = new Set<(event: MessageEvent) => void>();
  let waiting: unknown[] = [];
  let carrier: Carrier | null = null;
  let closed = false;

  const line = {
    postMessage: (message: unknown) => {
      if (closed) return;
      if (carrier) carrier.postMessage(message);
      else waiting.push(message);
    },
    addEventListener: (_type: string, listener: (event: MessageEvent) => void) => void listeners.add(listener),
    removeEventListener: (_type: string, listener: (event: MessageEvent) => void) => void listeners.delete(listener),
    start: () => undefined,
    close: () => {
      closed = true;
      waiting = [];
      listeners.clear();
      carrier?.close();
    },
  } as Line;
  return {
    line,
    bind: (to) => {
      carrier = to;
      to.addEventListener('message', (event) => {
        for (const listener of [...listeners]) listener(event);
      });
      to.start?.();
      for (const message of waiting.splice(0)) to.postMessage(message);
    },
    isBound: () => carrier !== null,
  };
}
