/**
 * Whose rows go first when messages take up too much.
 *
 * Owns: the order: expired chats first, then those that were not opened for longest. Pure. Does not know rows, budgets or tabs.
 */
import { isExpired } from '../sync/chat-state.ts';

/** What decides about a chat. Times are milliseconds since the epoch. */
export interface ChatCandidate {
  readonly requestId: string;
  readonly lastAccessedAt: number;
  readonly lastSyncedAt: number;
}

/** The chats, first to go first. Which of them may go at all is the caller's affair. */
export function orderChats(chats: readonly ChatCandidate[], now: number): readonly string[] {
  const rank = (chat: ChatCandidate): number => (isExpired(chat.lastSyncedAt, now) ? 0 : 1);
  const byTurn = (a: ChatCandidate, b: ChatCandidate): number =>
    rank(a) - rank(b) || a.lastAccessedAt - b.lastAccessedAt || (a.requestId < b.requestId ? -1 : 1);
  return chats.toSorted(byTurn).map(({ requestId }) => requestId);
}
