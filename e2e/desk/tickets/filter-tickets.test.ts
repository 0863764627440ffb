import { describe, expect, test } from 'vitest';
import type { CachedTicket } from 'tabcached';
import { filterTickets, totalUnread, type TicketQuery } from './filter-tickets.ts';

const person = (username: string, fullName: string | null) => ({ id: username, username, fullName, isTechnician: false });
const ticket = (id: string, subject: string, more: Partial<CachedTicket> = {}): CachedTicket =>
  ({ id, subject, requester: null, technician: null, technicianId: null, unreadCount: 0, ...more }) as CachedTicket;

const tickets = [
  ticket('1', 'Printer on fire', { requester: person('zoe', 'Zoë Müller'), unreadCount: 2 }),
  ticket('2', 'VPN drops', { requester: person('bob', null), technician: person('ada', 'Ada Lovelace'), technicianId: 'ada' }),
  ticket('3', 'Printer paper', { unreadCount: 1, technicianId: 'ada' }),
];
const query: TicketQuery = { text: '', scope: 'all', userId: 'ada', opened: null };
const ids = (more: Partial<TicketQuery>): string => filterTickets(tickets, { ...query, ...more }).map((each) => each.id).join('');

describe('filter', () => {
  test('without a question the list keeps its reference', () => {
    expect(filterTickets(tickets, { ...query, text: '  ' })).toBe(tickets);
  });

  test.each([
    ['PRINTER', '13'],
    ['fire printer', '1'],
    ['zoe muller', '1'],
    ['bob', '2'],
    ['lovelace vpn', '2'],
    ['nothing like it', ''],
  ])('text %s', (text, expected) => {
    expect(ids({ text })).toBe(expected);
  });

  test('scopes', () => {
    expect(ids({ scope: 'unread' })).toBe('13');
    expect(ids({ scope: 'mine' })).toBe('23');
  });

  test('the opened ticket stays under a scope, but not against the text', () => {
    expect(ids({ scope: 'unread', opened: '2' })).toBe('123');
    expect(ids({ scope: 'unread', opened: '2', text: 'printer' })).toBe('13');
  });

  test('unread messages are counted over all', () => {
    expect(totalUnread(tickets)).toBe(3);
  });
});
