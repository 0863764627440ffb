/** Records for tests of the store: complete, plain, and the same every time. */
import type { CachedMediaMeta, CachedMessage, OfflineOperation } from '../../protocol/index.ts';

/** A UUID made from a number. */
export const uuid = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;

/** A confirmed message; its revision is its sequence unless said otherwise. */
export const message = (id: number, requestId: string, sequenceNumber: number, more: Partial<CachedMessage> = {}): CachedMessage => ({
  id: uuid(id),
  requestId,
  sequenceNumber,
  senderId: 'u1',
  sender: { id: 'u1', username: 'ana', fullName: null, isTechnician: true },
  content: `text ${id}`,
  createdAt: '2026-01-16T10:00:00.000Z',
  updatedAt: null,
  isScreenshot: false,
  screenshotFileName: null,
  fileName: null,
  fileSize: null,
  fileMimeType: null,
  isReadByCurrentUser: false,
  status: 'sent',
  _cachedAt: 0,
  _syncVersion: 0,
  _revision: sequenceNumber,
  ...more,
});

/** A pending operation that sends a message. */
export const operation = (id: number, requestId: string, more: Partial<OfflineOperation> = {}): OfflineOperation =>
  ({
    id: uuid(id),
    requestId,
    type: 'send_message',
    payload: { content: `text ${id}`, tempId: uuid(id) },
    status: 'pending',
    createdAt: 1_000 + id,
    attemptedAt: null,
    retryCount: 0,
    maxRetries: 5,
    nextRetryAt: null,
    lastError: null,
    _order: id,
    ...more,
  }) as OfflineOperation;

/** Metadata of a media file. */
export const media = (id: string, more: Partial<CachedMediaMeta> = {}): CachedMediaMeta => ({
  id,
  requestId: uuid(1),
  messageId: uuid(2),
  filename: id,
  mimeType: 'image/png',
  fileSize: 10,
  downloadStatus: 'pending',
  downloadProgress: 0,
  downloadedAt: null,
  sha256Hash: null,
  isVerified: false,
  localBlobKey: null,
  thumbnailBlobKey: null,
  lastAccessedAt: 1,
  isPinned: false,
  priority: 'normal',
  ...more,
});
