/** What to do about a message that could not be sent: try again, change it, or give it up. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { CachedMessage, ChatView } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { isSendable } from '../composer/length-rules.ts';

/** See the file. `operationId` of a message that the server has not confirmed is its id. */
export interface FailedMessageProps {
  readonly message: CachedMessage;
  readonly view: ChatView;
}

/** See the file. */
export function FailedMessage({ message, view }: FailedMessageProps): ReactNode {
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  const run = async (action: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    try {
      await action();
      setEditing(false);
    } catch (thrown) {
      setRefusal(thrown instanceof Error ? thrown.message : String(thrown));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="failed">
      <p className="failed__reason" role={refusal === null ? undefined : 'alert'}>
        <Icon name="alert" />
        {refusal ?? message.errorMessage ?? 'This message could not be sent.'}
      </p>
      {editing ? (
        <EditForm
          text={message.content}
          busy={busy}
          onSave={(text) => void run(() => view.edit(message.id, text))}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <div className="failed__actions">
          <button type="button" className="button button--small" disabled={busy} onClick={() => void run(() => view.retry(message.id))}>
            Retry
          </button>
          <button type="button" className="button button--small" disabled={busy} onClick={() => setEditing(true)}>
            Edit
          </button>
          <button type="button" className="button button--small" disabled={busy} onClick={() => void run(() => view.discard(message.id))}>
            Discard
          </button>
        </div>
      )}
    </div>
  );
}

interface EditFormProps {
  readonly text: string;
  readonly busy: boolean;
  onSave(text: string): void;
  onCancel(): void;
}

function EditForm({ text: original, busy, onSave, onCancel }: EditFormProps): ReactNode {
  const [text, setText] = useState(original);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => box.current?.focus(), []);
  const savable = isSendable(text) && !busy;
  return (
    <form
      className="failed__edit"
      onSubmit={(event) => {
        event.preventDefault();
        if (savable) onSave(text);
      }}
    >
      <textarea
        ref={box}
        aria-label="Edit message"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          } else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            if (savable) onSave(text);
          }
        }}
      />
      <div className="failed__actions">
        <button type="submit" className="button button--small button--primary" disabled={!savable}>
          Save
        </button>
        <button type="button" className="button button--small" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
