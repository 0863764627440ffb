/**
 * All views of a tab: the ticket list, the chats, the statistics.
 *
 * Owns: which frame goes to which view. It is loaded beside the handshake and not with the first bundle, because nothing can be
 * shown before a daemon has answered.
 */
import type { CacheStats } from '../protocol/records.ts';
import type { ChatPatch, StaleViews, StatsFrame, TicketsPatch } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import { createChats, type Chats } from './chats.ts';
import type { TicketsState } from './client.ts';
import type { Environment } from './env.ts';
import type { Source } from './source.ts';
import { createStatsView } from './stats-view.ts';
import { createTicketsView } from './tickets-view.ts';

/** The views and the wires that the client pulls. */
export interface TabViews {
  readonly tickets: Source<TicketsState>;
  readonly stats: Source<CacheStats | null>;
  readonly chat: Chats['chat'];
  receive(frame: ChatPatch | TicketsPatch | StaleViews | StatsFrame): void;
  /** A session is up: open what is watched. */
  up(): void;
  /** The daemon is gone: what it was asked is void. */
  down(): void;
}

/** Views of which none is open. `isUp` tells whether a daemon is there. */
export function createTabViews(env: Environment, deadlineMs: number, call: Call, isUp: () => boolean): TabViews {
  const chats = createChats(env, deadlineMs, call, isUp);
  const tickets = createTicketsView(env, deadlineMs, call, isUp);
  const stats = createStatsView(env, deadlineMs, call, isUp);
  return {
    tickets: tickets.source,
    stats: stats.source,
    chat: chats.chat,
    receive: (frame) => {
      if (frame.t === 'chat') chats.receive(frame);
      else if (frame.t === 'tickets') tickets.receive(frame);
      else if (frame.t === 'stats') stats.receive(frame);
      else {
        chats.stale(frame.requestIds);
        if (frame.tickets) tickets.live.reopen();
      }
    },
    up: () => {
      tickets.live.up();
      stats.live.up();
      chats.up();
    },
    down: () => {
      tickets.live.down();
      stats.live.down();
      chats.down();
    },
  };
}
