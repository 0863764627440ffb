/**
 * Listening to the updates of a user: for a tab, an inspector, a test. Needs no session with the daemon.
 *
 * Owns: the channel, which is loaded when it is first used and closed while the page is in the back/forward cache (a message that
 * arrives there would throw the page out).
 */
import { updatesChannel } from '../protocol/names.ts';
import type { Update } from '../protocol/updates.ts';

/**
 * Calls the listener for every update of that user that any daemon of this origin publishes, from soon after the call until the
 * undo is called. Updates are numbered within an epoch, so a listener can tell that it missed some.
 */
export function observeUpdates(userId: string, listener: (update: Update) => void): () => void {
  let channel: { close(): Promise<void> } | null = null;
  let wanted = 0;

  const open = async (): Promise<void> => {
    const mine = ++wanted;
    const { BroadcastChannel } = await import('broadcast-channel');
    if (mine !== wanted) return;
    const opened = new BroadcastChannel<Update>(updatesChannel(userId), { type: 'native', webWorkerSupport: true });
    opened.onmessage = listener;
    channel = opened;
  };
  const close = (): void => {
    wanted += 1;
    void channel?.close();
    channel = null;
  };
  const show = (event: Event): void => {
    if ((event as PageTransitionEvent).persisted) void open();
  };

  const page: Partial<EventTarget> = globalThis;
  page.addEventListener?.('pagehide', close);
  page.addEventListener?.('pageshow', show);
  void open();
  return () => {
    close();
    page.removeEventListener?.('pagehide', close);
    page.removeEventListener?.('pageshow', show);
  };
}
