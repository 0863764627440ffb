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
import { fetchDelta, fetchPage, laterOf, reachesHead, type FetchedPage } from './fetch-changes.ts';
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
  /** `before`: the chat when the request was sent. `resync`: what is held is in doubt until the answer covers it. */
  applyPage(before: ChatModel, fetched: FetchedPage, query: MessagesQuery, resync: boolean, attachment: number): Promise<void>;
}

/** Creates the runner of an engine's chats. */
export function createStepRunner(setup: EngineSetup, cellOf: (requestId: string) => SyncCell): StepRunner {
  const { book, link, env } = setup;

  /** `before`: the chat when the request was sent, which is what tells a server that went backwards from an answer that is late. */
  const applyPage = async (before: ChatModel, fetched: FetchedPage, query: MessagesQuery, resync: boolean, attachment: number): Promise<void> => {
    const { requestId } = before;
    const cell = cellOf(requestId);
    // Access was lost while the answer was under way: its rows went, and must not come back with it.
    if (cell.denied) throw cell.problem ?? new TabcachedError('FORBIDDEN');
    const applied = revisionOf(before);
    const newest = query.mode === 'newest';
    const backwards = fetched.headSequence < topOf(before.history) || (newest && fetched.revision !== null && fetched.revision < reachedRevision(before));
    // What came before a server that went backwards is not true any more; a window with too many gaps is not worth repairing.
    const replaces = backwards || (newest && before.history.gaps.length > MAX_GAPS);
    if (replaces) await book.reset(requestId, true);
    // A newest page that the server does not vouch for says nothing of what is missing from it, least of all at its end.
    const first = before.history.floor === 0 || (applied === null && setup.backend.changes !== undefined);
    const opens = newest && fetched.change.answer?.complete === true && (resync || replaces || first);
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
  };

  const markCurrent = (cell: SyncCell, attachment: number): void => {
    // Frames may have been missed since the request was sent: then the chat is asked about once more.
    if (link.attached() && link.attachment() === attachment) cell.current = true;
    cell.failures = 0;
    cell.problem = null;
  };

  const run = async (cell: SyncCell, step: Exclude<Step, { kind: 'idle' }>, signal: AbortSignal): Promise<void> => {
    const { requestId } = cell;
    await loadAhead(book, requestId);
    const attachment = link.attachment();
    const before = book.open(requestId);
    if (step.kind === 'changes') {
      const delta = await fetchDelta(setup, requestId, step.since, step.limit, signal);
      if (cell.denied) throw cell.problem ?? new TabcachedError('FORBIDDEN');
      // A server that has not come as far as it had confirmed was set back: what leads on from a cursor of before is worth nothing.
      if (!delta.hasMore && delta.revision < reachedRevision(before)) throw new TabcachedError('CURSOR_EXPIRED');
      // Push frames may have led further while the delta was under way.
      await book.apply(requestId, (model) => ({
        ...delta.change,
        serverRevision: laterOf(revisionOf(model), delta.revision),
        ...(delta.hasMore ? {} : { syncedAt: env.clock.now() }),
      }));
      cell.refusals = 0;
      if (!delta.hasMore) {
        markCurrent(cell, attachment);
        setup.onSynced('delta');
      } else if (delta.revision <= step.since) throw new TabcachedError('SERVER_FAILED', 'A delta that does not advance.');
      return;
    }
    const fetched = await fetchPage(setup, requestId, step.query, () => revisionOf(book.open(requestId)), signal);
    await applyPage(before, fetched, step.query, step.resync, attachment);
    if (noteProgress(cell.stalls, step, before, book.open(requestId))) setup.onParked();
    if (step.query.mode === 'newest' && !fetched.change.answer?.complete) throw new TabcachedError('SERVER_FAILED', 'The server does not vouch for its newest page.');
  };

  return { run, applyPage };
}
