/** Why a message could not be sent, what happened meanwhile, and what to do about it. */
import type { ReactNode } from 'react';
import type { CachedMessage, RefusalContext } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { refusalLines } from '../outbox/context-text.ts';
import { useOpenDesk } from '../session/desk-context.ts';
import type { Unsent } from './use-unsent.ts';

/** See the file. Buttons only while nothing is being edited. */
export interface FailedNoteProps {
  readonly message: CachedMessage;
  readonly context: RefusalContext | null;
  readonly unsent: Unsent;
}

/** See the file. */
export function FailedNote({ message, context, unsent }: FailedNoteProps): ReactNode {
  const { userId } = useOpenDesk();
  const [first, ...more] = refusalLines(message.errorMessage ?? null, context, userId);
  const { editing, busy, retry, edit, discard } = unsent;
  return (
    <div className="failed">
      <div className="failed__reason">
        <Icon name="alert" />
        <div>
          <p>{first}</p>
          {more.map((line) => (
            <p key={line} className="failed__context">
              {line}
            </p>
          ))}
        </div>
      </div>
      {editing === null && (
        <div className="failed__actions">
          <button type="button" className="button button--small" disabled={busy} onClick={retry}>
            Retry
          </button>
          <button type="button" className="button button--small" disabled={busy} onClick={() => edit(message.content)}>
            Edit
          </button>
          <button type="button" className="button button--small" disabled={busy} onClick={discard}>
            Discard
          </button>
        </div>
      )}
    </div>
  );
}
