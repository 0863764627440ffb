/** The list of keys, opened with `?`. */
import { useRef, type ReactNode } from 'react';
import { Icon } from '../icons/icon.tsx';
import { useShortcut } from './use-shortcut.ts';

const keys: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['/'], does: 'Filter the tickets; Enter opens the first' },
  { keys: ['j', 'k'], does: 'Next, previous ticket (also ↓ and ↑)' },
  { keys: ['Enter'], does: 'Open the ticket; send the reply' },
  { keys: ['r'], does: 'Write a reply' },
  { keys: ['o'], does: 'What waits to be sent' },
  { keys: ['Shift', 'Enter'], does: 'New line in the reply' },
  { keys: ['Esc'], does: 'Back to the tickets' },
  { keys: ['?'], does: 'This list' },
];

/** The button and the dialog it opens. */
export function ShortcutHelp(): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useShortcut('?', () => dialog.current?.showModal());
  return (
    <>
      <button
        type="button"
        className="icon-button icon-button--keys"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => dialog.current?.showModal()}
      >
        <Icon name="help" />
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="keys-title">
        <form method="dialog" className="dialog__body">
          <h2 id="keys-title">Keyboard</h2>
          <dl className="keys">
            {keys.map((entry) => (
              <div key={entry.does} className="keys__row">
                <dt>
                  {entry.keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{entry.does}</dd>
              </div>
            ))}
          </dl>
          <div className="dialog__actions">
            <button type="submit" className="button">
              Close
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
