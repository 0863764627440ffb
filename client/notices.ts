/**
 * New messages that this tab is to tell its person of.
 *
 * Owns: being ready for them while somebody listens, answering for each, and that this tab never tells one twice. The daemon chooses the tab.
 */
import { NOTICE_STALE_MS, type Notice, type NoticeFrame } from '../protocol/tabs.ts';
import type { Call } from './calls.ts';
import type { LoadedEnvironment } from './env.ts';
import { createLiveView, type LiveView } from './live-view.ts';

/** The notices and the wires that the client pulls. */
export interface NoticeReceiver {
  subscribe(listener: (notices: readonly Notice[]) => void): () => void;
  readonly live: LiveView;
  receive(frame: NoticeFrame): void;
  /** Tells nothing any more. */
  forget(): void;
}

/** Notices that are asked for while somebody listens. */
export function createNoticeReceiver(env: LoadedEnvironment, deadlineMs: number, call: Call, isUp: () => boolean): NoticeReceiver {
  const listeners = new Set<{ readonly tell: (notices: readonly Notice[]) => void }>();
  /** Newest message that was told, by chat: a daemon that was killed between telling and noting it tells it again. */
  const told = new Map<string, number>();
  let over = false;
  const live = createLiveView(env, deadlineMs, isUp, {
    open: async () => void (await call('watchNotices', { watching: true })),
    close: () => {
      if (isUp()) void call('watchNotices', { watching: false }).catch(() => undefined);
    },
    onFailure: () => undefined,
  });
  return {
    live,
    subscribe: (tell) => {
      const entry = { tell };
      listeners.add(entry);
      if (listeners.size === 1) live.use(true);
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) live.use(false);
      };
    },
    receive: ({ number, at, notices }) => {
      // This tab slept: another one was told meanwhile.
      if (over || Math.abs(env.later.wallTime() - at) > NOTICE_STALE_MS) return;
      void call('noticed', { number }).catch(() => undefined);
      const fresh = notices.filter(({ requestId, sequence }) => told.get(requestId) !== sequence);
      for (const { requestId, sequence } of fresh) told.set(requestId, sequence);
      if (fresh.length > 0) for (const { tell } of [...listeners]) tell(fresh);
    },
    forget: () => {
      over = true;
      told.clear();
    },
  };
}
