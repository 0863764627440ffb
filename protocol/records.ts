/**
 * The records of the database, as the data model specifies them: names, types and limits are binding. Fields that begin
 * with `_` are tabcached's own.
 *
 * Owns: one schema per store; types are inferred from them. Does not know how or where records are stored.
 */
import * as v from 'valibot';
import { CONTENT_MAX, CONTENT_MIN } from './limits.ts';

/** RFC 9562 UUID of any version, as the server and `crypto.randomUUID` write it. */
export const Uuid = v.pipe(v.string(), v.uuid());
/** ISO 8601 date and time with a zone, as `Date.prototype.toISOString` and PostgreSQL write it. */
export const IsoTimestamp = v.pipe(v.string(), v.isoTimestamp());
/** Counts, sequences of nothing, and the like. */
export const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** A message's sequence number: a positive integer. */
export const SequenceNumber = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** Text of a message: 1 to 10,000 UTF-16 code units. */
export const Content = v.pipe(v.string(), v.minLength(CONTENT_MIN), v.maxLength(CONTENT_MAX));
/** Milliseconds since the Unix epoch. */
const UnixMs = v.pipe(v.number(), v.minValue(0));

/** Who wrote a message. */
export const Sender = v.object({
  id: v.string(),
  username: v.string(),
  fullName: v.nullable(v.string()),
  isTechnician: v.boolean(),
});
/** See {@link Sender}. */
export type Sender = v.InferOutput<typeof Sender>;

/** What a message says, whoever holds it: the part that the server and the cache have in common. */
export const MessageBody = v.object({
  id: Uuid,
  requestId: Uuid,
  sequenceNumber: SequenceNumber,
  senderId: v.nullable(v.string()),
  sender: v.nullable(Sender),
  content: Content,
  createdAt: IsoTimestamp,
  updatedAt: v.nullable(IsoTimestamp),
  isScreenshot: v.boolean(),
  screenshotFileName: v.nullable(v.string()),
  fileName: v.nullable(v.string()),
  fileSize: v.nullable(Count),
  fileMimeType: v.nullable(v.string()),
  isReadByCurrentUser: v.boolean(),
  /** The author's idempotency key; only the author is given it. */
  clientTempId: v.optional(v.string()),
});

/** Store `messages`: one message, confirmed or pending. */
export const CachedMessage = v.object({
  ...MessageBody.entries,
  tempId: v.optional(v.string()),
  status: v.picklist(['pending', 'sent', 'failed']),
  errorMessage: v.optional(v.string()),
  _cachedAt: UnixMs,
  _syncVersion: Count,
  /** The server's per-chat revision of this row; 0 for a row the server has not numbered. */
  _revision: Count,
});
/** See {@link CachedMessage}. */
export type CachedMessage = v.InferOutput<typeof CachedMessage>;

/** A closed range of sequences known to be missing. */
export const KnownGap = v.object({ startSeq: SequenceNumber, endSeq: SequenceNumber, detectedAt: UnixMs });
/** See {@link KnownGap}. */
export type KnownGap = v.InferOutput<typeof KnownGap>;

/** A closed range of sequences that the server has no row for, proven by a complete answer of that revision. */
export const VoidRange = v.object({
  startSeq: SequenceNumber,
  endSeq: SequenceNumber,
  revision: Count,
  reason: v.picklist(['absent', 'deleted', 'rejected']),
});
/** See {@link VoidRange}. */
export type VoidRange = v.InferOutput<typeof VoidRange>;

/** A closed range of sequences. */
export const SeqRange = v.object({ startSeq: SequenceNumber, endSeq: SequenceNumber });
/** See {@link SeqRange}. */
export type SeqRange = v.InferOutput<typeof SeqRange>;

/** What the server last said of the user's reading of a chat. */
export const ServerRead = v.object({ unreadCount: Count, lastReadSequence: Count, revision: Count });
/** See {@link ServerRead}. */
export type ServerRead = v.InferOutput<typeof ServerRead>;

