/**
 * The side of the tabs: who is connected, what they watch, and the token that one of them gives.
 *
 * Owns: who is told when a tab comes, leaves, catches up or looks elsewhere.
 */
import type { ChatMeta } from '../../protocol/index.ts';
import { chatMeta } from '../chat-meta.ts';
import type { Parts, PartsSetup } from '../parts.ts';
import { createRowMemory } from '../row-memory.ts';
import { createSessions, type Session, type Sessions } from '../sessions.ts';
import type { Interest } from '../sync/engine.ts';
import { createTokenSource, type TokenSource } from '../tokens.ts';
import { createViews, OUTBOX, TICKETS, type Views } from '../views.ts';

/** The tabs' side. */
export interface TabParts {
  readonly sessions: Sessions;
  readonly views: Views;
  readonly tokens: TokenSource;
  readonly interest: Interest;
  /** The connected tabs, the one in focus first. */
  byUrgency(): Session[];
  /** A chat's meta, as tabs see it. */
  meta(requestId: string): ChatMeta;
}

const urgencyOf = ({ report }: Session): number => (report.focused ? 3 : report.visible ? 2 : 1);

/** Creates the tabs' side; `parts` is read when something happens, never before all are there. */
export function wireTabs({ env, journal }: PartsSetup, parts: Parts): TabParts {
  const { clock, timers } = env;
  const { announce, hostChanged } = parts;
  const sessions = createSessions(env.locks, {
    onJoined: () => {
      hostChanged(true);
      parts.push.wake();
      // It may have the token that no other tab had.
      parts.executor.wake();
      parts.media.loaded()?.wake(false);
    },
    onLeft: (session) => {
      journal.note('left', { tabId: session.tabId });
      views.drop(session);
      parts.media.loaded()?.drop(session);
      tokens.left(session);
      hostChanged();
    },
    onCaughtUp: (session, missed) => {
      const requestIds = missed.filter((view) => !view.startsWith('@'));
      sessions.post(session, JSON.stringify({ t: 'stale', requestIds, tickets: missed.includes(TICKETS), outbox: missed.includes(OUTBOX) }));
      parts.media.loaded()?.again(session, missed);
      parts.tabs.loaded()?.again(session, missed);
    },
  });
  const byUrgency = (): Session[] => [...sessions.all()].sort((a, b) => urgencyOf(b) - urgencyOf(a));
  const tokens = createTokenSource({
    timers,
    candidates: byUrgency,
    ask: (session, requestNumber, rejected) => sessions.post(session, JSON.stringify({ t: 'token', requestNumber, rejected })),
    onNeed: (needed) => {
      hostChanged();
      if (!needed) parts.executor.wake();
    },
  });
  const meta = (requestId: string): ChatMeta => {
    const { book, engine, outbox, drafts, unreadOf, headOf } = parts;
    const model = book.open(requestId);
    return chatMeta(model, engine.cell(requestId), { lane: outbox.laneState(requestId), unread: unreadOf(model), head: headOf(requestId), draft: drafts.by(requestId), now: clock.now() });
  };
  const rowMemory = createRowMemory((requestId) => parts.book.unload(requestId));
  const views = createViews({
    sessions,
    timers,
    meta,
    tickets: () => parts.tickets.all(),
    onTickets: announce.tickets,
    onInterest: (requestId) => {
      rowMemory.note(requestId, views.watchers(requestId).length > 0);
      parts.engine.want(requestId);
      parts.tabs.loaded()?.changed();
    },
  });
  const interest: Interest = {
    urgency: (requestId) => Math.max(0, ...views.watchers(requestId).map(urgencyOf)),
    shown: (requestId) => views.shown(requestId),
  };
  return { sessions, views, tokens, interest, byUrgency, meta };
}
