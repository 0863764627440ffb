/** One message of a conversation, with the headings that stand above it. */
import { memo, type ReactNode } from 'react';
import type { CachedMessage, ChatView } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { AttachmentView } from '../media/attachment-view.tsx';
import { Avatar } from '../people/avatar.tsx';
import { nameOf } from '../people/person-text.ts';
import { clockText, dayText, fullText } from '../time/time-text.ts';
import { EditForm } from './edit-form.tsx';
import { FailedNote } from './failed-note.tsx';
import { MessageText } from './message-text.tsx';
import type { MessageRow as Row } from './rows.ts';
import { useUnsent } from './use-unsent.ts';
import { WaitingActions } from './waiting-actions.tsx';

/** See the file. */
export interface MessageRowProps {
  readonly row: Row;
  readonly view: ChatView;
  /** The last row of the conversation. */
  readonly last: boolean;
  /** The day it is, by any of its moments; headings say Today and Yesterday. */
  readonly nowMs: number;
}

/** See the file. */
export const MessageRow = memo(function MessageRow({ row, view, last, nowMs }: MessageRowProps): ReactNode {
  const { message, own, opensGroup, verified, atMs } = row;
  const name = nameOf(message.sender);
  const unsent = useUnsent(message.id, row.key, view);
  return (
    <div className="row" data-own={own} data-opens={opensGroup} data-last={last}>
      {row.opensChat && <p className="begin">Beginning of the conversation</p>}
      {row.opensDay && (
        <div className="day">
          <span>{dayText(atMs, nowMs)}</span>
        </div>
      )}
      {row.opensUnread && (
        <div className="unread" role="separator" aria-label="Unread messages">
          <span>Unread</span>
        </div>
      )}
      <article
        className="message"
        aria-label={`${own ? 'You' : name}, ${clockText(atMs)}`}
        data-message-id={message.id}
        data-sequence={message.sequenceNumber}
        data-status={message.status}
        data-key={row.key}
        data-verified={verified}
      >
        {!own && (opensGroup ? <Avatar person={message.sender} /> : <span className="avatar avatar--none" />)}
        {message.status === 'pending' && unsent.editing === null && <WaitingActions text={message.content} unsent={unsent} />}
        <div className="bubble" title={verified ? undefined : 'Not yet confirmed by the server'}>
          {!own && opensGroup && (
            <header className="bubble__sender">
              {name}
              {message.sender?.isTechnician && <span className="bubble__role">Support</span>}
            </header>
          )}
          <AttachmentView message={message} />
          {unsent.editing !== null ? (
            <EditForm text={unsent.editing} busy={unsent.busy} focus={unsent.fresh} onType={unsent.type} onSave={unsent.save} onCancel={unsent.cancel} />
          ) : (
            <p className="bubble__text">
              {saysMore(message) && <MessageText text={message.content} />}
              <Facts message={message} own={own} atMs={atMs} />
            </p>
          )}
          {unsent.refusal !== null && (
            <p className="refusal" role="alert">
              {unsent.refusal}
            </p>
          )}
          {message.status === 'failed' && <FailedNote message={message} context={row.context} unsent={unsent} />}
        </div>
      </article>
    </div>
  );
});

/** A picture that was sent without a text has its name for one, which stands below it anyway. */
const saysMore = ({ content, screenshotFileName, isScreenshot }: CachedMessage): boolean => !isScreenshot || content !== screenshotFileName;

/** Time, edited mark and state, at the end of the text. */
function Facts({ message, own, atMs }: { readonly message: CachedMessage; readonly own: boolean; readonly atMs: number }): ReactNode {
  const { status, createdAt, updatedAt } = message;
  return (
    <span className="facts">
      {updatedAt !== null && (
        <span className="facts__edited" title={`Edited ${fullText(Date.parse(updatedAt))}`}>
          edited
        </span>
      )}
      <time dateTime={createdAt} title={fullText(atMs)}>
        {clockText(atMs)}
      </time>
      {status === 'pending' && (
        <span className="facts__pending" role="img" aria-label="Waiting to be sent" title="Waiting to be sent">
          <Icon name="clock" />
        </span>
      )}
      {status === 'failed' && (
        <span className="facts__failed" role="img" aria-label="Not sent" title="Not sent">
          <Icon name="alert" />
        </span>
      )}
      {status === 'sent' && own && (
        <span className="facts__sent" role="img" aria-label="Sent" title="Sent">
          <Icon name="check" />
        </span>
      )}
    </span>
  );
}
