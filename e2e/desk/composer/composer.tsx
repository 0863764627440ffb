/** Where a reply is written and sent. */
import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ChatView } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { isSendable, lengthText } from './length-rules.ts';
import { PicturePreview } from './picture-preview.tsx';
import { refusalText } from './refusal-text.ts';
import { createSendQueue, withReturned } from './send-queue.ts';
import { useAutoHeight } from './use-auto-height.ts';
import { useDraft } from './use-draft.ts';
import type { ComposerPicture } from './use-picture.ts';

/** What a composer needs. Give it the chat's id as its key: the text belongs to one chat. */
export interface ComposerProps {
  readonly view: ChatView | null;
  /** The shared draft; null before it is known. */
  readonly draft: string | null;
  /** The ticket is closed: the server takes no more messages. */
  readonly closed: boolean;
  readonly offline: boolean;
  readonly picture: ComposerPicture;
  /** A message has been handed over: show the end of the conversation. */
  onSend(): void;
  /** Escape was pressed: the keyboard goes back to the list. */
  onLeave(): void;
}

/** See the file. */
export function Composer({ view, draft, closed, offline, picture: { picture, sending, refusal: pictureRefusal, add, remove, send: sendPicture }, onSend, onLeave }: ComposerProps): ReactNode {
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
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
  const sendable = view !== null && !sending && (picture ? !(length?.tooLong ?? false) : isSendable(text));
  const submit = (): void => {
    if (!sendable) return;
    setRefusal(null);
    if (picture) {
      // The text stays in the box until picture and message are stored: both are there to be sent again.
      void sendPicture(view, text.trim() === '' ? '' : text).then((stored) => {
        if (!stored) return;
        take();
        flush();
        onSend();
      });
      return;
    }
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
  const refused = refusal ?? pictureRefusal;
  const note = length ?? (refused === null ? null : { text: refused, tooLong: true });

  return (
    <form
      className="composer"
      aria-label="Write a reply"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {picture && <PicturePreview picture={picture} sending={sending} offline={offline} onRemove={remove} />}
      <div className="composer__box">
        <input
          ref={picker}
          type="file"
          accept="image/png,image/jpeg,image/gif,image/webp,image/avif"
          aria-label="Choose a picture"
          hidden
          onChange={({ target }) => {
            add([...(target.files ?? [])]);
            // The same file can be chosen again.
            target.value = '';
            box.current?.focus();
          }}
        />
        <button type="button" className="icon-button composer__attach" aria-label="Add a picture" title="Add a picture (or paste it, or drop it here)" onClick={() => picker.current?.click()}>
          <Icon name="picture" />
        </button>
        <textarea
          ref={box}
          rows={1}
          aria-label="Reply"
          aria-describedby="composer-note"
          aria-invalid={length?.tooLong ?? false}
          placeholder={closed ? 'This ticket is closed and takes no more messages' : 'Write a reply…'}
          value={text}
          readOnly={sending}
          onPaste={(event) => {
            // A copied table comes as text and as a picture of it; the text is meant.
            if (event.clipboardData.getData('text/plain') === '' && add([...event.clipboardData.files])) event.preventDefault();
          }}
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
