/**
 * The sync engine: runs each watched chat's plan, step by step, until nothing is left to do.
 *
 * Owns: one step of a chat at a time, retry with backoff, giving up on what nobody watches any more. Does not know whose turn it is
 * (`sync-queue.ts`), what a step changes (`merge.ts`), which is next (`plan.ts`), or how push frames are put in order (`frames.ts`).
 */
import type { MessagesQuery } from '../../protocol/index.ts';
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { backoffMs } from '../backoff.ts';
import type { Environment } from '../env.ts';
import type { ChatBook } from './chat-book.ts';
import { isExpired } from './chat-state.ts';
import type { FetchSetup } from './fetch-changes.ts';
import { createHeadWait } from './head-wait.ts';
import type { LinkStatus } from './link-state.ts';
import { nextStep, type Step } from './plan.ts';
import type { RangeSet } from './ranges.ts';
import { createStepRunner } from './run-step.ts';
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
  /** Is an answer under way that tells those heads anew? */
  headsPending(): boolean;
  /** State, problem or progress of a chat changed. */
  onState(requestId: string): void;
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
  /** The ticket list was answered, or could not be. */
  headsTold(): void;
  /** The server told the ticket: this user may see the chat. */
  told(requestId: string): void;
  /** Nothing that was current is any more. */
  doubtAll(): void;
  /** Fetches a page that a tab asked for. Rejects with the backend's error. */
  loadPage(requestId: string, query: MessagesQuery): Promise<void>;
  close(): void;
}

/** The server refuses the chat to this user. */
const isRefusal = ({ code }: TabcachedError): boolean => code === 'FORBIDDEN' || code === 'NOT_FOUND';

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
    const step = nextStep(model, {
      current: cell.current,
      resync,
      revisions: setup.backend.changes !== undefined,
      shown: interest.shown(cell.requestId),
      stalls: cell.stalls,
      headSequence: Math.max(model.meta._headSequence, setup.ticketHead(cell.requestId)),
    });
    return step.kind === 'changes' && headWait.holds(cell.requestId) ? { kind: 'idle' } : step;
  };

  const steps = createStepRunner(setup, cellOf);

  const refuse = (cell: SyncCell, error: TabcachedError): void => {
    cell.denied = true;
    cell.denials += 1;
    cell.problem = error;
    cell.current = false;
    cell.waiting = [];
    cell.running?.abort();
    if ((book.get(cell.requestId)?.history.floor ?? 0) > 0) setup.onForbidden(cell.requestId);
  };

  const deny = (requestId: string, error: TabcachedError): void => {
    const cell = cellOf(requestId);
    cell.again = false;
    refuse(cell, error);
  };

  const noteOutcome = (requestId: string, lastSyncFailed: boolean): void => {
    const model = book.open(requestId);
    const meta = { ...model.meta, _lastSyncFailed: lastSyncFailed };
    // Nothing was ever stored of a chat that never synced, and its failure is no reason to begin.
    if (model.history.floor === 0) book.replace({ ...model, meta });
    else if (model.meta._lastSyncFailed !== lastSyncFailed) book.touch(requestId, () => meta);
  };

  /** A page that a tab asked for may have brought what the failed step was for. */
  const noteHealed = (cell: SyncCell): void => {
    if (!cell.current || cell.problem === null) return;
    cell.problem = null;
    cell.failures = 0;
    noteOutcome(cell.requestId, false);
    setup.onState(cell.requestId);
  };

  const failed = (cell: SyncCell, error: TabcachedError): void => {
    const { requestId } = cell;
    if (error.code === 'CANCELLED' || over.signal.aborted) return;
    if (isRefusal(error)) return refuse(cell, error);
    if (error.code === 'CURSOR_EXPIRED') {
      cell.resync = true;
      cell.refusals += 1;
      // What failed before this attempt must not keep the next one waiting.
      if (cell.refusals === 1) return void (cell.problem = null);
    }
    cell.problem = error;
    cell.failures += 1;
    noteOutcome(requestId, true);
    // Also without a token: the link may stay while it went bad, and then nothing but the next question brings another one.
    const delayMs = backoffMs(cell.failures - 1, env.random(), error.retryAfterMs);
    stopRetry(cell);
    cell.cancelRetry = env.timers.after(delayMs, () => {
      cell.cancelRetry = null;
      want(requestId);
    });
  };

  /** What was wished for while the last step was under way: its answer, good or bad, is older than the wish. */
  const startOver = (cell: SyncCell): void => {
    cell.again = false;
    cell.denied = false;
    cell.current = false;
    cell.problem = null;
    stopRetry(cell);
  };

  const start = async (cell: SyncCell, first: Exclude<Step, { kind: 'idle' }>): Promise<void> => {
    const controller = new AbortController();
    cell.running = controller;
    setup.onState(cell.requestId);
    let { told } = cell;
    let attachment = 0;
    try {
      for (let step: Step = first; step.kind !== 'idle' && !controller.signal.aborted; step = stepOf(cell)) {
        ({ told } = cell);
        attachment = link.attachment();
        await steps.run(cell, step, controller.signal);
        setup.onStep(cell.requestId);
      }
      if (!controller.signal.aborted) noteOutcome(cell.requestId, false);
      cell.problem = null;
      cell.failures = 0;
    } catch (thrown) {
      const error = toTabcachedError(thrown);
      // A step that nobody wanted any more may be wanted again by now; the token that was refused may be replaced.
      const isOld = isRefusal(error) ? cell.told !== told : error.code === 'UNAUTHORIZED' && link.attached() && link.attachment() !== attachment;
      if (controller.signal.aborted || isOld) queue.add(cell.requestId);
      else failed(cell, error);
    } finally {
      cell.running = null;
      if (cell.again) startOver(cell);
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
      if (step.kind !== 'idle') return () => start(cell, step);
      noteHealed(cell);
      return null;
    },
  });

  const headWait = createHeadWait({
    timers: env.timers,
    isPending: () => setup.headsPending(),
    onOver: (requestIds) => {
      for (const requestId of requestIds) queue.add(requestId);
      queue.fill();
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

  const allow = (requestId: string): void => {
    const cell = cellOf(requestId);
    cell.denied = false;
    cell.again = cell.running !== null;
    stopRetry(cell);
    want(requestId);
  };

  return {
    cell: cellOf,
    want,
    wantAll,
    deny,
    allow,
    told: (requestId) => {
      const cell = cells.get(requestId);
      // Of a chat that nobody has asked for nothing is remembered.
      if (!cell) return;
      cell.told += 1;
      if (cell.denied) allow(requestId);
    },
    headsTold: () => headWait.told(),
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
        const cell = cellOf(requestId);
        cell.loads += 1;
        try {
          while (!(await steps.page(requestId, query, false, over.signal)));
        } finally {
          cell.loads -= 1;
        }
        if (query.mode === 'range') cell.stalls.delete(query.end);
        setup.onStep(requestId);
      })().finally(() => pages.delete(key));
      pages.set(key, load);
      return load;
    },
    close: () => {
      over.abort();
      queue.close();
      headWait.close();
      for (const cell of cells.values()) {
        cell.running?.abort();
        stopRetry(cell);
        cell.cancelGrace?.();
      }
    },
  };
}
