/** Where a reply is written and sent. */
import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ChatView } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { isSendable, lengthText } from './length-rules.ts';
import { refusalText } from './refusal-text.ts';
import { createSendQueue, withReturned } from './send-queue.ts';
import { useAutoHeight } from './use-auto-height.ts';
import { useDraft } from './use-draft.ts';

/** What a composer needs. Give it the chat's id as its key: the text belongs to one chat. */
export interface ComposerProps {
  readonly view: ChatView | null;
  /** The shared draft; null before it is known. */
  readonly draft: string | null;
  /** The ticket is closed: the server takes no more messages. */
  readonly closed: boolean;
  /** A message has been handed over: show the end of the conversation. */
  onSend(): void;
  /** Escape was pressed: the keyboard goes back to the list. */
  onLeave(): void;
}

/** See the file. */
export function Composer({ view, draft, closed, onSend, onLeave }: ComposerProps): ReactNode {
  const box = useRef<HTMLTextAreaElement>(null);
  const { text, setText, take, flush, onFocus, onBlur } = useDraft(view, draft);
  const [refusal, setRefusal] = useState<string | null>(null);
  useAutoHeight(box, text);

  const queue = useMemo(
    () =>
      createSendQueue({
        send: (message) => (view ? view.send(message) : Promise.reject(new Error('The conversation is not open yet.'))),
        newId: () => crypto.randomUUID(),
        onStored: flush,
        onReturned: (texts, error) => {
          setText((typed) => withReturned(texts, typed));
          setRefusal(refusalText(error));
        },
      }),
    [view, flush, setText],
  );

  const length = lengthText(text.length);
  const sendable = view !== null && isSendable(text);
  const submit = (): void => {
    if (!sendable) return;
    setRefusal(null);
    // The saved draft keeps this text until the message is stored.
    queue.add(take());
    onSend();
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter that ends the composition of a character is not meant for us.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      onLeave();
    }
  };
  const note = length ?? (refusal === null ? null : { text: refusal, tooLong: true });

  return (
    <form
      className="composer"
      aria-label="Write a reply"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="composer__box">
        <textarea
          ref={box}
          rows={1}
          aria-label="Reply"
          aria-describedby="composer-note"
          aria-invalid={length?.tooLong ?? false}
          placeholder={closed ? 'This ticket is closed and takes no more messages' : 'Write a reply…'}
          value={text}
          onChange={({ target }) => setText(() => target.value)}
          onKeyDown={onKeyDown}
          onFocus={onFocus}
          onBlur={onBlur}
          data-shortcut="reply"
        />
        <button type="submit" className="button button--primary" disabled={!sendable}>
          <Icon name="send" />
          Send
        </button>
      </div>
      <p className="composer__note" id="composer-note" role={note?.tooLong ? 'alert' : undefined} data-tone={note?.tooLong ? 'attention' : 'calm'}>
        {note ? (
          note.text
        ) : (
          <span className="composer__keys">
            <kbd>Enter</kbd> sends · <kbd>Shift</kbd> <kbd>Enter</kbd> starts a new line
          </span>
        )}
      </p>
    </form>
  );
}
