/**
 * Drafts: what is typed and not sent, one for each chat, shared by all tabs.
 *
 * Owns: who wrote a draft last, so that a tab does not take its own echo for news, and that one is stored before its call resolves. A
 * message takes the draft with it, in its own transaction (`outbox.ts`). Does not know text boxes.
 */
import type { ChatMeta } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import type { Committer } from './store/committer.ts';
import type { ChatBook } from './sync/chat-book.ts';

/** Drafts. */
export interface Drafts {
  /** Resolves when it is stored. Rejects with `STORAGE_FAILED`; it is on every screen all the same, and stored when storage is back. */
  save(requestId: string, text: string, tabId: string): Promise<void>;
  /** Who wrote the draft of a chat, in this life of the daemon. */
  by(requestId: string): Pick<ChatMeta, 'draftBy' | 'draftVersion'>;
}

const UNTOUCHED: ReturnType<Drafts['by']> = { draftBy: null, draftVersion: 0 };

/** Creates the drafts over what the book holds. */
export function createDrafts(book: Pick<ChatBook, 'touch'>, committer: Pick<Committer, 'flush' | 'backlog'>, onChange: (requestId: string) => void): Drafts {
  const writers = new Map<string, ReturnType<Drafts['by']>>();
  const by = (requestId: string): ReturnType<Drafts['by']> => writers.get(requestId) ?? UNTOUCHED;
  return {
    by,
    save: async (requestId, text, tabId) => {
      writers.set(requestId, { draftBy: tabId, draftVersion: by(requestId).draftVersion + 1 });
      book.touch(requestId, ({ _draft, ...meta }) => (text === '' ? meta : { ...meta, _draft: text }));
      onChange(requestId);
      await committer.flush();
      if (committer.backlog() > 0) throw new TabcachedError('STORAGE_FAILED', 'The draft could not be stored yet.');
    },
  };
}
