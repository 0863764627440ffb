/** Whose conversation it is, where its ticket stands, and how fresh what is shown is. */
import type { ReactNode } from 'react';
import type { CachedTicket, ChatMeta, ChatView } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { nameOf } from '../people/person-text.ts';
import { linkTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { AlsoOpen } from '../tabs/also-open.tsx';
import { StatusPicker } from './status-picker.tsx';
import { SyncIndicator } from './sync-indicator.tsx';

/** See the file. The ticket is null until the list knows it. */
export interface ConversationHeaderProps {
  readonly requestId: string;
  readonly ticket: CachedTicket | null;
  readonly meta: ChatMeta | null;
  readonly view: ChatView | null;
}

/** See the file. */
export function ConversationHeader({ requestId, ticket, meta, view }: ConversationHeaderProps): ReactNode {
  const { username } = useOpenDesk();
  return (
    <header className="head">
      <a className="icon-button head__back" aria-label="Back to the tickets" {...linkTo({ as: username, ticket: null })}>
        <Icon name="back" />
      </a>
      <div className="head__ticket">
        <h1 className="head__subject">{ticket?.subject ?? 'Conversation'}</h1>
        {ticket && (
          <p className="head__facts">
            <StatusPicker ticket={ticket} />
            <span>{nameOf(ticket.requester)}</span>
            <span className="head__technician">{ticket.technician ? `with ${nameOf(ticket.technician)}` : 'not assigned'}</span>
          </p>
        )}
      </div>
      <AlsoOpen requestId={requestId} />
      <SyncIndicator meta={meta} view={view} />
    </header>
  );
}
