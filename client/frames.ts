/**
 * The daemon's frames on a port: parsed, counted, acknowledged.
 *
 * Owns: the count of this connection. Does not know what frames mean. Frames are strings; objects on the same port are
 * Comlink's. A port gives no backpressure, so the daemon stops posting to a tab that does not acknowledge.
 */
import { ACK_EVERY } from '../protocol/limits.ts';
import type { DaemonFrame } from '../protocol/views.ts';
import type { Clock, Timers } from './env.ts';
import type { Line } from './line.ts';

/** Longest wait before fewer than {@link ACK_EVERY} frames are acknowledged. One timer per burst, none per frame. */
const ACK_IDLE_MS = 1_000;

/** Frames being received. */
export interface FrameReceiver {
  /** When the daemon was last heard, frame or answer, by the monotonic clock. */
  heardAt(): number;
  /** Idempotent. */
  close(): void;
}

/** Receives frames until closed. `acknowledge` is given the count of all frames so far. */
export function receiveFrames(
  port: Line,
  env: { readonly clock: Clock; readonly timers: Timers },
  onFrame: (frame: DaemonFrame) => void,
  acknowledge: (frames: number) => void,
): FrameReceiver {
  let received = 0;
  let acknowledged = 0;
  let heardAt = env.clock.now();
  let cancelTimer: (() => void) | null = null;

  const acknowledgeNow = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (received === acknowledged) return;
    acknowledged = received;
    acknowledge(received);
  };
  const onMessage = (event: MessageEvent): void => {
    heardAt = env.clock.now();
    if (typeof event.data !== 'string') return;
    received += 1;
    if (received - acknowledged >= ACK_EVERY) acknowledgeNow();
    else cancelTimer ??= env.timers.after(ACK_IDLE_MS, acknowledgeNow);
    onFrame(JSON.parse(event.data) as DaemonFrame);
  };
  port.addEventListener('message', onMessage);
  port.start();

  return {
    heardAt: () => heardAt,
    close: () => {
      port.removeEventListener('message', onMessage);
      cancelTimer?.();
      cancelTimer = null;
    },
  };
}
