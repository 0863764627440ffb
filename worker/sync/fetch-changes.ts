/**
 * From a server's answer to a {@link Change}: the network side of one step.
 *
 * Owns: fetching, checking rows, and the rule that an answer older than what is applied is brought up to date before it counts
 * (SPEC.md, chapter 7). Does not know when a step is due.
 */
import type { Backend, ChangesPage, MessagesQuery } from '../../protocol/index.ts';
import { CHANGES_PAGE_SIZE } from '../../protocol/limits.ts';
import type { Clock, Log } from '../env.ts';
import { coverageOf } from './answers.ts';
import { takeIn } from './intake.ts';
import { NO_CHANGE, type Change } from './merge.ts';

/** What fetching needs. */
export interface FetchSetup {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly log: Log;
  onRejected(count: number): void;
  onFetch(kind: 'messages' | 'changes'): void;
}

/** A delta: its rows and where it leads. */
export interface Delta {
  readonly change: Change;
  readonly revision: number;
  readonly hasMore: boolean;
}

/** A page: its rows, what it covers, and the snapshot it was read from. */
export interface FetchedPage {
  readonly change: Change;
  readonly revision: number | null;
  readonly headSequence: number;
}

/** Is there nothing newer than the page? */
export const reachesHead = (fetched: FetchedPage): boolean => (fetched.change.answer?.end ?? 0) >= fetched.headSequence;

/** The later of two revisions; what was told when one of them is not known. */
export const laterOf = (applied: number | null, told: number | null): number | null => (applied !== null && told !== null ? Math.max(applied, told) : told);

/** Changes of a page of the delta. */
export function readDelta(page: ChangesPage, requestId: string, setup: Pick<FetchSetup, 'clock' | 'log' | 'onRejected'>): Delta {
  const messages = page.changes.flatMap((change) => (change.kind === 'upsert' ? [change.message] : []));
  const { rows, rejected } = takeIn(messages, requestId, page.revision, setup.clock.now());
  report(rejected, requestId, setup);
  const deletions = page.changes.flatMap((change) => (change.kind === 'delete' ? [change.deletion] : []));
  const change: Change = {
    ...NO_CHANGE,
    rows,
    deletions,
    rejected: rejected.filter((row) => row.sequenceNumber > 0),
    settles: true,
    serverRevision: page.revision,
    headSequence: page.headSequence,
  };
  return { change, revision: page.revision, hasMore: page.hasMore };
}

/** Counts and logs refused rows. */
export function report(rejected: readonly { readonly reason: string }[], requestId: string, setup: Pick<FetchSetup, 'log' | 'onRejected'>): void {
  if (rejected.length === 0) return;
  setup.onRejected(rejected.length);
  setup.log.warn('rows refused', { requestId, count: rejected.length, reason: rejected[0]?.reason });
}

/** Asks for changes since a revision. */
export async function fetchDelta(setup: FetchSetup, requestId: string, since: number, limit: number, signal: AbortSignal): Promise<Delta> {
  setup.onFetch('changes');
  const page = await setup.backend.changes?.(requestId, since, limit, { signal });
  if (!page) throw new Error('The backend has no changes.');
  return readDelta(page, requestId, setup);
}

/**
 * Asks for a page of messages. `applied` is the revision up to which everything is applied when the answer arrives: an older answer is
 * followed by the changes since its own snapshot, and counts as complete only with them.
 */
export async function fetchPage(
  setup: FetchSetup,
  requestId: string,
  query: MessagesQuery,
  applied: () => number | null,
  signal: AbortSignal,
): Promise<FetchedPage> {
  setup.onFetch('messages');
  const page = await setup.backend.messages(requestId, query, { signal });
  const answer = coverageOf(query, page);
  const { rows, rejected } = takeIn(page.messages, requestId, answer.revision, setup.clock.now());
  report(rejected, requestId, setup);
  const change: Change = {
    ...NO_CHANGE,
    rows,
    rejected: rejected.filter((row) => row.sequenceNumber > 0),
    answer,
    settles: true,
    headSequence: page.headSequence,
    totalCount: page.totalCount,
  };
  const fetched = { change, revision: page.revision, headSequence: page.headSequence };
  if (page.revision === null || page.revision >= (applied() ?? 0) || !setup.backend.changes) return fetched;
  return { ...fetched, change: await follow(setup, requestId, { page: change, since: page.revision, applied }, signal) };
}

/** The page with all that has changed since its snapshot. What is applied may go on meanwhile, and what is below the floor is not applied to anything. */
async function follow(setup: FetchSetup, requestId: string, { page, since, applied }: { readonly page: Change; readonly since: number; applied(): number | null }, signal: AbortSignal): Promise<Change> {
  const newest = new Map(page.rows.map((row) => [row.sequenceNumber, row]));
  const deletions = [...page.deletions];
  const rejected = [...page.rejected];
  let revision = since;
  let end = page.answer?.end ?? 0;
  // Of a page that reaches the head, the changes since tell what is above it as well.
  const reaches = end === page.headSequence;
  for (let hasMore = true; hasMore; ) {
    const delta = await fetchDelta(setup, requestId, revision, CHANGES_PAGE_SIZE, signal);
    for (const row of delta.change.rows) {
      const known = newest.get(row.sequenceNumber);
      if (!known || known._revision <= row._revision) newest.set(row.sequenceNumber, row);
    }
    deletions.push(...delta.change.deletions);
    rejected.push(...delta.change.rejected);
    hasMore = (delta.hasMore || delta.revision < (applied() ?? 0)) && delta.revision > revision;
    revision = delta.revision;
    if (reaches) end = Math.max(end, delta.change.headSequence ?? 0);
  }
  for (const { sequenceNumber, revision: goneAt } of [...deletions, ...rejected]) {
    if ((newest.get(sequenceNumber)?._revision ?? goneAt) < goneAt) newest.delete(sequenceNumber);
  }
  const answer = page.answer && { ...page.answer, end, revision };
  return { ...page, rows: [...newest.values()], deletions, rejected: rejected.filter(({ sequenceNumber }) => !newest.has(sequenceNumber)), answer };
}
