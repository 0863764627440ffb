/** One message of the outbox: its text, and what can be done about it. */
import type { ReactNode } from 'react';
import type { Outbox, OutboxOperation } from 'tabcached';
import { EditForm } from '../conversation/edit-form.tsx';
import { useUnsent } from '../conversation/use-unsent.ts';
import { Icon } from '../icons/icon.tsx';
import { MAY_BE_THERE } from './outbox-text.ts';
import { fullText, relativeText } from '../time/time-text.ts';

/** See the file. */
export interface OutboxItemProps {
  readonly operation: OutboxOperation;
  readonly outbox: Outbox;
  readonly nowMs: number;
}


/** See the file. */
export function OutboxItem({ operation, outbox, nowMs }: OutboxItemProps): ReactNode {
  const { operationId, content, status, createdAt, screenshotFileName, outcomeUnknown } = operation;
  const fixed = status === 'syncing' || outcomeUnknown;
  const { editing, fresh, busy, refusal, retry, edit, type, save, cancel, discard } = useUnsent(operationId, `outbox ${operationId}`, outbox);
  return (
    <li className="queued" data-status={status}>
      {editing !== null ? (
        <EditForm text={editing} busy={busy} focus={fresh} onType={type} onSave={save} onCancel={cancel} />
      ) : (
        <div className="queued__line">
          {screenshotFileName !== null && <Icon name="clip" />}
          <p className="queued__text">{content}</p>
          <time className="queued__time" dateTime={new Date(createdAt).toISOString()} title={fullText(createdAt)}>
            {relativeText(createdAt, nowMs)}
          </time>
          <span className="queued__actions">
            {status === 'failed' && (
              <button type="button" className="button button--small" disabled={busy} onClick={retry}>
                Retry
              </button>
            )}
            <button type="button" className="icon-button icon-button--small" aria-label="Edit" title={fixed ? MAY_BE_THERE : 'Edit before it is sent'} disabled={busy || fixed} onClick={() => edit(content)}>
              <Icon name="pencil" />
            </button>
            <button type="button" className="icon-button icon-button--small" aria-label="Discard" title={fixed ? MAY_BE_THERE : 'Discard: it is not sent'} disabled={busy || fixed} onClick={discard}>
              <Icon name="trash" />
            </button>
          </span>
        </div>
      )}
      {outcomeUnknown && status !== 'syncing' && <p className="queued__doubt">{`${MAY_BE_THERE}.`}</p>}
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
    </li>
  );
}
