/** Changes the text of a message that is not sent yet. */
import { useEffect, useRef, type ReactNode } from 'react';
import { isSendable, lengthText } from '../composer/length-rules.ts';

/** See the file. */
export interface EditFormProps {
  readonly text: string;
  readonly busy: boolean;
  /** Take the focus when it appears. */
  readonly focus: boolean;
  onType(text: string): void;
  onSave(): void;
  onCancel(): void;
}

/** See the file. */
export function EditForm({ text, busy, focus, onType, onSave, onCancel }: EditFormProps): ReactNode {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const field = box.current;
    // One that comes back with its row, on scrolling, must not take the focus from whatever has it.
    if (!focus) return;
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }, [focus]);
  const savable = isSendable(text) && !busy;
  const note = lengthText(text.length);
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault();
        if (savable) onSave();
      }}
    >
      <textarea
        ref={box}
        aria-label="Edit message"
        value={text}
        onChange={(event) => onType(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          } else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            if (savable) onSave();
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
