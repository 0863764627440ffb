/**
 * The sync engine: runs each watched chat's plan, step by step, until nothing is left to do.
 *
 * Owns: one step of a chat at a time, retry with backoff, giving up on what nobody watches any more. Does not know whose turn it is
 * (`sync-queue.ts`), what a step changes (`merge.ts`), which is next (`plan.ts`), or how push frames are put in order (`frames.ts`).
 */
import type { MessagesQuery } from '../../protocol/index.ts';
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { MAX_GAPS, STALL_LIMIT } from '../../protocol/limits.ts';
import { backoffMs } from '../backoff.ts';
import type { Environment } from '../env.ts';
import type { ChatBook } from './chat-book.ts';
import { revisionOf, type ChatModel } from './chat-model.ts';
import { isExpired } from './chat-state.ts';
import { fetchDelta, fetchPage, laterOf, reachesHead, type FetchedPage, type FetchSetup } from './fetch-changes.ts';
import { topOf } from './history.ts';
import type { LinkStatus } from './link-state.ts';
import { inDoubt, nextStep, type Step } from './plan.ts';
import { equal, union, type RangeSet } from './ranges.ts';
import { newCell, stopRetry, type SyncCell } from './sync-cell.ts';
import { createSyncQueue } from './sync-queue.ts';

/** Who is interested in what. */
export interface Interest {
  /** 0: nobody watches the chat; higher is more urgent. */
  urgency(requestId: string): number;
  /** Stretches on screen in some tab. */
  shown(requestId: string): RangeSet;
}

/** What the engine is made with. */
export interface EngineSetup extends FetchSetup {
  readonly env: Pick<Environment, 'timers' | 'clock' | 'random' | 'log'>;
  readonly book: ChatBook;
  readonly link: LinkStatus;
  readonly interest: Interest;
  /** The server's highest sequence by the ticket list; 0 when unknown. */
  ticketHead(requestId: string): number;
  /** State, problem or progress of a chat changed. */
  onState(requestId: string): void;
  /** All rows of a chat were replaced: views start again. */
  onReset(requestId: string): void;
  /** This user may not see the chat any more. */
  onForbidden(requestId: string): void;
  onParked(): void;
  /** A chat is up to date: it was fetched anew, or what changed of it. */
  onSynced(kind: 'full' | 'delta'): void;
  /** A chat's step is done: frames that waited for it may go on. */
  onStep(requestId: string): void;
}

/** The engine. */
export interface SyncEngine {
  cell(requestId: string): SyncCell;
  /** Something about the chat changed: plan again. */
  want(requestId: string): void;
  /** Every watched chat has to be looked at: the link came up, frames were lost, a token came. */
  wantAll(): void;
  /** The server refuses the chat (`FORBIDDEN`, `NOT_FOUND`): repairs stop, rows go. */
  deny(requestId: string, error: TabcachedError): void;
  /** The chat may be asked for again: its ticket came back, or a person wants it. */
  allow(requestId: string): void;
  /** Nothing that was current is any more. */
  doubtAll(): void;
  /** Fetches a page that a tab asked for. Rejects with the backend's error. */
  loadPage(requestId: string, query: MessagesQuery): Promise<void>;
  close(): void;
}

