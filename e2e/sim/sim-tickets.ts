/**
 * The ticket list of a tab of a simulation: a snapshot, and the patches that follow it.
 *
 * Owns: versions; a jump asks for a new snapshot. Does not know chats.
 */
import type { CachedTicket, TicketsPatch, TicketsSnapshot } from '../../protocol/index.ts';

/** The list. */
export interface SimTickets {
  shown(): ReadonlyMap<string, CachedTicket>;
  /** Asks for a snapshot. What comes of an older question, or of a daemon before, counts no more. */
  open(): void;
  patch(patch: TicketsPatch): void;
  /** The daemon died: what it still answers counts no more. What is shown stays. */
  down(): void;
}

/** Nothing is shown yet. `ask` answers the daemon's snapshot as text. */
export function createSimTickets(ask: () => Promise<string>): SimTickets {
  let tickets = new Map<string, CachedTicket>();
  let version = 0;
  let opening = false;
  let early: TicketsPatch[] = [];
  let epoch = 0;

  const open = (): void => {
    const mine = epoch;
    opening = true;
    early = [];
    ask().then(
      (text) => {
        if (mine !== epoch) return;
        const snapshot = JSON.parse(text) as TicketsSnapshot;
        tickets = new Map(snapshot.tickets.map((ticket) => [ticket.id, ticket]));
        version = snapshot.version;
        opening = false;
        for (const patched of early) patch(patched);
      },
      () => undefined,
    );
  };

  const patch = (next: TicketsPatch): void => {
    if (opening) return void early.push(next);
    if (next.version <= version) return;
    if (next.version !== version + 1) return open();
    version = next.version;
    for (const ticket of next.upserts) tickets.set(ticket.id, ticket);
    for (const removed of next.removals) tickets.delete(removed);
  };

  return {
    shown: () => tickets,
    open,
    patch,
    down: () => {
      epoch += 1;
    },
  };
}
