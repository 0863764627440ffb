/** The way back to the end of a conversation, and how much arrived there meanwhile. */
import { useState, type ReactNode } from 'react';
import { Icon } from '../icons/icon.tsx';
import { countNewer, seenSequence } from './read-marker.ts';
import type { Row } from './rows.ts';

/** Shown while somebody is away from the end; what was there when it appeared has been seen. */
export function EndButton({ rows, onPress }: { readonly rows: readonly Row[]; onPress(): void }): ReactNode {
  const [seen] = useState(() => seenSequence(rows, rows.length, 0) ?? 0);
  const count = countNewer(rows, seen);
  const text = count === 0 ? null : `${count} new ${count === 1 ? 'message' : 'messages'}`;
  return (
    <button type="button" className="end-button" data-new={count > 0} aria-label={text ?? 'Go to the newest messages'} onClick={onPress}>
      <Icon name="down" />
      {text}
    </button>
  );
}
