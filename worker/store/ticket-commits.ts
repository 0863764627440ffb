/** Writes of the ticket list on their way to the committer; those that wait together become one. */
import type { CachedTicket } from '../../protocol/index.ts';
import type { Write } from './committer.ts';

/** A change of the list. `cursor` null: it stays. */
export interface TicketCommit {
  readonly upserts: readonly CachedTicket[];
  readonly removals: readonly string[];
  readonly cursor: string | null;
}

/** Both changes as one; `later` was made after `earlier`. */
export function joinTicketCommits(earlier: TicketCommit, later: TicketCommit): TicketCommit {
  const replaced = new Set([...later.upserts.map((ticket) => ticket.id), ...later.removals]);
  const restored = new Set(later.upserts.map((ticket) => ticket.id));
  return {
    upserts: [...earlier.upserts.filter((ticket) => !replaced.has(ticket.id)), ...later.upserts],
    removals: [...earlier.removals.filter((id) => !restored.has(id)), ...later.removals],
    cursor: later.cursor ?? earlier.cursor,
  };
}

/** The write of a change, which joins with others while it waits. */
export function ticketCommit(commit: TicketCommit): Write {
  return {
    key: 'tickets',
    payload: commit,
    join: (later) => ticketCommit(joinTicketCommits(commit, later.payload as TicketCommit)),
    stores: ['tickets', 'ticket_meta'],
    rows: commit.upserts.length + commit.removals.length,
    durability: 'relaxed',
    work: async (tx) => {
      for (const id of commit.removals) void tx.delete('tickets', id);
      for (const ticket of commit.upserts) void tx.put('tickets', ticket);
      if (commit.cursor !== null) await tx.put('ticket_meta', { key: 'cursor', value: commit.cursor });
    },
  };
}
