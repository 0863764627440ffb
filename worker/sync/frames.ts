/**
 * Push frames of chats, put in the order of their revisions.
 *
 * Owns: apply what is next, keep what is early, drop what is known; the grace that a missing frame gets before the delta is asked
 * for. Does not know sockets: `push.ts` hands frames in.
 *
 *   frame -> waiting --next--> applied            waiting, nothing next: watched  --250 ms--> delta
 *                    --known-> dropped                                   unwatched ---------> STALE, dropped
 */
import type { ChangeFrame } from '../../protocol/index.ts';
import { PUSH_GRACE_MS } from '../../protocol/limits.ts';
import type { Environment } from '../env.ts';
import { keepFrame, takeNext } from './chain.ts';
import type { ChatBook } from './chat-book.ts';
import { revisionOf } from './chat-model.ts';
import type { Interest, SyncEngine } from './engine.ts';
import { report } from './fetch-changes.ts';
import { takeIn } from './intake.ts';
import { NO_CHANGE, type Change } from './merge.ts';

/** What the frame desk is made with. */
export interface FrameDeskSetup {
  readonly env: Pick<Environment, 'timers' | 'clock' | 'log'>;
  readonly book: ChatBook;
  readonly engine: Pick<SyncEngine, 'cell' | 'want'>;
  readonly interest: Interest;
  onRejected(count: number): void;
}

/** Where frames are put in order. */
export interface FrameDesk {
  receive(frame: ChangeFrame): void;
  /** A ticket names its chat's revision: one that is ahead of ours tells of a change whose frame never came. */
  expect(requestId: string, revision: number): void;
  /** A step of the engine is done: what waited may be next now. */
  resume(requestId: string): void;
}

/** Creates the desk. */
export function createFrameDesk(setup: FrameDeskSetup): FrameDesk {
  const { env, book, engine, interest } = setup;

  const changeOf = (frame: ChangeFrame): Change => {
    const head = frame.headSequence === undefined ? {} : { headSequence: frame.headSequence };
    const base: Change = { ...NO_CHANGE, settles: true, serverRevision: frame.revision, ...head };
    if (!frame.change) return base;
    if (frame.change.kind === 'delete') return { ...base, deletions: [frame.change.deletion] };
    const { rows, rejected } = takeIn([frame.change.message], frame.requestId, frame.revision, env.clock.now());
    report(rejected, frame.requestId, { log: env.log, onRejected: setup.onRejected });
    return { ...base, rows, rejected: rejected.filter((row) => row.sequenceNumber > 0) };
  };

  const pump = async (requestId: string): Promise<void> => {
    const cell = engine.cell(requestId);
    if (cell.pumping) return;
    cell.pumping = true;
    try {
      for (let more = true; more; ) {
        more = false;
        await book.apply(requestId, (model) => {
          const revision = revisionOf(model);
          if (revision === null) return null;
          const { next, rest } = takeNext(cell.waiting, revision);
          cell.waiting = rest;
          more = next !== undefined;
          return next ? changeOf(next) : null;
        });
      }
    } catch (error) {
      // The frame is used up and nothing of it is held: the delta brings it, when rows can be read again.
      env.log.warn('frame not applied', { requestId, error: String(error) });
      cell.current = false;
    } finally {
      cell.pumping = false;
    }
    settleWaiting(requestId);
  };

  const settleWaiting = (requestId: string): void => {
    const cell = engine.cell(requestId);
    if (cell.waiting.length === 0) {
      cell.cancelGrace?.();
      cell.cancelGrace = null;
      // A jump inside an unbroken chain left a gap: the plan knows what to do about it.
      engine.want(requestId);
      return;
    }
    if (!cell.running) graceFor(requestId);
  };

  /** Something before what is known is missing: it may still come, and after that it is asked for. */
  const graceFor = (requestId: string): void => {
    const cell = engine.cell(requestId);
    if (cell.cancelGrace) return;
    if (interest.urgency(requestId) === 0) {
      cell.waiting = [];
      cell.current = false;
      return;
    }
    cell.cancelGrace = env.timers.after(PUSH_GRACE_MS, () => {
      cell.cancelGrace = null;
      cell.current = false;
      engine.want(requestId);
    });
  };

  return {
    receive: (frame) => {
      const model = book.get(frame.requestId);
      // Never opened here: the change concerns its ticket only. While the first page is under way, frames wait for it.
      if (!model) return;
      const cell = engine.cell(frame.requestId);
      if (model.meta.serverRevision === null && !cell.running && cell.loads === 0) return;
      cell.waiting = keepFrame(cell.waiting, frame);
      if (model.meta.serverRevision !== null) void pump(frame.requestId);
    },
    expect: (requestId, revision) => {
      const model = book.get(requestId);
      const applied = model ? revisionOf(model) : null;
      if (applied === null || applied >= revision) return;
      if (engine.cell(requestId).current) graceFor(requestId);
    },
    resume: (requestId) => {
      const cell = engine.cell(requestId);
      if (cell.waiting.length > 0 && book.get(requestId)?.meta.serverRevision != null) void pump(requestId);
    },
  };
}
