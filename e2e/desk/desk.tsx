/** The desk of one person: bar, banners, tickets, conversation. */
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useOutbox, useStatus, useTickets } from 'tabcached/react';
import { Conversation } from './conversation/conversation.tsx';
import { createOpenEdits } from './conversation/open-edits.ts';
import { InspectorPage } from './inspector/inspector-page.tsx';
import { ShortcutHelp } from './keyboard/shortcut-help.tsx';
import { OutboxDrawer } from './outbox/outbox-drawer.tsx';
import { Avatar } from './people/avatar.tsx';
import { nameOf } from './people/person-text.ts';
import { PageLinks } from './routing/page-links.tsx';
import type { PageName } from './routing/place.ts';
import { linkTo } from './routing/use-place.ts';
import { DeskContext } from './session/desk-context.ts';
import { forgetSession } from './session/saved-session.ts';
import { SignOut } from './session/sign-out.tsx';
import { forgetPerson, useMe } from './session/use-me.ts';
import type { OpenDesk } from './session/use-desk.ts';
import { SettingsPage } from './settings/settings-page.tsx';
import { Banners } from './status/banners.tsx';
import { Connection } from './status/connection.tsx';
import { useReloadWhenSafe } from './status/use-reload-when-safe.ts';
import { useTitle } from './status/use-title.ts';
import { useNoticeChoice } from './tabs/notice-choice.ts';
import { NoticeSwitch } from './tabs/notice-switch.tsx';
import { useCalled } from './tabs/use-called.ts';
import { useNotices } from './tabs/use-notices.ts';
import { ThemeToggle } from './theme/theme-toggle.tsx';
import { totalUnread } from './tickets/filter-tickets.ts';
import { NewTicket } from './tickets/new-ticket.tsx';
import { TicketList } from './tickets/ticket-list.tsx';

/** What the desk is given. `ticket` is the id of the opened one; `page` stands in place of the tickets. */
interface DeskProps {
  readonly open: OpenDesk;
  readonly ticket: string | null;
  readonly page: PageName | null;
  /** Signed out, here or in another tab; `left`: what a wipe could not remove. */
  onSignedOut(left: readonly string[]): void;
}

/** See the file. */
export function Desk({ open, ticket, page, onSignedOut }: DeskProps): ReactNode {
  const { client, username } = open;
  const status = useStatus(client);
  useReloadWhenSafe(client);
  const left = useRef<readonly string[]>([]);
  useEffect(() => {
    if (!status.signedOut) return undefined;
    forgetSession(username);
    forgetPerson(client.userId);
    // After the answer of this tab's own sign-out, which tells what is left.
    const timer = window.setTimeout(() => onSignedOut(left.current));
    return () => window.clearTimeout(timer);
  }, [status.signedOut, username, client, onSignedOut]);
  const me = useMe(open, status.link !== 'offline');
  const { tickets } = useTickets(client);
  const outbox = useOutbox(client);
  const [noticesWanted] = useNoticeChoice();
  useNotices(client, username, noticesWanted);
  const called = useCalled(client, username);
  useTitle(totalUnread(tickets), tickets.find(({ id }) => id === ticket)?.subject ?? null, called);
  const [edits] = useState(createOpenEdits);
  const desk = useMemo(() => ({ ...open, userId: open.client.userId, me, edits }), [open, me, edits]);
  const person = me ?? { id: client.userId, username, fullName: null };

  return (
    <DeskContext.Provider value={desk}>
      <div className="desk" data-called={called} data-view={page ? 'page' : ticket === null ? 'list' : 'conversation'}>
        <header className="bar">
          <a className="bar__name" {...linkTo({ as: username, ticket: null })}>
            Support desk
          </a>
          <Connection status={status} />
          <OutboxDrawer outbox={outbox} />
          <span className="bar__space" />
          {me && !me.isTechnician && <NewTicket />}
          <PageLinks page={page} ticket={ticket} />
          <NoticeSwitch />
          <ShortcutHelp />
          <ThemeToggle />
          <a className="bar__person" {...linkTo({ as: null, ticket: null })} title={`Signed in as ${username}. Work as somebody else…`}>
            <Avatar person={person} />
            <span className="bar__person-name">{nameOf(person)}</span>
          </a>
          <SignOut client={client} status={status} name={nameOf(person)} onSignedOut={(not) => (left.current = not)} />
        </header>
        <Banners status={status} outbox={outbox} />
        {page === 'inspector' && <InspectorPage />}
        {page === 'settings' && <SettingsPage />}
        {page === null && (
          <>
            <TicketList opened={ticket} lanes={outbox.lanes} />
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
