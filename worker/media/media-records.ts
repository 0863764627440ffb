/**
 * Records of files and the counters that go with them, in one transaction. Written once, over the store port; both media stores use it.
 *
 * Owns: what a record looks like in each of its states, and `mediaSize` and `mediaCount` of the statistics and of the chat. Does not know where
 * bytes are: callers say by how many the stored ones change.
 */
import type { CachedMediaMeta } from '../../protocol/index.ts';
import { readStats } from '../store/chat-counters.ts';
import type { ReadTransaction, StoreName, WriteTransaction } from '../store/store.ts';
import type { MediaNotes, MediaRecord, MediaRecount, VerifiedBody } from './media-store.ts';

/** Stores that {@link writeRecord} needs in its transaction. */
export const recordStores: readonly StoreName[] = ['media_meta', 'chat_meta', 'cache_stats'];

/** Is the file's body held? */
export const isHeld = (record: MediaRecord | undefined): record is MediaRecord => record !== undefined && record.localBlobKey !== null;

const heldBytes = (record: MediaRecord | undefined): number => (isHeld(record) ? record.fileSize : 0);

/** From one version of a record to the next; null: it is not there. */
export interface RecordChange {
  readonly before: MediaRecord | undefined;
  readonly after: MediaRecord | undefined;
  /** By how much what is really stored grows. */
  readonly storedBytes: number;
  readonly now: number;
}

/** Writes a record and the counters that follow from the change. The transaction needs {@link recordStores}. */
export async function writeRecord(tx: WriteTransaction, { before, after, storedBytes, now }: RecordChange): Promise<void> {
  const { id, requestId } = (after ?? before) as MediaRecord;
  if (after) void tx.put('media_meta', after);
  else void tx.delete('media_meta', id);
  const files = Number(isHeld(after)) - Number(isHeld(before));
  const bytes = heldBytes(after) - heldBytes(before);
  if (bytes !== 0) {
    const chat = await tx.get('chat_meta', requestId);
    if (chat) void tx.put('chat_meta', { ...chat, mediaSize: chat.mediaSize + bytes });
  }
  if (files === 0 && storedBytes === 0) return;
  const stats = await readStats(tx, now);
  await setMediaCounters(tx, stats.mediaSize + storedBytes, stats.mediaCount + files, now);
}

/** Sets the statistics of media; the transaction needs `cache_stats`. */
export async function setMediaCounters(tx: WriteTransaction, mediaSize: number, mediaCount: number, now: number): Promise<void> {
  const stats = await readStats(tx, now);
  await tx.put('cache_stats', { ...stats, mediaSize, mediaCount, totalSize: stats.messagesSize + mediaSize, updatedAt: now });
}

/** What the counters of records must be; what is really stored is the twins' to count. */
export function countRecords(records: readonly MediaRecord[]): Omit<MediaRecount, 'mediaSize'> {
  const chats = new Map<string, number>();
  for (const record of records) if (isHeld(record)) chats.set(record.requestId, (chats.get(record.requestId) ?? 0) + record.fileSize);
  return { mediaCount: records.filter(isHeld).length, chats };
}

/** Puts right the counters that differ from a recount. The transaction needs `chat_meta` and `cache_stats`. Answers whether any did. */
export async function correctCounters(tx: WriteTransaction, counted: MediaRecount, now: number): Promise<boolean> {
  const [chats, stats] = await Promise.all([tx.getAll('chat_meta'), readStats(tx, now)]);
  let wrong = false;
  for (const chat of chats) {
    const mediaSize = counted.chats.get(chat.requestId) ?? 0;
    if (chat.mediaSize === mediaSize) continue;
    wrong = true;
    void tx.put('chat_meta', { ...chat, mediaSize });
  }
  if (stats.mediaSize === counted.mediaSize && stats.mediaCount === counted.mediaCount) return wrong;
  await setMediaCounters(tx, counted.mediaSize, counted.mediaCount, now);
  return true;
}

/** All records, or those of one chat. The transaction needs `media_meta`. */
export const listRecords = (tx: ReadTransaction, requestId?: string): Promise<CachedMediaMeta[]> =>
  requestId === undefined ? tx.getAll('media_meta') : tx.getAll('media_meta', { index: 'by_request', bounds: { lower: requestId, upper: requestId } });

/** A record with its notes changed; members that are undefined are taken away. */
export function noted(record: MediaRecord, notes: MediaNotes): MediaRecord {
  const next: Record<string, unknown> = { ...record, ...notes };
  for (const [name, value] of Object.entries(next)) if (value === undefined) delete next[name];
  return next as unknown as MediaRecord;
}

/** The record of a file whose verified body is held under that key. A partial, if there is one, is still to be deleted. */
export function completed(record: MediaRecord, body: VerifiedBody, localBlobKey: string, now: number): MediaRecord {
  const { _error: _, ...rest } = record;
  return {
    ...rest,
    localBlobKey,
    mimeType: body.mimeType,
    fileSize: body.size,
    sha256Hash: body.verified ? body.digest : null,
    isVerified: body.verified,
    downloadStatus: 'completed',
    downloadProgress: 100,
    downloadedAt: now,
    lastAccessedAt: now,
  };
}

/** The record of a file whose body is not held (any more): size, type and thumbnail stay known. */
export function bodiless(record: MediaRecord): MediaRecord {
  const { _body: _, ...rest } = record;
  return { ...rest, localBlobKey: null, isVerified: false, downloadStatus: 'pending', downloadProgress: 0, downloadedAt: null };
}

/** A record without its thumbnail. */
export function unpictured(record: MediaRecord): MediaRecord {
  const { _thumbnailSize: _, _thumbnailType: __, ...rest } = record;
  return { ...rest, thumbnailBlobKey: null };
}

/** A record with a partial of that size; without one for 0. */
export function withPartial(record: MediaRecord, size: number, etag: string): MediaRecord {
  const { _partial: _, ...rest } = record;
  return size > 0 ? { ...rest, _partial: { size, etag } } : rest;
}
