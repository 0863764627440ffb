/** What clearing would do, in words. Pure. */
import type { ClearReport } from 'tabcached';
import { bytesText } from './bytes-text.ts';

const count = (n: number, one: string, many: string): string => `${new Intl.NumberFormat('en-GB').format(n)} ${n === 1 ? one : many}`;

/** A sentence or two; null when there is nothing to clear. */
export function clearText({ chats, messages, bytes, unsentKept }: ClearReport): string | null {
  if (chats === 0) return null;
  const kept = unsentKept === 0 ? 'Drafts stay.' : `${count(unsentKept, 'message that was', 'messages that were')} not sent, and drafts, stay.`;
  return `${count(messages, 'message', 'messages')} in ${count(chats, 'chat', 'chats')} (${bytesText(bytes)}) are removed from this browser and loaded again when opened. ${kept}`;
}
