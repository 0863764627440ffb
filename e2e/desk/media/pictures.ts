/** The pictures of a conversation, for going from one to the next. Pure. */
import type { ChatItem } from 'tabcached';
import { attachmentOf, type Attachment } from './attachment.ts';

/** Of what is loaded, oldest first. */
export const picturesOf = (items: readonly ChatItem[]): readonly Attachment[] =>
  items.flatMap((item) => {
    const attachment = item.type === 'message' ? attachmentOf(item.message) : null;
    return attachment?.isPicture ? [attachment] : [];
  });
