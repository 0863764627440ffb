/** What a person can do with a message that the server does not have yet: try again, change it, give it up. */
import { useState } from 'react';
import type { Outbox } from 'tabcached';
import { useMessageAction } from './use-message-action.ts';

/** See the file. */
export interface Unsent {
  /** Its text is being changed; it stays so until that is stored or given up, whatever becomes of the message meanwhile. */
  readonly editing: boolean;
  readonly busy: boolean;
  readonly refusal: string | null;
  retry(): void;
  edit(): void;
  save(text: string): void;
  cancel(): void;
  discard(): void;
}

/** For one message; its id is that of its operation as long as it is unsent. `outbox` does it: the outbox, or the view of its chat. */
export function useUnsent(id: string, outbox: Pick<Outbox, 'retry' | 'edit' | 'discard'>): Unsent {
  const [editing, setEditing] = useState<string | null>(null);
  const { busy, refusal, run } = useMessageAction();
  return {
    editing: editing !== null,
    busy,
    refusal,
    retry: () => void run(() => outbox.retry(id)),
    edit: () => setEditing(id),
    // A message that was sent meanwhile has another id: the old one is refused, and the text stays.
    save: (text) => void run(() => outbox.edit(editing ?? id, text)).then((saved) => saved && setEditing(null)),
    cancel: () => setEditing(null),
    discard: () => void run(() => outbox.discard(id)),
  };
}
