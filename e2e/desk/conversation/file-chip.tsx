/** Names the file that came with a message. */
import type { ReactNode } from 'react';
import type { CachedMessage } from 'tabcached';
import { Icon } from '../icons/icon.tsx';
import { fileLabel } from './file-label.ts';

/** Nothing for a message without a file. */
export function FileChip({ message }: { readonly message: CachedMessage }): ReactNode {
  const label = fileLabel(message);
  if (label === null) return null;
  return (
    <span className="file-chip">
      <Icon name="clip" />
      {label}
    </span>
  );
}
