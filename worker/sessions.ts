/**
 * The daemon's record of its tabs.
 *
 * Owns: who is connected, each tab's lease, what it reported, how many frames it has not acknowledged. A tab whose lease is free is
 * gone: closed, crashed or navigated. Does not know chats: views ask it to post.
 */
import type { TabReport } from '../protocol/index.ts';
import { UNACKED_LIMIT } from '../protocol/limits.ts';
import type { Locks } from './env.ts';

/** One connected tab. */
export interface Session {
  readonly tabId: string;
  report: TabReport;
  /** Frames posted and acknowledged so far. */
  sent: number;
  acked: number;
  /** Views that were left out since the tab fell behind; null: it keeps up. */
  behind: Set<string> | null;
}

/** What sessions tell. */
export interface SessionEvents {
  onJoined(session: Session): void;
  onLeft(session: Session): void;
  /** The tab caught up; these views missed patches. */
  onCaughtUp(session: Session, views: readonly string[]): void;
}

/** The tabs. */
export interface Sessions {
  /** Registers a tab and watches its lease. */
  join(tabId: string, lease: string, report: TabReport, post: (frame: string) => void): Session;
  leave(session: Session): void;
  all(): readonly Session[];
  /** Posts a frame. A frame of a view is left out while the tab is behind; the view is opened again later. */
  post(session: Session, frame: string, view?: string): void;
  ack(session: Session, frames: number): void;
  /** How many tabs have been left out at least once. */
  stalled(): number;
  close(): void;
}

/** Creates an empty list of tabs. */
export function createSessions(locks: Pick<Locks, 'whenFree'>, events: SessionEvents): Sessions {
  const sessions = new Map<Session, { readonly post: (frame: string) => void; readonly watch: AbortController }>();
  let stalled = 0;

  const leave = (session: Session): void => {
    const entry = sessions.get(session);
    if (!entry) return;
    sessions.delete(session);
    entry.watch.abort();
    events.onLeft(session);
  };

  return {
    join: (tabId, lease, report, post) => {
      // The same tab again, after its page was thawed: the old record is of no use.
      for (const other of sessions.keys()) if (other.tabId === tabId) leave(other);
      const session: Session = { tabId, report, sent: 0, acked: 0, behind: null };
      const watch = new AbortController();
      sessions.set(session, { post, watch });
      locks.whenFree(lease, watch.signal).then(
        () => leave(session),
        () => undefined,
      );
      events.onJoined(session);
      return session;
    },
    leave,
    all: () => [...sessions.keys()],
    post: (session, frame, view) => {
      const entry = sessions.get(session);
      if (!entry) return;
      if (view !== undefined && session.behind === null && session.sent - session.acked >= UNACKED_LIMIT) {
        session.behind = new Set();
        stalled += 1;
      }
      if (view !== undefined && session.behind) {
        session.behind.add(view);
        return;
      }
      session.sent += 1;
      entry.post(frame);
    },
    ack: (session, frames) => {
      session.acked = Math.max(session.acked, frames);
      if (session.behind === null || session.sent - session.acked >= UNACKED_LIMIT / 2) return;
      const views = [...session.behind];
      session.behind = null;
      events.onCaughtUp(session, views);
    },
    stalled: () => stalled,
    close: () => {
      for (const session of sessions.keys()) leave(session);
    },
  };
}
