/** Changes the text of a message that is not sent yet. */
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { isSendable, lengthText } from '../composer/length-rules.ts';

/** See the file. */
export interface EditFormProps {
  readonly text: string;
  readonly busy: boolean;
  onSave(text: string): void;
  onCancel(): void;
}

/** See the file. */
export function EditForm({ text: original, busy, onSave, onCancel }: EditFormProps): ReactNode {
  const [text, setText] = useState(original);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const field = box.current;
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }, []);
  const savable = isSendable(text) && !busy;
  const note = lengthText(text.length);
  return (
    <form
      className="edit"
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
      {note && <p className="refusal">{note.text}</p>}
      <div className="edit__actions">
        <button type="submit" className="button button--small button--primary" disabled={!savable}>
          Save and send
        </button>
        <button type="button" className="button button--small" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
