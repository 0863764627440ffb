/** Why a message could not be sent, and what to do about it. */
import type { ReactNode } from 'react';
import { Icon } from '../icons/icon.tsx';
import type { Unsent } from './use-unsent.ts';

/** See the file. `reason` in words; buttons only while nothing is being edited. */
export function FailedNote({ reason, unsent }: { readonly reason: string; readonly unsent: Unsent }): ReactNode {
  const { editing, busy, retry, edit, discard } = unsent;
  return (
    <div className="failed">
      <p className="failed__reason">
        <Icon name="alert" />
        {reason}
      </p>
      {!editing && (
        <div className="failed__actions">
          <button type="button" className="button button--small" disabled={busy} onClick={retry}>
            Retry
          </button>
          <button type="button" className="button button--small" disabled={busy} onClick={edit}>
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
