/**
 * Whether an unread count is too high by what was read here. Pure.
 *
 * Owns: this rule. What was read is taken off the server's count by the rows in memory (`sync/unread.ts`); a chat that nobody has open has none
 * there, and then own messages that raise the head would look like messages of somebody else.
 */
import type { ChatModel } from '../sync/chat-model.ts';
import { covers } from '../sync/ranges.ts';

/** Does the server not know yet how far was read, and are the rows up to there not all in memory? */
export function countsRead(model: ChatModel | undefined): boolean {
  const server = model?.meta._serverRead;
  if (!model || !server) return false;
  const { history: { floor, gaps }, meta: { lastReadSequence: mark }, resident } = model;
  const start = server.lastReadSequence + 1;
  // What is in no store is in memory neither: below the floor, and in gaps.
  const isHeld = floor > 0 && floor <= start && gaps.every((gap) => gap.end < start || gap.start > mark) && covers(resident, start, mark);
  return server.unreadCount > 0 && start <= mark && !isHeld;
}
