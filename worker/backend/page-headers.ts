/**
 * A page of messages from its rows and its headers.
 *
 * Owns: whether the page can be vouched for. Only a page whose headers are all there, and agree with its rows and with what was
 * asked for, is complete; of any other the rows count and what is missing proves nothing. Pure.
 */
import * as v from 'valibot';
import { SequenceNumber, type MessagesPage, type MessagesQuery } from '../../protocol/index.ts';

/** A page, and why it is not complete (null when it is), for the log. */
export interface ReadPage {
  readonly page: MessagesPage;
  readonly doubt: string | null;
}

/** Reads a page of `rows` that answers `query`. */
export function readPage(query: MessagesQuery, headers: Headers, rows: readonly unknown[]): ReadPage {
  const total = count(headers, 'X-Total-Count');
  const head = count(headers, 'X-Head-Sequence');
  const older = flag(headers, 'X-Has-More');
  const newer = flag(headers, 'X-Has-Newer');
  // A page without rows has no bounds, whatever a server writes there.
  const oldest = rows.length === 0 ? null : count(headers, 'X-Oldest-Sequence');
  const newest = rows.length === 0 ? null : count(headers, 'X-Newest-Sequence');
  const revision = headers.has('X-Revision') ? count(headers, 'X-Revision') : null;
  const sequences = rows.map(sequenceOf);
  const full = rows.length >= query.limit;
  // Where the headers are silent, the rows speak; what they cannot tell is taken to exist, so that it will be asked for.
  const page: MessagesPage = {
    messages: rows,
    totalCount: total ?? rows.length,
    oldestSequence: oldest ?? (sequences.find((sequence) => sequence !== null) ?? null),
    newestSequence: newest ?? (sequences.findLast((sequence) => sequence !== null) ?? null),
    hasMore: older ?? full,
    hasNewer: newer ?? full,
    headSequence: head ?? sequences.reduce<number>((highest, sequence) => Math.max(highest, sequence ?? 0), 0),
    revision: revision ?? null,
    complete: true,
  };
  const missing = [total, head, older, newer, oldest, newest, revision].includes(undefined);
  const doubt = missing ? 'a header is missing or unreadable' : contradiction(query, page, sequences);
  return { page: doubt === null ? page : { ...page, complete: false }, doubt };
}

/** What the headers say that the rows, or the question, do not bear out. */
function contradiction(query: MessagesQuery, page: MessagesPage, sequences: readonly (number | null)[]): string | null {
  const { oldestSequence: oldest, newestSequence: newest, totalCount, headSequence, hasMore, hasNewer } = page;
  if (sequences.length > query.limit) return 'more rows than were asked for';
  if (sequences.length > totalCount) return 'more rows than the chat has';
  if (query.mode === 'newest' && !hasMore && sequences.length < totalCount) return 'fewer rows than the chat has';
  if (sequences.length === 0) {
    // A cut page that has nothing in it would be asked for again for ever.
    const promised = query.mode === 'since' || query.mode === 'range' ? hasNewer : hasMore;
    return promised ? 'more is promised, but there is no row' : null;
  }
  if (oldest === null || newest === null) return 'no bounds';
  if ((sequences[0] ?? oldest) !== oldest || (sequences.at(-1) ?? newest) !== newest) return 'other bounds than the rows have';
  if (newest > headSequence) return 'rows above the head';
  const [lowest, highest] = asked(query);
  if (oldest < lowest || newest > highest) return 'rows outside of what was asked for';
  let last = oldest - 1;
  for (const sequence of sequences) {
    if (sequence === null) continue;
    if (sequence <= last || sequence > newest) return 'rows out of order';
    last = sequence;
  }
  return null;
}

/** Inclusive bounds of what was asked for. */
function asked(query: MessagesQuery): readonly [lowest: number, highest: number] {
  switch (query.mode) {
    case 'newest':
      return [1, Number.POSITIVE_INFINITY];
    case 'since':
      return [query.sequence + 1, Number.POSITIVE_INFINITY];
    case 'before':
      return [1, query.sequence - 1];
    case 'range':
      return [query.start, query.end];
  }
}

/** The row's sequence, or null when it has none that can be read: such a row is refused later, by itself. */
function sequenceOf(row: unknown): number | null {
  const read = v.safeParse(SequenceNumber, (row as { sequenceNumber?: unknown } | null)?.sequenceNumber);
  return read.success ? read.output : null;
}

function count(headers: Headers, name: string): number | undefined {
  const text = headers.get(name) ?? '';
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}

function flag(headers: Headers, name: string): boolean | undefined {
  const text = headers.get(name);
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
