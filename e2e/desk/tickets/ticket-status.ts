/** The statuses of the reference server's tickets, by `statusId`. Pure. */

/** A status as the desk shows it. `tone` picks its colour. */
export interface TicketStatus {
  readonly id: number;
  readonly name: string;
  readonly tone: 'open' | 'waiting' | 'solved' | 'done';
}

/** All statuses, in the order of a ticket's life. */
export const TICKET_STATUSES: readonly TicketStatus[] = [
  { id: 1, name: 'Open', tone: 'open' },
  { id: 2, name: 'Pending', tone: 'waiting' },
  { id: 3, name: 'Solved', tone: 'solved' },
  { id: 4, name: 'Closed', tone: 'done' },
];

/** A closed ticket takes no more messages. */
export const isClosed = (id: number): boolean => id === 4;

/** The status of an id; one that the desk does not know is named by its number. */
export const ticketStatus = (id: number): TicketStatus =>
  TICKET_STATUSES.find((status) => status.id === id) ?? { id, name: `Status ${id}`, tone: 'waiting' };
