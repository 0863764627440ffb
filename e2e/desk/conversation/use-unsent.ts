/** What a person can do with a message that the server does not have yet: try again, change it, give it up. */
import { useState } from 'react';
import type { Outbox } from 'tabcached';
import { useOpenDesk } from '../session/desk-context.ts';
import type { OpenEdit } from './open-edits.ts';
import { useMessageAction } from './use-message-action.ts';

/** See the file. */
export interface Unsent {
  /** Its text as it is being changed, or null; it stays until that is stored or given up, whatever becomes of the message and its row meanwhile. */
  readonly editing: string | null;
  /** The edit was begun on this page just now, not brought back with its row. */
  readonly fresh: boolean;
  readonly busy: boolean;
  readonly refusal: string | null;
  retry(): void;
  /** Begins to change that text. */
  edit(text: string): void;
  type(text: string): void;
  save(): void;
  cancel(): void;
  discard(): void;
}

/** For one message; its id is that of its operation as long as it is unsent. `outbox` does it: the outbox, or the view of its chat. */
export function useUnsent(id: string, place: string, outbox: Pick<Outbox, 'retry' | 'edit' | 'discard'>): Unsent {
  const { edits } = useOpenDesk();
  const [edit, setEdit] = useState<OpenEdit | null>(() => edits.of(place));
  const [fresh, setFresh] = useState(false);
  const { busy, refusal, run } = useMessageAction();
  const change = (next: OpenEdit | null): void => {
    edits.set(place, next);
    setEdit(next);
  };
  return {
    editing: edit?.text ?? null,
    fresh,
    busy,
    refusal,
    retry: () => void run(() => outbox.retry(id)),
    edit: (text) => {
      setFresh(true);
      change({ id, text });
    },
    type: (text) => edit && change({ ...edit, text }),
    // A message that was sent meanwhile has another id: the old one is refused, and the text stays.
    save: () => edit && void run(() => outbox.edit(edit.id, edit.text)).then((saved) => saved && change(null)),
    cancel: () => change(null),
    discard: () => void run(() => outbox.discard(id)),
  };
}
