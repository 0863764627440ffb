/** Which tickets the list shows. Pure. */
import type { CachedTicket } from 'tabcached';
import { nameOf } from '../people/person-text.ts';

/** Whose or which tickets: all, those with unread messages, those assigned to the person who looks. */
export type Scope = 'all' | 'unread' | 'mine';

/** What is asked for. */
export interface TicketQuery {
  /** Words that must all occur in subject or people, in any case and order. */
  readonly text: string;
  readonly scope: Scope;
  readonly userId: string;
  /** The opened ticket stays in the list under every scope: reading it would otherwise make it vanish. */
  readonly opened: string | null;
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{Mark}/gu, '').toLowerCase();

function inScope(ticket: CachedTicket, { scope, userId, opened }: TicketQuery): boolean {
  if (scope === 'all' || ticket.id === opened) return true;
  return scope === 'unread' ? ticket.unreadCount > 0 : ticket.technicianId === userId;
}

/** The tickets asked for, in the order given; the same reference when that is all. */
export function filterTickets(tickets: readonly CachedTicket[], query: TicketQuery): readonly CachedTicket[] {
  const words = fold(query.text).split(/\s+/u).filter((word) => word !== '');
  if (words.length === 0 && query.scope === 'all') return tickets;
  return tickets.filter((ticket) => {
    if (!inScope(ticket, query)) return false;
    if (words.length === 0) return true;
    const people = [ticket.requester, ticket.technician].map((person) => (person ? `${nameOf(person)} ${person.username}` : ''));
    const haystack = fold([ticket.subject, ...people].join(' '));
    return words.every((word) => haystack.includes(word));
  });
}

/** Unread messages in all tickets. */
export const totalUnread = (tickets: readonly CachedTicket[]): number => tickets.reduce((sum, ticket) => sum + ticket.unreadCount, 0);
