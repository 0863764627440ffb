/**
 * The chats of the benchmarks: every message follows from its chat's number and its sequence, so nothing has to be handed around.
 *
 * In them a message's revision is its sequence, and a chat's revision its head: every change is a new message.
 */
import type { CachedMessage, ChatSyncState, Sender, ServerMessage, ServerTicket } from 'tabcached/protocol';
import { textOf } from './words.ts';

/** Who is signed in. */
export const USER_ID = 'bench';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const startAt = Date.UTC(2026, 0, 1);
const sender: Sender = { id: 'requester', username: 'requester', fullName: 'Someone Else', isTechnician: false };

/** Id of chat `chat`, counted from 0. */
export const chatId = (chat: number): string => `${hex(chat, 8)}-0000-4000-8000-000000000000`;
/** The number in a chat's id. */
export const chatNumber = (requestId: string): number => Number.parseInt(requestId.slice(0, 8), 16);

const messageId = (chat: number, sequence: number): string => `${hex(chat, 8)}-0000-4000-9000-${hex(sequence, 12)}`;

/** A message as the server sends it. */
export function serverMessage(chat: number, sequence: number): ServerMessage {
  return {
    id: messageId(chat, sequence),
    requestId: chatId(chat),
    sequenceNumber: sequence,
    senderId: sender.id,
    sender,
    content: textOf(chat * 1_000_003 + sequence),
    createdAt: new Date(startAt + sequence * 60_000).toISOString(),
    updatedAt: null,
    isScreenshot: false,
    screenshotFileName: null,
    fileName: null,
    fileSize: null,
    fileMimeType: null,
    isReadByCurrentUser: false,
    revision: sequence,
  };
}

/** The same message as it is stored. */
export function storedMessage(chat: number, sequence: number): CachedMessage {
  const { revision, ...body } = serverMessage(chat, sequence);
  return { ...body, status: 'sent', _cachedAt: startAt, _syncVersion: 1, _revision: revision };
}

/** Record of a chat of which everything up to `head` is stored. */
export function storedChat(chat: number, head: number, now: number): ChatSyncState {
  return {
    requestId: chatId(chat),
    lastSyncedSequence: head,
    lastSyncedAt: now,
    totalMessageCount: head,
    knownGaps: [],
    unreadCount: 0,
    lastReadSequence: head,
    lastReadAt: null,
    messageCount: head,
    mediaSize: 0,
    lastAccessedAt: now,
    serverRevision: String(head),
    _floor: 1,
    _voids: [],
    _ahead: [],
    _unverified: [],
    _headSequence: head,
    _serverRead: { unreadCount: 0, lastReadSequence: head, revision: head },
    _messagesSize: 0,
    _lastSyncFailed: false,
  };
}

/** A chat's ticket. */
export function serverTicket(chat: number, head: number): ServerTicket {
  return {
    id: chatId(chat),
    subject: `Ticket ${chat}`,
    statusId: 1,
    priority: null,
    requesterId: sender.id,
    requester: sender,
    technicianId: null,
    technician: null,
    headSequence: head,
    lastMessageAt: new Date(startAt).toISOString(),
    lastMessagePreview: null,
    unreadCount: 0,
    lastReadSequence: head,
    createdAt: new Date(startAt).toISOString(),
    updatedAt: null,
    revision: head,
  };
}

/** Milliseconds on a clock that all processes of this machine share. */
export const sharedNow = (): number => performance.timeOrigin + performance.now();
