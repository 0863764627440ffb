/** The navigation of the desk: a filter field and the tickets, newest activity first. */
import type { OutboxLane } from 'tabcached';
import { useEffect, useEffectEvent, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTickets } from 'tabcached/react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Icon } from '../icons/icon.tsx';
import { useShortcut } from '../keyboard/use-shortcut.ts';
import { goTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { useNow } from '../time/use-now.ts';
import { filterTickets, type Scope } from './filter-tickets.ts';
import { ScopePicker } from './scope-picker.tsx';
import { TicketLink } from './ticket-link.tsx';
import { useListKeys } from './use-list-keys.ts';

/** See the file. `opened` is the id of the ticket whose conversation is shown. */
export function TicketList({ opened, lanes }: { readonly opened: string | null; readonly lanes: readonly OutboxLane[] }): ReactNode {
  const blocked = useMemo(() => new Set(lanes.filter((lane) => lane.blocked).map(({ requestId }) => requestId)), [lanes]);
  const { client, username, userId, me } = useOpenDesk();
  const { ready, tickets } = useTickets(client);
  const [text, setText] = useState('');
  const [scope, setScope] = useState<Scope>('all');
  const shown = useMemo(() => filterTickets(tickets, { text, scope, userId, opened }), [tickets, text, scope, userId, opened]);
  const nowMs = useNow();

  const field = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useRef<VirtualizerHandle>(null);
  const keys = useListKeys(shown, opened, scroller, virtual);
  useShortcut('/', () => field.current?.select());
  useShortcut('j', () => keys.move(1));
  useShortcut('k', () => keys.move(-1));
  useShortcut('list', keys.focusCurrent);

  const openedIndex = opened === null ? -1 : shown.findIndex((ticket) => ticket.id === opened);
  const isThere = openedIndex >= 0;
  const showOpened = useEffectEvent(() => {
    if (openedIndex >= 0) virtual.current?.scrollToIndex(openedIndex, { align: 'nearest' });
  });
  // Only when another ticket is opened or it comes into the list: a list that changes order must not move under the reader.
  useEffect(() => showOpened(), [opened, isThere]);
  const kept = [...new Set([keys.currentIndex, openedIndex])].filter((index) => index >= 0 && index < shown.length).sort((a, b) => a - b);

  return (
    <nav className="tickets" aria-label="Tickets">
      <div className="tickets__tools">
        <label className="field">
          <Icon name="search" />
          <input
            ref={field}
            type="search"
            aria-label="Filter tickets"
            placeholder="Filter by subject or person"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape' && text !== '') {
                event.preventDefault();
                setText('');
              } else if (event.key === 'Enter' && text !== '' && shown[0]) {
                event.preventDefault();
                goTo({ as: username, ticket: shown[0].id });
              } else if (event.key === 'ArrowDown' || event.key === 'Escape') {
                event.preventDefault();
                keys.focusCurrent();
              }
            }}
          />
          <kbd aria-hidden="true">/</kbd>
        </label>
        <ScopePicker scope={scope} tickets={tickets} withMine={me?.isTechnician ?? false} onChange={setScope} />
      </div>
      <div className="tickets__list" ref={scroller}>
        <Virtualizer ref={virtual} data={shown} itemSize={84} as="ul" item="li" keepMounted={kept}>
          {(ticket) => (
            <TicketLink
              key={ticket.id}
              ticket={ticket}
              as={username}
              userId={userId}
              opened={ticket.id === opened}
              blocked={blocked.has(ticket.id)}
              current={shown[keys.currentIndex] === ticket}
              nowMs={nowMs}
              onFocus={keys.setCurrent}
            />
          )}
        </Virtualizer>
        {!ready && <TicketSkeleton />}
        {ready && shown.length === 0 && <p className="tickets__empty">{tickets.length === 0 ? 'No tickets yet.' : 'No ticket matches.'}</p>}
      </div>
    </nav>
  );
}

const TicketSkeleton = (): ReactNode => (
  <div className="skeleton" aria-hidden="true">
    {Array.from({ length: 8 }, (_, index) => (
      <div key={index} className="skeleton__ticket" />
    ))}
  </div>
);
