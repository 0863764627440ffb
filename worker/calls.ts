/**
 * The calls of one tab, each turned into what the parts do.
 *
 * Owns: nothing but the translation. Inputs were checked before they come here.
 */
import type { CallHandlers, LateInputs, Window } from '../protocol/index.ts';
import type { Parts } from './parts.ts';
import type { Session } from './sessions.ts';

/** Calls of a tab that has said hello; late ones are answered by the parts that load when used. */
export type SessionCalls = Omit<CallHandlers, 'hello' | keyof LateInputs>;

/** How often opening a chat is written down. */
const ACCESS_MS = 60_000;

/** The calls of a session. */
export function createCalls(parts: Parts, session: Session, clock: { now(): number }): SessionCalls {
  const { views, book, engine, pages, outbox, readMarks, sessions } = parts;

  const noteAccess = (requestId: string): void => {
    const now = clock.now();
    // A chat that was never synced is not worth a record.
    if ((book.get(requestId)?.history.floor ?? 0) === 0) return;
    book.touch(requestId, (meta) => (now - meta.lastAccessedAt < ACCESS_MS ? meta : { ...meta, lastAccessedAt: now }));
  };

  /** How many times the tab closed each chat. */
  const closed = new Map<string, number>();
  /** What an answer that is being made has it watch: not a chat that it has closed by then, and nothing once it is gone. */
  const watching = (requestId: string): ((window: Window) => void) => {
    const before = closed.get(requestId);
    return (window) => {
      if (closed.get(requestId) === before && sessions.all().includes(session)) views.watch(session, requestId, window);
    };
  };

  const calls: SessionCalls = {
    bye: () => {
      sessions.leave(session);
      return null;
    },
    report: (report) => {
      const woke = (report.online && !session.report.online) || (report.visible && !session.report.visible);
      session.report = report;
      parts.tabs.loaded()?.changed();
      if (!woke) return null;
      parts.expiry.look();
      parts.push.wake();
      parts.executor.wake(true);
      parts.media.loaded()?.wake(false);
      return null;
    },
    ack: ({ frames }) => {
      sessions.ack(session, frames);
      return null;
    },
    ping: () => null,
    openTickets: () => {
      views.watchTickets(session, true);
      return views.ticketsSnapshot();
    },
    closeTickets: () => {
      views.watchTickets(session, false);
      return null;
    },
    openChat: async ({ requestId, anchor, limit }) => {
      // A snapshot that is kept may be of the time before.
      parts.expiry.look(requestId);
      const key = anchor === 'newest' ? `newest ${limit}` : null;
      const kept = key === null ? undefined : views.kept(requestId, key);
      if (kept) {
        parts.cacheUse.asked((book.get(requestId)?.history.floor ?? 0) > 0);
        views.watch(session, requestId, kept.window);
        return kept.text;
      }
      const watch = watching(requestId);
      const { window, hit } = await pages.place(requestId, anchor, limit);
      parts.cacheUse.asked(hit);
      watch(window);
      noteAccess(requestId);
      return views.snapshot(requestId, key ?? `${anchor} ${limit}`, () => pages.snapshot(requestId, window)).text;
    },
    closeChat: ({ requestId }) => {
      closed.set(requestId, (closed.get(requestId) ?? 0) + 1);
      views.unwatch(session, requestId);
      return null;
    },
    loadPage: async ({ requestId, direction, gap, limit, ...bounds }) => {
      const window: Window = { lo: bounds.lo, hi: bounds.hi, tail: bounds.tail };
      const watch = watching(requestId);
      const page = await pages.load(requestId, { direction, window, gap, limit });
      watch(page.window);
      return JSON.stringify(page);
    },
    syncChat: ({ requestId }) => {
      engine.cell(requestId).current = false;
      engine.allow(requestId);
      return null;
    },
    send: (draft) => outbox.send(draft),
    markRead: ({ requestId, upToSequence }) => {
      readMarks.mark(requestId, upToSequence);
      return null;
    },
    saveDraft: async ({ requestId, text }) => {
      await parts.drafts.save(requestId, text, session.tabId);
      return null;
    },
    giveToken: ({ requestNumber, token }) => {
      parts.tokens.answer(session, requestNumber, token);
      return null;
    },
  };
  return calls;
}
