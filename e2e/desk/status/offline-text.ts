/** What happens to what is written while the server is away. Pure. */
import type { MessageCounts } from '../outbox/lanes.ts';
import { messagesText } from '../outbox/outbox-text.ts';

/** A sentence or two about the messages that wait. */
export function offlineText({ all, blocked }: Pick<MessageCounts, 'all' | 'blocked'>): string {
  if (all === 0) return 'You can read and write on: messages are kept here and sent when it is back.';
  const waiting = all - blocked;
  const sent = waiting > 0 ? `${messagesText(waiting)} ${waiting === 1 ? 'is' : 'are'} kept here and will be sent when the connection is back.` : null;
  const held = blocked > 0 ? `${messagesText(blocked)} ${blocked === 1 ? 'waits' : 'wait'} for your decision.` : null;
  return [sent, held].filter(Boolean).join(' ');
}
