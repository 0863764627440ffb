/**
 * One step of a chat's synchronisation: the request, and what its answer does to the chat.
 *
 * Owns: what an answer proves (the server went backwards, the chat is up to date). Does not know when a step is due, nor what follows an
 * error: that is the engine's.
 */
import type { MessagesQuery } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { MAX_GAPS } from '../../protocol/limits.ts';
import { revisionOf, type ChatModel } from './chat-model.ts';
import type { EngineSetup } from './engine.ts';
import { fetchDelta, fetchPage, laterOf, reachesHead } from './fetch-changes.ts';
import { topOf } from './history.ts';
import { inDoubt, type Step } from './plan.ts';
import { union } from './ranges.ts';
import { loadAhead, reachedRevision } from './reached-revision.ts';
import { noteProgress } from './stall-breaker.ts';
import type { SyncCell } from './sync-cell.ts';

/** Runs steps. */
export interface StepRunner {
  /** Rejects with the backend's error, or when the answer leads nowhere. */
  run(cell: SyncCell, step: Exclude<Step, { kind: 'idle' }>, signal: AbortSignal): Promise<void>;
  /**
   * Fetches a page and applies it. `resync`: what is held is in doubt until the answer covers it. Answers the chat as it was when the
   * request was sent, and whether the server vouches for the page; null: all was forgotten since, or access was lost and is back, and nothing was applied.
   */
  page(requestId: string, query: MessagesQuery, resync: boolean, signal: AbortSignal): Promise<{ readonly before: ChatModel; readonly complete: boolean } | null>;
}

/** Creates the runner of an engine's chats. */
export function createStepRunner(setup: EngineSetup, cellOf: (requestId: string) => SyncCell): StepRunner {
  const { book, link, env } = setup;

  /** Was everything confirmed forgotten since? */
  const isOld = ({ requestId, era }: ChatModel): boolean => book.open(requestId).era !== era;

  const page: StepRunner['page'] = async (requestId, query, resync, signal) => {
    await loadAhead(book, requestId);
    const attachment = link.attachment();
    // The chat when the request was sent is what tells a server that went backwards from an answer that is late.
    const before = book.open(requestId);
    const cell = cellOf(requestId);
    const { denials } = cell;
    const fetched = await fetchPage(setup, requestId, query, () => revisionOf(book.open(requestId)), signal);
    // Access was lost while the answer was under way: its rows went, and must not come back with it.
    if (cell.denied) throw cell.problem ?? new TabcachedError('FORBIDDEN');
    if (isOld(before) || cell.denials !== denials) return null;
    const applied = revisionOf(before);
    const newest = query.mode === 'newest';
    const backwards = fetched.headSequence < topOf(before.history) || (newest && fetched.revision !== null && fetched.revision < reachedRevision(before));
    const complete = fetched.change.answer?.complete === true;
    // What came before a server that went backwards is not true any more; a window with too many gaps is not worth repairing, once there is
    // a better one.
    const replaces = backwards || (newest && complete && before.history.gaps.length > MAX_GAPS);
    if (replaces) await book.reset(requestId, true, backwards);
    // A newest page that the server does not vouch for says nothing of what is missing from it, least of all at its end.
    const first = before.history.floor === 0 || (applied === null && setup.backend.changes !== undefined);
    const opens = newest && complete && (resync || replaces || first);
    const catchesUp = opens || (setup.backend.changes === undefined && query.mode === 'since' && reachesHead(fetched));
    await book.apply(requestId, (model) => ({
      ...fetched.change,
      // Before a first page, own confirmed messages are all that is held, and nothing kept them up to date.
      ...(opens && !replaces ? { doubt: union(inDoubt(model), model.history.ahead) } : {}),
      // Only the newest page speaks for the chat as a whole; the revision of any other answer is that of its own rows.
      ...(opens ? { serverRevision: laterOf(revisionOf(model), fetched.revision) } : {}),
      ...(catchesUp ? { syncedAt: env.clock.now() } : {}),
    }));
    // Frames that came while the chat was ahead of its server were taken for known ones: one delta more.
    if (catchesUp && !backwards) markCurrent(cell, attachment);
    if (catchesUp) setup.onSynced(opens ? 'full' : 'delta');
    if (opens) cell.resync = false;
    return { before, complete };
  };

  const markCurrent = (cell: SyncCell, attachment: number): void => {
    // Frames may have been missed since the request was sent: then the chat is asked about once more.
    if (link.attached() && link.attachment() === attachment) cell.current = true;
    cell.failures = 0;
    cell.problem = null;
    // A page that a tab asked for: no step's end will tell the screens.
    if (!cell.running) setup.onState(cell.requestId);
  };

  const run = async (cell: SyncCell, step: Exclude<Step, { kind: 'idle' }>, signal: AbortSignal): Promise<void> => {
    const { requestId } = cell;
    if (step.kind === 'changes') {
      await loadAhead(book, requestId);
      const attachment = link.attachment();
      const before = book.open(requestId);
      const delta = await fetchDelta(setup, requestId, step.since, step.limit, signal);
      if (cell.denied) throw cell.problem ?? new TabcachedError('FORBIDDEN');
      // A server that has not come as far as it had confirmed was set back: what leads on from a cursor of before is worth nothing.
      if (!delta.hasMore && delta.revision < reachedRevision(before)) throw new TabcachedError('CURSOR_EXPIRED');
      // Push frames may have led further while the delta was under way.
      await book.apply(requestId, (model) =>
        isOld(before) ? null : { ...delta.change, serverRevision: laterOf(revisionOf(model), delta.revision), ...(delta.hasMore ? {} : { syncedAt: env.clock.now() }) },
      );
      if (isOld(before)) return;
      cell.refusals = 0;
      if (!delta.hasMore) {
        markCurrent(cell, attachment);
        setup.onSynced('delta');
      } else if (delta.revision <= step.since) throw new TabcachedError('SERVER_FAILED', 'A delta that does not advance.');
      return;
    }
    const paged = await page(requestId, step.query, step.resync, signal);
    if (!paged) return;
    if (noteProgress(cell.stalls, step, paged.before, book.open(requestId))) setup.onParked();
    if (step.query.mode === 'newest' && !paged.complete) throw new TabcachedError('SERVER_FAILED', 'The server does not vouch for its newest page.');
  };

  return { run, page };
}
