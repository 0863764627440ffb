/** Opens a new ticket. */
import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { openTicket } from '../api/api.ts';
import { isSendable, lengthText } from '../composer/length-rules.ts';
import { Icon } from '../icons/icon.tsx';
import { goTo } from '../routing/use-place.ts';
import { useOpenDesk } from '../session/desk-context.ts';

const SUBJECT_MAX = 200;

/** The button and the dialog it opens. */
export function NewTicket(): ReactNode {
  const { username, tokens } = useOpenDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const [subject, setSubject] = useState('');
  const [content, setContent] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const note = lengthText(content.length)?.text ?? refusal;

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    try {
      const ticket = await openTicket(tokens.current(), { subject: subject.trim(), content });
      dialog.current?.close();
      setSubject('');
      setContent('');
      goTo({ as: username, ticket });
    } catch (thrown) {
      setRefusal(thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        <Icon name="plus" />
        New ticket
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="new-ticket-title">
        <form className="dialog__body" onSubmit={(event) => void submit(event)}>
          <h2 id="new-ticket-title">New ticket</h2>
          <label className="labelled">
            Subject
            <input required maxLength={SUBJECT_MAX} value={subject} onChange={(event) => setSubject(event.target.value)} />
          </label>
          <label className="labelled">
            What happened?
            <textarea required rows={6} value={content} onChange={(event) => setContent(event.target.value)} />
          </label>
          {note !== null && (
            <p className="refusal" role="alert">
              {note}
            </p>
          )}
          <div className="dialog__actions">
            <button type="button" className="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" className="button button--primary" disabled={busy || subject.trim() === '' || !isSendable(content)}>
              Open ticket
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
