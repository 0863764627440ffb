/**
 * Of which messages a person still has to be told. Pure.
 *
 * Owns: the rule. A mark says up to where somebody was told, or had read; a ticket says how things stand. Both the head and the unread count
 * have to be above the mark's: own messages raise the head alone, and an estimate that is corrected raises the count alone. The two do not
 * come together: a pushed message raises the count before its ticket raises the head, and after a missed one it is the other way round.
 */
import type { CachedTicket, NoticeMark } from '../../protocol/index.ts';

/** What of a ticket counts. */
export type TicketState = Pick<CachedTicket, 'headSequence' | 'unreadCount' | 'lastReadSequence'>;

/** Everything about a ticket was told. */
export const markOf = ({ headSequence, unreadCount, lastReadSequence }: TicketState): NoticeMark => ({ head: headSequence, unread: unreadCount, read: lastReadSequence });

/** The mark as it follows from what was read, or taken back by the server, since; and how many messages are to be told of. */
export function compareMark(mark: NoticeMark, ticket: TicketState): { readonly mark: NoticeMark; readonly count: number } {
  const { headSequence, unreadCount, lastReadSequence } = ticket;
  // Read up to the end; or the server was set back and counts again from there.
  if (lastReadSequence >= headSequence || headSequence < mark.head) return { mark: markOf(ticket), count: 0 };
  // Of what was told at most this is still unread; the rest of what is unread came after it.
  const base = Math.min(mark.unread, unreadCount, Math.max(0, mark.head - lastReadSequence));
  const next = base === mark.unread && lastReadSequence === mark.read ? mark : { head: mark.head, unread: base, read: lastReadSequence };
  // What is unread may be an estimate, which is never too low; no more than this came since.
  return { mark: next, count: headSequence > mark.head ? Math.min(unreadCount - base, headSequence - mark.head) : 0 };
}
