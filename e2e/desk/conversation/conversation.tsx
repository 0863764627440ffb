/** One ticket's conversation: header, messages, composer. Give it the ticket's id as its key. */
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useChat, useOutbox, useStatus, useTickets } from 'tabcached/react';
import { Composer } from '../composer/composer.tsx';
import { useFileDrop } from '../composer/use-file-drop.ts';
import { usePicture } from '../composer/use-picture.ts';
import { runShortcut, useShortcut } from '../keyboard/use-shortcut.ts';
import { picturesOf } from '../media/pictures.ts';
import { ViewerContext } from '../media/viewer-context.ts';
import { Viewer } from '../media/viewer.tsx';
import { goTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import { connectionWord } from '../status/connection-word.ts';
import { useAttended } from '../status/use-attended.ts';
import { isClosed } from '../tickets/ticket-status.ts';
import { ConversationHeader } from './conversation-header.tsx';
import { LaneNotice } from './lane-notice.tsx';
import { LogSkeleton } from './log-skeleton.tsx';
import { MessageLog } from './message-log.tsx';
import { obstacleOf } from './obstacle.ts';
import { readState } from './read-marker.ts';
import { useLogScroll } from './use-log-scroll.ts';

/** Below this width the conversation hides the list; `styles/desk.css` has the same. */
const NARROW = '(max-width: 48rem)';

/** See the file. */
export function Conversation({ requestId }: { readonly requestId: string }): ReactNode {
  const { client, username } = useOpenDesk();
  const { state, view } = useChat(client, requestId);
  const { tickets, ready: ticketsReady } = useTickets(client);
  const attended = useAttended();
  const offline = connectionWord(useStatus(client)) === 'Offline';
  const doubtful = useOutbox(client).lanes.find((lane) => lane.requestId === requestId)?.operations[0]?.outcomeUnknown ?? false;
  const scroll = useLogScroll();
  const section = useRef<HTMLElement>(null);
  const ticket = tickets.find((each) => each.id === requestId) ?? null;
  const { meta, ready } = state;
  const obstacle = obstacleOf(state);
  const reply = usePicture(requestId);
  const drop = useFileDrop(reply.add);
  const [picture, showPicture] = useState<string | null>(null);
  const closeViewer = useCallback(() => showPicture(null), []);
  const pictures = useMemo(() => (picture === null ? [] : picturesOf(state.items)), [picture, state.items]);
  const read = useMemo(() => (meta && ticketsReady ? readState(ticket, meta) : null), [meta, ticket, ticketsReady]);
  const focusReply = (): void => section.current?.querySelector<HTMLElement>('textarea[data-shortcut="reply"]')?.focus();
  useShortcut('r', focusReply);
  const leave = (): void => {
    if (window.matchMedia(NARROW).matches) goTo({ as: username, ticket: null });
    else runShortcut('list');
  };
  useShortcut('Escape', leave);
  // Whoever opens a conversation with the keyboard goes on in it. On a touch screen that would raise the keyboard uncalled.
  useEffect(() => {
    if (document.activeElement?.closest('nav') && window.matchMedia('(pointer: fine)').matches) focusReply();
  }, []);

  return (
    <section ref={section} className="conversation" aria-label={ticket?.subject ?? 'Ticket'} {...drop.handlers}>
      <ConversationHeader requestId={requestId} ticket={ticket} meta={meta} view={view} />
      {obstacle ? (
        <div className="notice" role="alert">
          <h2>{obstacle.title}</h2>
          <p>{obstacle.detail}</p>
        </div>
      ) : ready && view ? (
        <ViewerContext value={showPicture}>
          <MessageLog view={view} state={state} attended={attended} read={read} scroll={scroll} />
        </ViewerContext>
      ) : (
        <div className="log-frame" aria-busy="true">
          <LogSkeleton />
        </div>
      )}
      {meta && <LaneNotice lane={meta.lane} offline={offline} doubtful={doubtful} />}
      {!obstacle?.final && (
        <Composer
          view={view}
          draft={meta?.draft ?? null}
          offline={offline}
          picture={reply}
          closed={ticket !== null && isClosed(ticket.statusId)}
          onSend={scroll.toEnd}
          onLeave={leave}
        />
      )}
      {drop.over && <p className="drop">Drop the picture to add it to your reply</p>}
      {picture !== null && <Viewer pictures={pictures} shown={picture} onShow={showPicture} onClose={closeViewer} />}
    </section>
  );
}
