/** The file that came with a message. */
import { useMemo, type ReactNode } from 'react';
import type { CachedMessage } from 'tabcached';
import { attachmentOf } from './attachment.ts';
import { FileCard } from './file-card.tsx';
import { Picture } from './picture.tsx';

/** Nothing for a message without a file. */
export function AttachmentView({ message }: { readonly message: CachedMessage }): ReactNode {
  const attachment = useMemo(() => attachmentOf(message), [message]);
  if (!attachment) return null;
  return attachment.isPicture ? <Picture attachment={attachment} /> : <FileCard attachment={attachment} />;
}
