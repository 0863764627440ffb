/**
 * The body of an answer that brings a file: in parts, which take their time, and which may be others than they should be.
 *
 * Owns: what a reader gets, and when. Like that of the HTTP backend it cannot stall for ever.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';

/** What is wrong with a body. `at`: after so many bytes of it. */
export type BodyFault =
  /** A byte is another one. */
  | { readonly kind: 'wrong'; readonly at: number }
  /** More comes than was announced. */
  | { readonly kind: 'longer'; readonly bytes: number }
  /** The connection breaks; or the body ends too early, as if that were all. */
  | { readonly kind: 'cut' | 'ended'; readonly at: number }
  /** Nothing comes any more. */
  | { readonly kind: 'held'; readonly at: number }
  /** Every part takes that long. */
  | { readonly kind: 'slow'; readonly ms: number };

/** What a body is made with. */
export interface MediaBodySetup {
  readonly time: VirtualTime;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fault: BodyFault | null;
  readonly partBytes: number;
  readonly partMs: number;
  readonly signal: AbortSignal;
  /** Did the network break since the answer came? */
  isBroken(): boolean;
  /** Does its reader still live? */
  isAlive(): boolean;
  onBoundary(): void;
  /** Nothing more comes of it. Called once. */
  onEnd(): void;
}

/** A part that does not come is given up after so long. */
const STALL_MS = 15_000;

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** The bytes as they arrive. */
function arriving(bytes: Uint8Array<ArrayBuffer>, fault: BodyFault | null): Uint8Array<ArrayBuffer> {
  if (fault?.kind === 'wrong' && bytes.length > 0) {
    const wrong = bytes.slice();
    const at = fault.at % bytes.length;
    wrong[at] = (wrong[at] as number) ^ 1;
    return wrong;
  }
  if (fault?.kind !== 'longer') return bytes;
  const longer = new Uint8Array(bytes.length + fault.bytes);
  longer.set(bytes);
  return longer;
}

/** A body; only what the daemon uses of a stream. */
export function mediaBody(setup: MediaBodySetup): ReadableStream<Uint8Array> {
  const { time, fault, signal } = setup;
  const bytes = arriving(setup.bytes, fault);
  let at = 0;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    setup.onEnd();
  };
  const fail = (error: unknown): never => {
    end();
    throw error;
  };
  const stopsAt = fault && 'at' in fault && fault.kind !== 'wrong' ? Math.min(fault.at, bytes.length) : bytes.length;

  const next = async (): Promise<{ done: boolean; value: Uint8Array | undefined }> => {
    const ms = fault?.kind === 'slow' ? fault.ms : setup.partMs;
    if (ms > 0) await new Promise<void>((resolve) => void time.timers.after(ms, resolve));
    setup.onBoundary();
    if (!setup.isAlive()) return never();
    if (ended) return { done: true, value: undefined };
    if (setup.isBroken()) return fail(new TabcachedError('OFFLINE'));
    const upTo = Math.min(at + setup.partBytes, stopsAt);
    if (upTo > at) {
      const value = bytes.slice(at, upTo);
      at = upTo;
      return { done: false, value };
    }
    if (at === bytes.length || fault?.kind === 'ended') {
      end();
      return { done: true, value: undefined };
    }
    if (fault?.kind === 'cut') return fail(new TabcachedError('OFFLINE'));
    await new Promise<void>((resolve) => void time.timers.after(STALL_MS, resolve));
    if (!setup.isAlive()) return never();
    return fail(new TabcachedError('TIMEOUT'));
  };

  const read = (): Promise<{ done: boolean; value: Uint8Array | undefined }> =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        end();
        if (setup.isAlive()) reject(new TabcachedError('CANCELLED'));
      };
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop, { once: true });
      next()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', stop));
    });
  const cancel = async (): Promise<void> => end();
  signal.addEventListener('abort', end, { once: true });
  return { getReader: () => ({ read, cancel }), cancel } as unknown as ReadableStream<Uint8Array>;
}
