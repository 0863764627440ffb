/**
 * The broadcast port over the `broadcast-channel` package.
 *
 * Owns: one channel. What cannot be broadcast is logged and dropped: updates are a courtesy, and their numbers show the loss.
 */
import { BroadcastChannel } from 'broadcast-channel';
import type { Broadcast, Log } from './env.ts';

/** Opens a channel. Where the browser has none, nothing is posted. */
export function openBroadcast(name: string, log: Log): Broadcast {
  const failed = (error: unknown): void => log.warn('broadcast failed', { name, error: String(error) });
  let channel: BroadcastChannel | null = null;
  try {
    channel = new BroadcastChannel(name, { type: 'native', webWorkerSupport: true });
  } catch (error) {
    failed(error);
  }
  return {
    post: (message) => void channel?.postMessage(message).catch(failed),
    close: () => {
      void channel?.close().catch(failed);
      channel = null;
    },
  };
}
