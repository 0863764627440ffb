/**
 * Making and changing operations. Values only.
 *
 * Owns: the fields of the data model's state machine. Does not know stores or the network.
 */
import type { CachedMessage, ReadOperation, SendOperation, Sender, TicketThen } from '../../protocol/index.ts';
import { MAX_RETRIES } from '../../protocol/limits.ts';
import type { TabcachedError } from '../../protocol/errors.ts';

/** What a person sends. */
export interface Draft {
  readonly requestId: string;
  readonly clientTempId: string;
  readonly content: string;
  readonly isScreenshot: boolean;
  readonly screenshotFileName: string | null;
  /** What is typed in the chat and not sent stays. */
  readonly keepDraft?: boolean;
  /** It was handed to a daemon before, and nobody knows what became of it. */
  readonly again?: boolean;
}

const fresh = (now: number, order: number) => ({
  status: 'pending' as const,
  createdAt: now,
  attemptedAt: null,
  retryCount: 0,
  maxRetries: MAX_RETRIES,
  nextRetryAt: null,
  lastError: null,
  _order: order,
});

/** The operation that sends a message; one UUID is its id, the payload's `tempId` and the message's idempotency key. */
export const sendOperation = (draft: Draft, now: number, order: number, ticket?: TicketThen): SendOperation => ({
  ...fresh(now, order),
  ...(ticket && { _ticket: { statusId: ticket.statusId, technicianId: ticket.technicianId, technician: ticket.technician } }),
  id: draft.clientTempId,
  type: 'send_message',
  requestId: draft.requestId,
  payload: {
    content: draft.content,
    tempId: draft.clientTempId,
    ...(draft.isScreenshot ? { isScreenshot: true } : {}),
    ...(draft.screenshotFileName === null ? {} : { screenshotFileName: draft.screenshotFileName }),
  },
});

/** The operation that moves a chat's read mark. */
export const readOperation = (id: string, requestId: string, upToSequence: number, messageIds: readonly string[], now: number, order: number): ReadOperation => ({
  ...fresh(now, order),
  id,
  type: 'mark_read',
  requestId,
  payload: { upToSequence, messageIds: [...messageIds] },
});

/** The optimistic row of a message. */
export const pendingRow = (draft: Draft, author: { readonly userId: string; readonly sender: Sender | null }, sequenceNumber: number, now: number): CachedMessage => ({
  id: draft.clientTempId,
  requestId: draft.requestId,
  sequenceNumber,
  senderId: author.userId,
  sender: author.sender,
  content: draft.content,
  createdAt: new Date(now).toISOString(),
  updatedAt: null,
  isScreenshot: draft.isScreenshot,
  screenshotFileName: draft.screenshotFileName,
  fileName: null,
  fileSize: null,
  fileMimeType: null,
  isReadByCurrentUser: true,
  tempId: draft.clientTempId,
  clientTempId: draft.clientTempId,
  status: 'pending',
  _cachedAt: now,
  _syncVersion: 0,
  _revision: 0,
});

/** An operation whose attempt begins. */
export const attempted = <O extends SendOperation | ReadOperation>(operation: O, now: number): O => ({ ...operation, status: 'syncing', attemptedAt: now, nextRetryAt: null });

/** The same operation; `unknown` when the server may have the message, and nobody knows. */
export const doubted = <O extends SendOperation | ReadOperation>(operation: O, unknown: boolean): O => {
  const { _outcomeUnknown: _, ...rest } = operation;
  return { ...(rest as O), ...(unknown ? { _outcomeUnknown: true } : {}) };
};

const refused = <O extends SendOperation | ReadOperation>(operation: O, error: TabcachedError, unknown: boolean): O => ({
  ...doubted(operation, unknown),
  lastError: error.message,
  _errorCode: error.code,
});

/** An operation that waits again from `now`; `counted` when the attempt counts. Its attempt counts from its end: the clock may have been set while it ran. */
export const waiting = <O extends SendOperation | ReadOperation>(
  operation: O,
  error: TabcachedError,
  how: { readonly now: number; readonly counted: boolean; readonly nextRetryAt: number | null; readonly unknown: boolean },
): O => ({ ...refused(operation, error, how.unknown), status: 'pending', attemptedAt: how.now, retryCount: operation.retryCount + (how.counted ? 1 : 0), nextRetryAt: how.nextRetryAt });

/** An operation that a person has to decide about. */
export const failed = <O extends SendOperation | ReadOperation>(operation: O, error: TabcachedError, unknown: boolean): O => ({ ...refused(operation, error, unknown), status: 'failed', nextRetryAt: null });

/** A failed operation that is tried again, as new. */
export const revived = <O extends SendOperation | ReadOperation>(operation: O): O => {
  const { _errorCode: _, ...rest } = operation;
  return { ...(rest as O), status: 'pending', retryCount: 0, nextRetryAt: null, lastError: null };
};
