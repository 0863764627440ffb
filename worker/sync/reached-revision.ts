/**
 * How far the server of a chat is known to have come: that of its cursor, of an own message confirmed above the
 * watermark, or of a deletion: these are kept when the chat is evicted.
 *
 * Owns: that bound, by which a server that was set back is told, though its cursor was never asked for. Does not know what follows.
 */
import type { ChatBook } from './chat-book.ts';
import { revisionOf, rowsBetween, type ChatModel } from './chat-model.ts';

/** Brings own messages confirmed above the watermark into memory. Storage that cannot be read is no reason not to ask the server. */
export async function loadAhead(book: Pick<ChatBook, 'open' | 'loadRange'>, requestId: string): Promise<void> {
  for (const { start, end } of book.open(requestId).history.ahead) await book.loadRange(requestId, start, end).catch(() => undefined);
}

/** The highest revision that the server has certainly had, by what of the chat is in memory; 0: none is known. */
export function reachedRevision(model: ChatModel): number {
  const { ahead, voids } = model.history;
  const told = [...ahead.flatMap(({ start, end }) => rowsBetween(model.rows, start, end).map((row) => row._revision)), ...voids.map(({ revision }) => revision)];
  return told.reduce((highest, revision) => Math.max(highest, revision), revisionOf(model) ?? 0);
}
