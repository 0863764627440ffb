/**
 * What the daemon keeps in memory of a file that somebody watches or that is being fetched, and the state that tabs see of it.
 *
 * Owns: the shape and the derivation of the state. Pure.
 */
import { RETRYABLE, type ErrorCode, type TabcachedError } from '../../protocol/errors.ts';
import { mediaId, shownType, type MediaError, type MediaPriority, type MediaState } from '../../protocol/media.ts';
import type { Session } from '../sessions.ts';
import type { MediaRecord } from './media-store.ts';
import { together, type Urgency } from './urgency.ts';

/** A file in memory. */
export interface MediaEntry {
  readonly id: string;
  readonly requestId: string;
  readonly filename: string;
  readonly watchers: Map<Session, Urgency>;
  /** As stored, or as it would be: see `stored`. */
  record: MediaRecord;
  /** False: storage refused the record; then nothing of the file is stored. */
  stored: boolean;
  receivedBytes: number;
  totalBytes: number | null;
  /** The body of a file that was passed through. */
  lent: Blob | null;
  lastFrame: string;
  lastFrameAt: number;
  /** Ends the wait after which progress is shown; null when none is to be shown. */
  cancelShow: (() => void) | null;
}

/** What a tab says of a file that it watches or pins. */
export interface MediaWish {
  readonly requestId: string;
  readonly filename: string;
  readonly messageId: string;
  readonly originalFilename?: string | undefined;
  readonly fileSize?: number | null;
  readonly mimeType?: string | null;
  readonly priority?: MediaPriority;
}

/** The record of a file of which nothing is held. */
export const newRecord = (wish: MediaWish, now: number): MediaRecord => ({
  id: mediaId(wish.requestId, wish.filename),
  requestId: wish.requestId,
  messageId: wish.messageId,
  filename: wish.filename,
  ...(wish.originalFilename === undefined ? {} : { originalFilename: wish.originalFilename }),
  mimeType: shownType(wish.mimeType ?? null),
  fileSize: wish.fileSize ?? 0,
  downloadStatus: 'pending',
  downloadProgress: 0,
  downloadedAt: null,
  sha256Hash: null,
  isVerified: false,
  localBlobKey: null,
  thumbnailBlobKey: null,
  lastAccessedAt: now,
  isPinned: false,
  priority: wish.priority ?? 'normal',
});

/** A file that nobody watches yet. */
export const newEntry = (record: MediaRecord, stored: boolean): MediaEntry => ({
  id: record.id,
  requestId: record.requestId,
  filename: record.filename,
  watchers: new Map(),
  record,
  stored,
  receivedBytes: 0,
  totalBytes: null,
  lent: null,
  lastFrame: '',
  lastFrameAt: 0,
  cancelShow: null,
});

/** How urgent a file is: what a hidden tab shows is not on screen. A pinned file that nobody watches comes last. */
export const urgencyOf = (entry: MediaEntry): Urgency =>
  together([...entry.watchers].map(([session, wish]) => ({ onScreen: wish.onScreen && session.report.visible, priority: wish.priority })));

const errorOf = (error: { readonly code: string; readonly message: string }): MediaError => ({
  code: error.code as ErrorCode,
  message: error.message,
  retryable: RETRYABLE[error.code as ErrorCode] ?? false,
});

/** Where the queue has the file. */
export interface QueuePlace {
  readonly phase: 'none' | 'waiting' | 'running';
  readonly problem: TabcachedError | null;
}

/** The state that tabs see. */
export function stateOf(entry: MediaEntry, { phase, problem }: QueuePlace): MediaState {
  const { record, lent } = entry;
  const held = record.localBlobKey !== null || lent !== null;
  const status = held ? 'completed' : phase === 'running' ? 'downloading' : phase === 'waiting' ? 'queued' : record.downloadStatus === 'failed' ? 'failed' : 'idle';
  const totalBytes = entry.totalBytes ?? (record.fileSize || null);
  const receivedBytes = Math.max(entry.receivedBytes, record._partial?.size ?? 0);
  return {
    status,
    progress: held ? 100 : totalBytes ? Math.min(99, Math.floor((receivedBytes / totalBytes) * 100)) : 0,
    thumbnail: record.thumbnailBlobKey !== null,
    mimeType: shownType(record.mimeType),
    fileSize: lent ? lent.size : record.localBlobKey !== null ? record.fileSize : totalBytes,
    pinned: record.isPinned,
    passedThrough: record.localBlobKey === null && lent !== null,
    error: status === 'queued' && problem ? errorOf(problem) : status === 'failed' ? errorOf(record._error ?? { code: 'INTERNAL', message: '' }) : null,
  };
}
