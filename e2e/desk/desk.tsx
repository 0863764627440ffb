/** The desk of one person: bar, banners, tickets, conversation. */
import { useMemo, type ReactNode } from 'react';
import { useOutbox, useStatus, useTickets } from 'tabcached/react';
import { Conversation } from './conversation/conversation.tsx';
import { InspectorPage } from './inspector/inspector-page.tsx';
import { ShortcutHelp } from './keyboard/shortcut-help.tsx';
import { OutboxDrawer } from './outbox/outbox-drawer.tsx';
import { Avatar } from './people/avatar.tsx';
import { nameOf } from './people/person-text.ts';
import { PageLinks } from './routing/page-links.tsx';
import type { PageName } from './routing/place.ts';
import { linkTo } from './routing/use-place.ts';
import { DeskContext } from './session/desk-context.ts';
import { useMe } from './session/use-me.ts';
import type { OpenDesk } from './session/use-desk.ts';
import { SettingsPage } from './settings/settings-page.tsx';
import { Banners } from './status/banners.tsx';
import { Connection } from './status/connection.tsx';
import { useReloadWhenSafe } from './status/use-reload-when-safe.ts';
import { useTitle } from './status/use-title.ts';
import { ThemeToggle } from './theme/theme-toggle.tsx';
import { totalUnread } from './tickets/filter-tickets.ts';
import { NewTicket } from './tickets/new-ticket.tsx';
import { TicketList } from './tickets/ticket-list.tsx';

/** See the file. `ticket` is the id of the opened one; `page` stands in place of the tickets. */
export function Desk({ open, ticket, page }: { readonly open: OpenDesk; readonly ticket: string | null; readonly page: PageName | null }): ReactNode {
  const { client, username } = open;
  const status = useStatus(client);
  useReloadWhenSafe(client);
  const me = useMe(open, status.link !== 'offline');
  const { tickets } = useTickets(client);
  const outbox = useOutbox(client);
  useTitle(totalUnread(tickets), tickets.find(({ id }) => id === ticket)?.subject ?? null);
  const desk = useMemo(() => ({ ...open, userId: open.client.userId, me }), [open, me]);
  const person = me ?? { id: client.userId, username, fullName: null };

  return (
    <DeskContext.Provider value={desk}>
      <div className="desk" data-view={page ? 'page' : ticket === null ? 'list' : 'conversation'}>
        <header className="bar">
          <a className="bar__name" {...linkTo({ as: username, ticket: null })}>
            Support desk
          </a>
          <Connection status={status} />
          <OutboxDrawer outbox={outbox} />
          <span className="bar__space" />
          {me && !me.isTechnician && <NewTicket />}
          <PageLinks page={page} ticket={ticket} />
          <ShortcutHelp />
          <ThemeToggle />
          <a className="bar__person" {...linkTo({ as: null, ticket: null })} title={`Signed in as ${username}. Work as somebody else…`}>
            <Avatar person={person} />
            <span className="bar__person-name">{nameOf(person)}</span>
          </a>
        </header>
        <Banners status={status} outbox={outbox} />
        {page === 'inspector' && <InspectorPage />}
        {page === 'settings' && <SettingsPage />}
        {page === null && (
          <>
            <TicketList opened={ticket} />
            <main className="main">{ticket === null ? <NothingOpen /> : <Conversation key={ticket} requestId={ticket} />}</main>
          </>
        )}
      </div>
    </DeskContext.Provider>
  );
}

const NothingOpen = (): ReactNode => (
  <div className="notice">
    <h2>No ticket is open</h2>
    <p>
      Choose one from the list. <kbd>j</kbd> and <kbd>k</kbd> move, <kbd>Enter</kbd> opens, <kbd>/</kbd> filters, <kbd>?</kbd> shows all keys.
    </p>
  </div>
);
