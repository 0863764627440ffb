/**
 * What a page of messages covers, from its query and its headers.
 *
 * Owns: the three verdicts of a page (complete, more to come, not to be trusted) in terms of {@link Coverage}. Pure.
 */
import type { MessagesPage, MessagesQuery } from '../../protocol/index.ts';
import type { Coverage } from './merge.ts';

/** The stretch that a page speaks about. An untrusted page covers what it has, incompletely. */
export function coverageOf(query: MessagesQuery, page: MessagesPage): Coverage {
  const { headSequence: head, oldestSequence: oldest, newestSequence: newest } = page;
  const revision = page.revision ?? 0;
  const base = { complete: page.complete, revision };
  switch (query.mode) {
    case 'newest':
      // The newest page reaches the head, whatever is missing at its end.
      return { ...base, start: page.hasMore ? (oldest ?? head + 1) : 1, end: head, beginning: !page.hasMore };
    case 'before':
      return { ...base, start: page.hasMore ? (oldest ?? query.sequence) : 1, end: query.sequence - 1, beginning: !page.hasMore };
    case 'since':
      return { ...base, start: query.sequence + 1, end: page.hasNewer ? (newest ?? query.sequence) : Math.max(head, query.sequence), beginning: false };
    case 'range':
      return { ...base, start: query.start, end: page.hasNewer ? (newest ?? query.start - 1) : Math.min(query.end, head), beginning: false };
  }
}
