/** Changing or giving up a message that waits, beside its bubble. They appear when it has waited for a moment. */
import type { ReactNode } from 'react';
import { Icon } from '../icons/icon.tsx';
import type { Unsent } from './use-unsent.ts';

/** See the file. */
export const WaitingActions = ({ text, unsent: { busy, edit, discard } }: { readonly text: string; readonly unsent: Unsent }): ReactNode => (
  <span className="waiting">
    <button type="button" className="icon-button icon-button--small" aria-label="Edit" title="Edit before it is sent" disabled={busy} onClick={() => edit(text)}>
      <Icon name="pencil" />
    </button>
    <button type="button" className="icon-button icon-button--small" aria-label="Discard" title="Discard: it is not sent" disabled={busy} onClick={discard}>
      <Icon name="trash" />
    </button>
  </span>
);
