/**
 * A button that asks before it acts: what would happen is worked out first and named in the question.
 *
 * Owns: the dialog and that nothing happens twice. Does not know what is done.
 */
import { useRef, useState, type ReactNode } from 'react';

/** What the button needs. */
export interface ConfirmProps {
  readonly label: string;
  readonly title: string;
  /** What would happen, in a sentence or two; null when there is nothing to do. */
  ask(): Promise<string | null>;
  act(): Promise<void>;
  /** Words on the button that goes on. */
  readonly confirm: string;
  readonly disabled?: boolean;
  readonly small?: boolean;
}

/** See the file. */
export function ConfirmButton({ label, title, ask, act, confirm, disabled = false, small = false }: ConfirmProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [question, setQuestion] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  const attempt = async (run: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      await run();
    } catch (thrown) {
      setRefusal(thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      setBusy(false);
    }
  };
  const open = (): void =>
    void attempt(async () => {
      setQuestion(null);
      dialog.current?.showModal();
      setQuestion(await ask());
    });
  const go = (): void =>
    void attempt(async () => {
      await act();
      dialog.current?.close();
    });

  return (
    <>
      <button type="button" className={`button${small ? ' button--small' : ''}`} disabled={disabled} onClick={open}>
        {label}
      </button>
      <dialog ref={dialog} className="dialog" aria-label={title}>
        <div className="dialog__body">
          <h2>{title}</h2>
          <p>{refusal ? null : busy && question === null ? 'Counting…' : (question ?? 'There is nothing to do.')}</p>
          {refusal && <p className="refusal">{refusal}</p>}
          <div className="dialog__actions">
            <button type="button" className="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="button" className="button button--primary" disabled={busy || question === null} onClick={go}>
              {confirm}
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}
