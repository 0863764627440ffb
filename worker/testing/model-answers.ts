/**
 * What a server answers to questions about a chat: pages, changes, the ticket. Written from the contract, not from the daemon.
 *
 * Owns: the arithmetic of modes, bounds and flags. Pure over a {@link ModelChat}.
 */
import type { ChangesPage, MessagesPage, MessagesQuery, ServerMessage, ServerTicket } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { seesHidden, visibleMessages, type ModelChat } from './model-chat.ts';

/** A page of messages. */
export function pageOf(chat: ModelChat, query: MessagesQuery): MessagesPage {
  const all = visibleMessages(chat);
  const inside = all.filter(({ sequenceNumber: n }) =>
    query.mode === 'since' ? n > query.sequence : query.mode === 'before' ? n < query.sequence : query.mode === 'range' ? n >= query.start && n <= query.end : true,
  );
  const forward = query.mode === 'since' || query.mode === 'range';
  const rows = forward ? inside.slice(0, query.limit) : inside.slice(-query.limit);
  const oldest = rows[0]?.sequenceNumber ?? null;
  return {
    messages: rows.map((row) => ({ ...row })),
    totalCount: all.length,
    oldestSequence: oldest,
    newestSequence: rows.at(-1)?.sequenceNumber ?? null,
    hasMore: oldest !== null && (all[0]?.sequenceNumber ?? oldest) < oldest,
    hasNewer: forward && rows.length < inside.length,
    headSequence: chat.head,
    revision: chat.revision,
    complete: true,
  };
}

/** The latest state of whatever changed since a revision, in the order of its last change. */
export function changesOf(chat: ModelChat, since: number, limit: number): ChangesPage {
  if (since > chat.revision || since < chat.forgottenUpTo) throw new TabcachedError('CURSOR_EXPIRED');
  const role = seesHidden(chat);
  const deletions = [...chat.deleted.values()].filter((deletion) => role || !chat.hidden.has(deletion.sequenceNumber));
  const states = [
    ...visibleMessages(chat).map((message) => ({ revision: message.revision, change: { kind: 'upsert' as const, message: { ...message } as unknown } })),
    ...deletions.map((deletion) => ({ revision: deletion.revision, change: { kind: 'delete' as const, deletion } })),
  ]
    .filter((state) => state.revision > since)
    .sort((a, b) => a.revision - b.revision);
  const told = states.slice(0, limit);
  const hasMore = told.length < states.length;
  return { changes: told.map((state) => state.change), revision: hasMore ? (told.at(-1)?.revision ?? since) : chat.revision, headSequence: chat.head, hasMore };
}

/** Others' messages above the read mark. */
export function unreadOf(chat: ModelChat, userId: string): number {
  const rows = visibleMessages(chat);
  let unread = 0;
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at] as ServerMessage;
    if (row.sequenceNumber <= chat.lastRead) break;
    if (row.senderId !== userId) unread += 1;
  }
  return unread;
}

/** The ticket as this user sees it. */
export const ticketOf = (chat: ModelChat, userId: string): ServerTicket => ({
  id: chat.id,
  subject: chat.subject,
  statusId: chat.statusId,
  priority: null,
  requesterId: null,
  requester: null,
  technicianId: chat.technicianId ?? userId,
  technician: { id: chat.technicianId ?? userId, username: chat.technicianId ?? userId, fullName: null, isTechnician: true },
  headSequence: chat.head,
  lastMessageAt: visibleMessages(chat).at(-1)?.createdAt ?? null,
  lastMessagePreview: null,
  unreadCount: unreadOf(chat, userId),
  lastReadSequence: chat.lastRead,
  createdAt: new Date(0).toISOString(),
  updatedAt: null,
  revision: chat.revision,
});