/** Creates the engine; it does nothing until somebody wants something. */
export function createSyncEngine(setup: EngineSetup): SyncEngine {
  const { book, link, interest, env } = setup;
  const cells = new Map<string, SyncCell>();
  const pages = new Map<string, Promise<void>>();
  const over = new AbortController();

  const cellOf = (requestId: string): SyncCell => {
    let cell = cells.get(requestId);
    if (!cell) cells.set(requestId, (cell = newCell(requestId)));
    return cell;
  };

  const stepOf = (cell: SyncCell): Step => {
    const model = book.get(cell.requestId);
    if (!model || cell.denied || interest.urgency(cell.requestId) === 0 || !link.attached()) return { kind: 'idle' };
    const resync = cell.resync || (isExpired(model.meta.lastSyncedAt, env.clock.now()) && !cell.current);
    return nextStep(model, {
      current: cell.current,
      resync,
      revisions: setup.backend.changes !== undefined,
      shown: interest.shown(cell.requestId),
      stalls: cell.stalls,
      headSequence: Math.max(model.meta._headSequence, setup.ticketHead(cell.requestId)),
    });
  };

  /** `before`: the chat when the request was sent, which is what tells a server that went backwards from an answer that is late. */
  const applyPage = async (before: ChatModel, fetched: FetchedPage, query: MessagesQuery, resync: boolean, attachment: number): Promise<void> => {
    const { requestId } = before;
    const cell = cellOf(requestId);
    // Access was lost while the answer was under way: its rows went, and must not come back with it.
    if (cell.denied) throw cell.problem ?? new TabcachedError('FORBIDDEN');
    const applied = revisionOf(before);
    const newest = query.mode === 'newest';
    const backwards = fetched.headSequence < topOf(before.history) || (newest && fetched.revision !== null && fetched.revision < (applied ?? 0));
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
    if (replaces) setup.onReset(requestId);
  };

  const markCurrent = (cell: SyncCell, attachment: number): void => {
    // Frames may have been missed since the request was sent: then the chat is asked about once more.
    if (link.attached() && link.attachment() === attachment) cell.current = true;
    cell.failures = 0;
    cell.problem = null;
  };

  const run = async (cell: SyncCell, step: Exclude<Step, { kind: 'idle' }>, signal: AbortSignal): Promise<void> => {
    const { requestId } = cell;
    const attachment = link.attachment();
    const before = book.open(requestId);
    if (step.kind === 'changes') {
      const delta = await fetchDelta(setup, requestId, step.since, step.limit, signal);
      if (cell.denied) throw cell.problem ?? new TabcachedError('FORBIDDEN');
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
    noteProgress(cell, step, before, book.open(requestId));
    if (step.query.mode === 'newest' && !fetched.change.answer?.complete) throw new TabcachedError('SERVER_FAILED', 'The server does not vouch for its newest page.');
  };

  /** A repair that changes nothing three times is parked: a server that answers so would be asked for ever. */
  const noteProgress = (cell: SyncCell, step: Extract<Step, { kind: 'page' }>, before: ChatModel, after: ChatModel): void => {
    const key = step.query.mode === 'range' ? step.query.end : 0;
    const moved = !equal(before.history.gaps, after.history.gaps) || !equal(before.unverified, after.unverified) || before.history.watermark !== after.history.watermark;
    if (moved || step.query.mode === 'newest') return void cell.stalls.delete(key);
    const stalls = (cell.stalls.get(key) ?? 0) + 1;
    cell.stalls.set(key, stalls);
    if (stalls === STALL_LIMIT) setup.onParked();
  };

  const deny = (requestId: string, error: TabcachedError): void => {
    const cell = cellOf(requestId);
    cell.denied = true;
    cell.problem = error;
    cell.current = false;
    cell.waiting = [];
    cell.running?.abort();
    if ((book.get(requestId)?.history.floor ?? 0) > 0) setup.onForbidden(requestId);
  };

  const noteOutcome = (requestId: string, lastSyncFailed: boolean): void => {
    const model = book.open(requestId);
    const meta = { ...model.meta, _lastSyncFailed: lastSyncFailed };
    // Nothing was ever stored of a chat that never synced, and its failure is no reason to begin.
    if (model.history.floor === 0) book.replace({ ...model, meta });
    else if (model.meta._lastSyncFailed !== lastSyncFailed) book.touch(requestId, () => meta);
  };

  const failed = (cell: SyncCell, error: TabcachedError): void => {
    const { requestId } = cell;
    if (error.code === 'CANCELLED' || over.signal.aborted) return;
    if (error.code === 'FORBIDDEN' || error.code === 'NOT_FOUND') return deny(requestId, error);
    if (error.code === 'CURSOR_EXPIRED') {
      cell.resync = true;
      cell.refusals += 1;
      if (cell.refusals === 1) return;
    }
    cell.problem = error;
    cell.failures += 1;
    noteOutcome(requestId, true);
    // A missing token or link is told when it is back; asking in between would only be refused again.
    if (error.code === 'UNAUTHORIZED') return;
    const delayMs = backoffMs(cell.failures - 1, env.random(), error.retryAfterMs);
    stopRetry(cell);
    cell.cancelRetry = env.timers.after(delayMs, () => {
      cell.cancelRetry = null;
      want(requestId);
    });
  };

  const start = async (cell: SyncCell, first: Exclude<Step, { kind: 'idle' }>): Promise<void> => {
    const controller = new AbortController();
    cell.running = controller;
    setup.onState(cell.requestId);
    try {
      for (let step: Step = first; step.kind !== 'idle' && !controller.signal.aborted; step = stepOf(cell)) {
        await run(cell, step, controller.signal);
        setup.onStep(cell.requestId);
      }
      if (!controller.signal.aborted) noteOutcome(cell.requestId, false);
      cell.problem = null;
      cell.failures = 0;
    } catch (thrown) {
      // A step that nobody wanted any more may be wanted again by now.
      if (controller.signal.aborted) queue.add(cell.requestId);
      else failed(cell, toTabcachedError(thrown));
    } finally {
      cell.running = null;
      setup.onState(cell.requestId);
      setup.onStep(cell.requestId);
      if (cell.cancelRetry === null && cell.problem === null) queue.add(cell.requestId);
    }
  };

  const queue = createSyncQueue({
    urgency: (requestId) => interest.urgency(requestId),
    turn: (requestId) => {
      const cell = cellOf(requestId);
      if (cell.running || cell.cancelRetry) return null;
      const step = stepOf(cell);
      return step.kind === 'idle' ? null : () => start(cell, step);
    },
  });

  const want = (requestId: string): void => {
    const cell = cellOf(requestId);
    if (cell.running && interest.urgency(requestId) === 0) cell.running.abort();
    queue.add(requestId);
    queue.fill();
  };

  const wantAll = (): void => {
    for (const cell of cells.values()) {
      stopRetry(cell);
      cell.problem = null;
      queue.add(cell.requestId);
    }
    queue.fill();
  };

  return {
    cell: cellOf,
    want,
    wantAll,
    deny,
    allow: (requestId) => {
      const cell = cellOf(requestId);
      cell.denied = false;
      stopRetry(cell);
      want(requestId);
    },
    doubtAll: () => {
      for (const cell of cells.values()) {
        cell.current = false;
        if (!link.attached()) cell.waiting = []; // The delta brings them, maybe of a server that never sent them.
        setup.onState(cell.requestId);
      }
    },
    loadPage: (requestId, query) => {
      const key = `${requestId} ${JSON.stringify(query)}`;
      const known = pages.get(key);
      if (known) return known;
      const load = (async () => {
        if (!link.attached()) throw new TabcachedError('OFFLINE');
        const before = book.open(requestId);
        const attachment = link.attachment();
        const fetched = await fetchPage(setup, requestId, query, () => revisionOf(book.open(requestId)), over.signal);
        await applyPage(before, fetched, query, false, attachment);
        if (query.mode === 'range') cellOf(requestId).stalls.delete(query.end);
        setup.onStep(requestId);
      })().finally(() => pages.delete(key));
      pages.set(key, load);
      return load;
    },
    close: () => {
      over.abort();
      queue.close();
      for (const cell of cells.values()) {
        cell.running?.abort();
        stopRetry(cell);
        cell.cancelGrace?.();
      }
    },
  };
}
