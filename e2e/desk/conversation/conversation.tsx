/** One ticket's conversation: header, messages, composer. Give it the ticket's id as its key. */
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useChat, useTickets } from 'tabcached/react';
import { Composer } from '../composer/composer.tsx';
import { runShortcut, useShortcut } from '../keyboard/use-shortcut.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { useAttended } from '../status/use-attended.ts';
import { ConversationHeader } from './conversation-header.tsx';
import { MessageLog } from './message-log.tsx';
import { readState } from './read-marker.ts';
import { useLogScroll } from './use-log-scroll.ts';

/** See the file. */
export function Conversation({ requestId }: { readonly requestId: string }): ReactNode {
  const { client } = useOpenDesk();
  const { state, view } = useChat(client, requestId);
  const { tickets, ready: ticketsReady } = useTickets(client);
  const attended = useAttended();
  const scroll = useLogScroll();
  const section = useRef<HTMLElement>(null);
  const ticket = tickets.find((each) => each.id === requestId) ?? null;
  const { meta, ready, error } = state;
  const read = useMemo(() => (meta && ticketsReady ? readState(ticket, meta) : null), [meta, ticket, ticketsReady]);
  const focusReply = (): void => section.current?.querySelector<HTMLElement>('textarea[data-shortcut="reply"]')?.focus();
  useShortcut('r', focusReply);
  useShortcut('Escape', () => runShortcut('list'));
  // Whoever opens a conversation with the keyboard goes on in it. On a touch screen that would raise the keyboard uncalled.
  useEffect(() => {
    if (document.activeElement?.closest('[data-request-id]') && window.matchMedia('(pointer: fine)').matches) focusReply();
  }, []);

  return (
    <section ref={section} className="conversation" aria-label={ticket?.subject ?? 'Ticket'}>
      <ConversationHeader ticket={ticket} meta={meta} view={view} />
      {!ready && error ? (
        <div className="notice" role="alert">
          <h2>This conversation cannot be opened</h2>
          <p>{error.message}</p>
        </div>
      ) : ready && view ? (
        <MessageLog view={view} state={state} attended={attended} read={read} scroll={scroll} />
      ) : (
        <div className="log-frame" aria-busy="true">
          <LogSkeleton />
        </div>
      )}
      {meta?.lane.blocked && (
        <p className="lane" role="status">
          A message was not sent; those after it wait. Retry, edit or discard it.
        </p>
      )}
      <Composer view={view} draft={meta?.draft ?? null} onSend={scroll.toEnd} onLeave={() => runShortcut('list')} />
    </section>
  );
}

const LogSkeleton = (): ReactNode => (
  <div className="skeleton skeleton--log" aria-hidden="true">
    {Array.from({ length: 6 }, (_, index) => (
      <div key={index} className="skeleton__bubble" />
    ))}
  </div>
);
