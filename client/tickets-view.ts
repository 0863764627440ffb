/**
 * The ticket list of a tab.
 *
 * Owns: its order and versions. Does not know what a ticket means.
 */
import type { CachedTicket } from '../protocol/records.ts';
import type { TicketsPatch, TicketsSnapshot } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import type { TicketsState } from './api/tickets.ts';
import { NO_TICKETS } from './empty-states.ts';
import type { Environment } from './env.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import { createSource, type Source } from './source.ts';

/** Newest activity first; equal ones by id, so that the order never depends on arrival. */
export function sortTickets(tickets: readonly CachedTicket[]): readonly CachedTicket[] {
  return tickets
    .map((ticket) => ({ ticket, at: Date.parse(ticket.lastMessageAt ?? ticket.createdAt) }))
    .sort((a, b) => b.at - a.at || (a.ticket.id < b.ticket.id ? -1 : 1))
    .map(({ ticket }) => ticket);
}

/** The list with changes applied and sorted. */
function applyTickets(
  tickets: readonly CachedTicket[],
  upserts: readonly CachedTicket[],
  removals: readonly string[],
): readonly CachedTicket[] {
  if (upserts.length === 0 && removals.length === 0) return tickets;
  const gone = new Set([...removals, ...upserts.map((ticket) => ticket.id)]);
  return sortTickets([...tickets.filter((ticket) => !gone.has(ticket.id)), ...upserts]);
}

/** The ticket list and the wires that the client pulls. */
export interface TicketsView {
  readonly source: Source<TicketsState>;
  readonly live: LiveView;
  receive(patch: TicketsPatch): void;
  /** Shows nothing any more. */
  forget(): void;
}

/** A list that opens when somebody subscribes. */
export function createTicketsView(env: Environment, deadlineMs: number, call: Call, isUp: () => boolean): TicketsView {
  let version = 0;
  let state = NO_TICKETS;
  /** Patches that arrive before the answer to an opening under way. */
  let early: TicketsPatch[] | null = null;

  const receive = (patch: TicketsPatch): void => {
    if (early) return void early.push(patch);
    if (!state.ready || patch.version <= version) return;
    if (patch.version !== version + 1) return live.reopen();
    version = patch.version;
    const tickets = applyTickets(state.tickets, patch.upserts, patch.removals);
    if (tickets !== state.tickets) set({ ready: true, tickets });
  };
  const set = (next: TicketsState): void => {
    state = next;
    source.touch();
  };
  const live = createLiveView(env, deadlineMs, isUp, {
    open: async (isCurrent) => {
      early = [];
      const snapshot = JSON.parse(await call('openTickets', {})) as TicketsSnapshot;
      if (!isCurrent()) return;
      const missed = early;
      early = null;
      version = snapshot.version;
      set({ ready: true, tickets: sortTickets(snapshot.tickets) });
      for (const patch of missed) receive(patch);
    },
    close: () => {
      early = null;
      set(NO_TICKETS);
      if (isUp()) void call('closeTickets', {}).catch(() => undefined);
    },
    onFailure: () => (early = null),
  });
  const source = createSource(() => state, live.use);
  return { source, live, receive, forget: () => set(NO_TICKETS) };
}
