/** Who this user is to others: the daemon is told an id, the tickets know the name. */
import type { CachedTicket, Sender } from '../../protocol/index.ts';

/** This user as others see him, as far as the tickets tell. */
export function senderOf(userId: string, tickets: readonly CachedTicket[]): Sender | null {
  for (const { requester, technician } of tickets) {
    if (requester?.id === userId) return requester;
    if (technician?.id === userId) return technician;
  }
  return null;
}
