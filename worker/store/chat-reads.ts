/**
 * Reading a chat: its meta, windows of its confirmed rows, its pending rows. Written once, over the store port.
 *
 * Owns: the bounds. Confirmed rows are below `PROVISIONAL_BASE`, pending ones from there on; no reading mixes them. All rows come
 * ascending by sequence. Meta needs the store `chat_meta`, everything else `messages`.
 */
import { PROVISIONAL_BASE, type CachedMessage, type ChatSyncState } from '../../protocol/index.ts';
import type { KeyBounds, ReadTransaction } from './store.ts';

/** A chat's meta, or undefined when it was never opened. A `serverRevision` that older code wrote and is no decimal text is null. */
export async function readChatMeta(tx: ReadTransaction, requestId: string): Promise<ChatSyncState | undefined> {
  const meta = await tx.get('chat_meta', requestId);
  if (!meta || meta.serverRevision === null || /^\d{1,16}$/.test(meta.serverRevision)) return meta;
  return { ...meta, serverRevision: null };
}

const confirmed = (requestId: string, before: number = PROVISIONAL_BASE): KeyBounds => ({
  lower: [requestId, 1],
  upper: [requestId, Math.min(before, PROVISIONAL_BASE)],
  upperOpen: true,
});
const pending = (requestId: string): KeyBounds => ({
  lower: [requestId, PROVISIONAL_BASE],
  upper: [requestId, Number.MAX_SAFE_INTEGER],
});

/** Which rows of a chat: the newest `limit` ones, or those right before a sequence (which is not among them). */
export interface WindowQuery {
  readonly before?: number;
  readonly limit: number;
}

/** Confirmed rows of a window, ascending. */
export async function readWindow(tx: ReadTransaction, requestId: string, { before, limit }: WindowQuery): Promise<CachedMessage[]> {
  const bounds = confirmed(requestId, before);
  return (await tx.getAll('messages', { index: 'by_request_sequence', bounds, descending: true, limit })).toReversed();
}

/** Confirmed rows with sequences from `start` to `end`, both included, ascending. */
export function readRange(tx: ReadTransaction, requestId: string, start: number, end: number): Promise<CachedMessage[]> {
  const bounds: KeyBounds = { lower: [requestId, Math.max(1, start)], upper: [requestId, Math.min(end, PROVISIONAL_BASE - 1)] };
  return tx.getAll('messages', { index: 'by_request_sequence', bounds });
}

/** Rows that the server has not numbered yet, in the order they were written. */
export function readPending(tx: ReadTransaction, requestId: string): Promise<CachedMessage[]> {
  return tx.getAll('messages', { index: 'by_request_sequence', bounds: pending(requestId) });
}

/** Highest provisional sequence of a chat, or `PROVISIONAL_BASE - 1`. One more is the next, in the transaction that read it. */
export async function highestProvisional(tx: ReadTransaction, requestId: string): Promise<number> {
  const bounds = pending(requestId);
  const [last] = await tx.getAll('messages', { index: 'by_request_sequence', bounds, descending: true, limit: 1 });
  return last?.sequenceNumber ?? PROVISIONAL_BASE - 1;
}
