/** One ticket of the list: a link with what an agent needs to choose the next one. */
import { memo, type ReactNode } from 'react';
import type { CachedTicket } from 'tabcached';
import { nameOf } from '../people/person-text.ts';
import { linkTo } from '../routing/use-place.ts';
import { fullText, relativeText } from '../time/time-text.ts';
import { ticketStatus } from './ticket-status.ts';

/** What a link needs. Everything but the ticket is of a plain type, so that an unchanged link is not rendered again. */
export interface TicketLinkProps {
  readonly ticket: CachedTicket;
  readonly as: string;
  readonly userId: string;
  readonly opened: boolean;
  /** A message of it was refused, and waits for a person's decision. */
  readonly blocked: boolean;
  /** The one link that the Tab key reaches. */
  readonly current: boolean;
  readonly nowMs: number;
  onFocus(id: string): void;
}

/** Whom the person who looks talks with. */
function otherSide({ requesterId, requester, technician }: CachedTicket, userId: string): string {
  if (requesterId !== userId) return nameOf(requester);
  return technician ? nameOf(technician) : 'Not assigned yet';
}

/** See the file. */
export const TicketLink = memo(function TicketLink({ ticket, as, userId, opened, blocked, current, nowMs, onFocus }: TicketLinkProps): ReactNode {
  const { id, subject, unreadCount, lastMessagePreview } = ticket;
  const link = linkTo({ as, ticket: id });
  const status = ticketStatus(ticket.statusId);
  const activeAt = ticket.lastMessageAt ?? ticket.createdAt;
  const activeAtMs = Date.parse(activeAt);
  return (
    <a
      className="ticket"
      href={link.href}
      onClick={link.onClick}
      data-request-id={id}
      data-unread={unreadCount > 0}
      data-done={status.tone === 'done'}
      aria-current={opened ? 'page' : undefined}
      tabIndex={current ? 0 : -1}
      onFocus={() => onFocus(id)}
    >
      <span className="ticket__subject">{subject}</span>
      <time className="ticket__time" dateTime={activeAt} title={fullText(activeAtMs)}>
        {relativeText(activeAtMs, nowMs)}
      </time>
      <span className="ticket__people">
        <span className="status" data-tone={status.tone}>
          {status.name}
        </span>
        {blocked && (
          <span className="chip" data-tone="attention">
            not sent
          </span>
        )}
        <span className="ticket__requester">{otherSide(ticket, userId)}</span>
      </span>
      <span className="ticket__preview">{lastMessagePreview ?? 'No messages yet'}</span>
      {unreadCount > 0 && (
        <span className="badge" role="img" aria-label={`${unreadCount} unread`}>
          {unreadCount > 999 ? '999+' : unreadCount}
        </span>
      )}
    </a>
  );
});