/** Store `chat_meta`: where the synchronisation of one chat stands. */
export const ChatSyncState = v.object({
  requestId: Uuid,
  lastSyncedSequence: Count,
  lastSyncedAt: UnixMs,
  totalMessageCount: Count,
  knownGaps: v.array(KnownGap),
  unreadCount: Count,
  lastReadSequence: Count,
  lastReadAt: v.nullable(UnixMs),
  /** Confirmed and pending rows of this chat in `messages`. */
  messageCount: Count,
  mediaSize: Count,
  lastAccessedAt: UnixMs,
  /** Decimal text of the highest revision whose changes are all applied, or null before the first sync. */
  serverRevision: v.nullable(v.string()),
  /** Oldest sequence of the held window; 1 once the beginning of the chat is held. 0 before the first sync. */
  _floor: Count,
  _voids: v.array(VoidRange),
  /** Held sequences above the watermark: own messages that the server confirmed before the history up to them was. */
  _ahead: v.array(SeqRange),
  /** Held ranges that a resync has not confirmed yet; shown, marked. */
  _unverified: v.array(SeqRange),
  /** The server's highest sequence as last heard. */
  _headSequence: Count,
  _serverRead: v.nullable(ServerRead),
  /** Text typed but not sent. */
  _draft: v.optional(v.string()),
  /** Bytes of the rows counted by `messageCount`, by {@link rowBytes}. */
  _messagesSize: Count,
  /** Outcome of the last synchronisation, for the state that the view shows. */
  _lastSyncFailed: v.boolean(),
});
/** See {@link ChatSyncState}. */
export type ChatSyncState = v.InferOutput<typeof ChatSyncState>;

/** Store `tickets`: one support request, as the list shows it. */
export const TicketBody = v.object({
  id: Uuid,
  subject: v.string(),
  statusId: v.number(),
  priority: v.nullable(v.string()),
  requesterId: v.nullable(v.string()),
  requester: v.nullable(Sender),
  technicianId: v.nullable(v.string()),
  technician: v.nullable(Sender),
  headSequence: Count,
  lastMessageAt: v.nullable(IsoTimestamp),
  lastMessagePreview: v.nullable(v.string()),
  unreadCount: Count,
  lastReadSequence: Count,
  createdAt: IsoTimestamp,
  updatedAt: v.nullable(IsoTimestamp),
});
/** See {@link TicketBody}. */
export const CachedTicket = v.object({ ...TicketBody.entries, _revision: Count, _cachedAt: UnixMs });
/** See {@link TicketBody}. */
export type CachedTicket = v.InferOutput<typeof CachedTicket>;

/** Store `ticket_meta`: single values by key: `cursor`, `_writer` (the fence), `_signedOut`, `_untold` (notices), `_discarded` (messages). */
export const TicketMeta = v.object({ key: v.string(), value: v.unknown() });
/** See {@link TicketMeta}. */
export type TicketMeta = v.InferOutput<typeof TicketMeta>;

/** Store `media_meta`. */
export const CachedMediaMeta = v.object({
  id: v.string(),
  requestId: Uuid,
  messageId: Uuid,
  filename: v.string(),
  originalFilename: v.optional(v.string()),
  mimeType: v.string(),
  fileSize: Count,
  downloadStatus: v.picklist(['pending', 'downloading', 'completed', 'failed']),
  downloadProgress: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
  downloadedAt: v.nullable(UnixMs),
  sha256Hash: v.nullable(v.string()),
  isVerified: v.boolean(),
  localBlobKey: v.nullable(v.string()),
  thumbnailBlobKey: v.nullable(v.string()),
  lastAccessedAt: UnixMs,
  isPinned: v.boolean(),
  priority: v.picklist(['high', 'normal', 'low']),
  /** Bytes of the thumbnail; absent or 0 without one. */
  _thumbnailSize: v.optional(Count),
  /** Type of the thumbnail, where it is a file. */
  _thumbnailType: v.optional(v.string()),
  /** Where bodies are files: the digest of the held one, the file whose path has the bytes (null: this one), and the others that share them. */
  _body: v.optional(v.object({ digest: v.string(), owner: v.nullable(v.string()), refs: v.array(v.string()) })),
  /** The part of the file that was received before its download stopped: how much, and the tag that proves it is the same file. */
  _partial: v.optional(v.object({ size: Count, etag: v.string() })),
  /** Why the last attempt failed. */
  _error: v.optional(v.object({ code: v.string(), message: v.string() })),
});
/** See {@link CachedMediaMeta}. */
export type CachedMediaMeta = v.InferOutput<typeof CachedMediaMeta>;

