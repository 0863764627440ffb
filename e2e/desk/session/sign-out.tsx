/**
 * Signing out: a button, and the dialog that says what stays, what goes, and what would be lost.
 *
 * Owns: the choice, and that nothing unsent is lost without having been named. What is shown afterwards is the application's.
 */
import { useRef, useState, type ReactNode } from 'react';
import type { Client, ClientStatus } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { signOutText } from './sign-out-text.ts';

/** See the file. `onSignedOut` is called once it is done in this tab, with what is said about it. */
export function SignOut({ client, status, name, onSignedOut }: { readonly client: Client; readonly status: ClientStatus; readonly name: string; onSignedOut(left: readonly string[]): void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wipe, setWipe] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const unsent = status.pending;
  const text = signOutText({ wipe, unsent, tabs: status.tabs });

  const open = (): void => {
    setWipe(false);
    setProblem(null);
    dialog.current?.showModal();
  };
  const go = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const report = await client.signOut({ wipe, confirmUnsent: unsent });
      if (report.signedOut) return onSignedOut(report.left);
      setProblem('More was written meanwhile, in another tab. Look at the number again.');
    } catch (thrown) {
      setProblem(thrown instanceof Error ? thrown.message : String(thrown));
    }
    setBusy(false);
  };

  return (
    <>
      <button type="button" className="icon-button" aria-label="Sign out" title="Sign out" onClick={open}>
        <Icon name="leave" />
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="sign-out-title">
        <div className="dialog__body">
          <h2 id="sign-out-title">Sign out {name}?</h2>
          <fieldset className="choices" aria-label="What is stored in this browser" disabled={busy}>
            <label className="choice">
              <input type="radio" name="wipe" checked={!wipe} onChange={() => setWipe(false)} />
              <strong>Keep what is stored here</strong>
              <small>{text.keep}</small>
            </label>
            <label className="choice">
              <input type="radio" name="wipe" checked={wipe} onChange={() => setWipe(true)} />
              <strong>Remove everything from this browser</strong>
              <small>Tickets, messages, files and drafts. The next sign-in begins from nothing.</small>
            </label>
          </fieldset>
          {text.loss && (
            <p className="people__notice" role="alert">
              <Icon name="alert" />
              {text.loss}
            </p>
          )}
          {text.tabs && <p className="panel__hint">{text.tabs}</p>}
          {problem && (
            <p className="refusal" role="alert">
              {problem}
            </p>
          )}
          <div className="dialog__actions">
            <button type="button" className="button" disabled={busy} onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="button" className={`button button--${text.loss ? 'danger' : 'primary'}`} disabled={busy} onClick={() => void go()}>
              {busy ? 'Signing out…' : text.action}
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}
