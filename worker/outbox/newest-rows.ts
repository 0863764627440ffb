/**
 * Whether the newest rows of a chat are in memory: a message that is sent once more would be among them.
 *
 * Owns: bringing them there, and that whoever asks later waits as well, so that the order of pressing send is kept.
 */
import { PAGE_SIZE, PROVISIONAL_BASE } from '../../protocol/limits.ts';
import type { ChatBook } from '../sync/chat-book.ts';
import { topOf } from '../sync/history.ts';
import { covers } from '../sync/ranges.ts';

/** See the head of the file. */
export interface NewestRows {
  /** Waits for the rows and calls `then` in turn; at once when they are there and nobody waits. `read`: they are there. Never rejects by itself. */
  when<T>(requestId: string, then: (read: boolean) => Promise<T>): Promise<T>;
}

/** Nobody waits yet. */
export function createNewestRows(book: Pick<ChatBook, 'open' | 'loadBefore'>): NewestRows {
  const lookups = new Map<string, Promise<boolean>>();

  return {
    when: async (requestId, then) => {
      const { history, resident } = book.open(requestId);
      const top = topOf(history);
      const known = lookups.get(requestId);
      if (!known && covers(resident, Math.max(1, history.floor, top - PAGE_SIZE), top)) return then(true);
      // Storage that cannot be read is no reason not to send.
      const lookup = (known ?? Promise.resolve()).then(() => book.loadBefore(requestId, PROVISIONAL_BASE, PAGE_SIZE)).then(() => true, () => false);
      lookups.set(requestId, lookup);
      const read = await lookup;
      if (lookups.get(requestId) === lookup) lookups.delete(requestId);
      return then(read);
    },
  };
}