/** Store `media_blobs`. */
export const CachedMediaBlob = v.object({
  key: v.string(),
  data: v.blob(),
  size: Count,
  mimeType: v.string(),
  createdAt: UnixMs,
  lastAccessedAt: UnixMs,
  /** Ids of the files that are these bytes (same digest, one blob). Absent: a thumbnail, or a part of a file not complete yet. */
  _refs: v.optional(v.array(v.string())),
});
/** See {@link CachedMediaBlob}. */
export type CachedMediaBlob = v.InferOutput<typeof CachedMediaBlob>;

/** Payload of an operation that sends a message. */
export const SendMessagePayload = v.object({
  content: Content,
  tempId: Uuid,
  isScreenshot: v.optional(v.boolean()),
  screenshotFileName: v.optional(v.string()),
});
/** See {@link SendMessagePayload}. */
export type SendMessagePayload = v.InferOutput<typeof SendMessagePayload>;

/** Payload of an operation that moves the read marker. */
export const MarkReadPayload = v.object({ messageIds: v.array(v.string()), upToSequence: SequenceNumber });
/** See {@link MarkReadPayload}. */
export type MarkReadPayload = v.InferOutput<typeof MarkReadPayload>;

const operation = {
  id: Uuid,
  requestId: Uuid,
  status: v.picklist(['pending', 'syncing', 'completed', 'failed']),
  createdAt: UnixMs,
  attemptedAt: v.nullable(UnixMs),
  retryCount: Count,
  maxRetries: Count,
  nextRetryAt: v.nullable(UnixMs),
  lastError: v.nullable(v.string()),
  /** Order of acceptance by the daemon; two operations of one millisecond keep their order. */
  _order: Count,
  /** The last attempt may have reached the server: ask by `clientTempId` before sending again, refuse edit and discard. */
  _outcomeUnknown: v.optional(v.boolean()),
  /** Code of the error in `lastError`. */
  _errorCode: v.optional(v.string()),
  /** The ticket as it was when the message was accepted: what happened to it since explains a refusal. */
  _ticket: v.optional(v.object({ statusId: v.number(), technicianId: v.nullable(v.string()), technician: v.nullable(Sender) })),
};

/** Store `offline_queue`: what a person did and the server has not confirmed. */
export const OfflineOperation = v.variant('type', [
  v.object({ ...operation, type: v.literal('send_message'), payload: SendMessagePayload }),
  v.object({ ...operation, type: v.literal('mark_read'), payload: MarkReadPayload }),
]);
/** See {@link OfflineOperation}. */
export type OfflineOperation = v.InferOutput<typeof OfflineOperation>;
/** An operation that sends a message. */
export type SendOperation = Extract<OfflineOperation, { type: 'send_message' }>;
/** An operation that moves the read marker. */
export type ReadOperation = Extract<OfflineOperation, { type: 'mark_read' }>;

/** Store `cache_stats`: one record, key `stats`. */
export const CacheStats = v.object({
  key: v.literal('stats'),
  totalSize: Count,
  messagesSize: Count,
  mediaSize: Count,
  chatCount: Count,
  messageCount: Count,
  mediaCount: Count,
  cacheHits: Count,
  cacheMisses: Count,
  hitRate: v.number(),
  lastFullSync: v.nullable(UnixMs),
  lastDeltaSync: v.nullable(UnixMs),
  pendingOperations: Count,
  createdAt: UnixMs,
  updatedAt: UnixMs,
});
/** See {@link CacheStats}. */
export type CacheStats = v.InferOutput<typeof CacheStats>;

/** Fixed share of a stored row's bytes: keys, ids, dates and flags, which hardly vary. */
const ROW_OVERHEAD_BYTES = 512;

/**
 * Bytes that a row counts for in the statistics: its texts at two bytes a code unit, as engines store them, and a fixed share
 * for the rest. The same function adds and subtracts, so counters always equal a recount.
 */
export function rowBytes(row: Pick<CachedMessage, 'content' | 'fileName' | 'screenshotFileName'>): number {
  return ROW_OVERHEAD_BYTES + 2 * (row.content.length + (row.fileName?.length ?? 0) + (row.screenshotFileName?.length ?? 0));
}
