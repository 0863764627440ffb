/**
 * Pages that bring less than was asked for, honestly or not.
 *
 * Owns: what such a page looks like. `short`: fewer rows, its flags right. `untrusted`: rows missing, and the server does not vouch
 * for it. `empty`: nothing, and more to come, as a server does that has a bug.
 */
import type { MessagesPage, MessagesQuery } from '../../protocol/index.ts';
import { createRandom } from './random.ts';

/** See the head of the file. */
export type PageFault = 'short' | 'untrusted' | 'empty';

/** The answer with the fault in it; anything but a page of messages is left alone. */
export function cutPage(answer: unknown, query: MessagesQuery, fault: PageFault, salt: number): unknown {
  if (typeof answer !== 'object' || answer === null || !('messages' in answer)) return answer;
  const page = answer as MessagesPage;
  const random = createRandom(salt, 9);
  if (fault === 'untrusted') {
    const share = random.next();
    const messages = page.messages.filter(() => random.chance(share));
    return { ...page, ...endsOf(messages), complete: false };
  }
  if (page.messages.length < 2) return page;
  const forward = query.mode === 'since' || query.mode === 'range';
  const keep = fault === 'empty' && forward ? 0 : 1 + random.int(page.messages.length - 1);
  const messages = forward ? page.messages.slice(0, keep) : page.messages.slice(-keep);
  return { ...page, ...endsOf(messages), ...(forward ? { hasNewer: true } : { hasMore: true }) };
}

const sequenceOf = (row: unknown): number => (row as { readonly sequenceNumber: number }).sequenceNumber;

const endsOf = (messages: readonly unknown[]): Pick<MessagesPage, 'messages' | 'oldestSequence' | 'newestSequence'> => ({
  messages,
  oldestSequence: messages.length > 0 ? sequenceOf(messages[0]) : null,
  newestSequence: messages.length > 0 ? sequenceOf(messages.at(-1)) : null,
});
