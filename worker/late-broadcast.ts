/**
 * A broadcast whose code loads when the first message is posted.
 *
 * Owns: the order of messages, and keeping the first ones until the code is there. Does not know what carries them.
 */
import type { Broadcast, Log } from './env.ts';

/** Messages kept while the code does not load; the oldest go first. Whoever listens sees by their numbers that some are missing. */
const KEPT = 1_000;

/** Opens with what `load` resolves with; asked again at the next message when it rejects. */
export function lateBroadcast(load: () => Promise<Broadcast>, log: Log): Broadcast {
  let channel: Broadcast | null = null;
  let loading = false;
  let closed = false;
  let waiting: unknown[] = [];

  const open = async (): Promise<void> => {
    loading = true;
    try {
      channel = await load();
      for (const message of waiting.splice(0)) channel.post(message);
      if (closed) channel.close();
    } catch (error) {
      log.warn('updates not published', { error: String(error) });
    } finally {
      loading = false;
    }
  };
  return {
    post: (message) => {
      if (closed) return;
      if (channel) return channel.post(message);
      waiting = [...waiting.slice(1 - KEPT), message];
      if (!loading) void open();
    },
    close: () => {
      closed = true;
      channel?.close();
    },
  };
}
