/**
 * Runs the lanes: one attempt at a time in each, all lanes side by side.
 *
 * Owns: when an operation is tried, and what its outcome does to it. Wakes by timer and by {@link Executor.wake}: nothing that can be
 * sent is left asleep. Does not know rows on screens: it reports, and `outbox.ts` shows.
 */
import type { Backend, OfflineOperation, ReadState, SendOperation, ServerMessage } from '../../protocol/index.ts';
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { backoffMs } from '../backoff.ts';
import type { Environment } from '../env.ts';
import { laneOf, rebased } from './lane.ts';
import type { Durability } from '../store/store.ts';
import type { Ledger } from './ledger.ts';
import { attempted, doubted, failed, waiting } from './operations.ts';
import { leavesUnknown, outcomeOf } from './outcome.ts';
import { createPause } from './pause.ts';

/** Tabs had no good token. Nothing tells when one has: they are asked again after this time, if nothing else woke what waits before. */
const TOKEN_RETRY_MS = 60_000;

/** What the executor is made with. */
export interface ExecutorSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'random' | 'log'>;
  readonly backend: Pick<Backend, 'send' | 'findByTempId' | 'markRead'>;
  readonly ledger: Ledger;
  /** May anything be sent? Not before the push link has named the user. */
  ready(): boolean;
  /** Is a person's decision about it being stored? */
  isDecided(operationId: string): boolean;
  onSendAttempt(): void;
  onReadAttempt(): void;
  /** Stores an operation that changed its state, and shows it. */
  change(operation: OfflineOperation, durability?: Durability): Promise<void>;
  /** The server has the message. Resolves when its row has replaced the pending one. */
  confirm(operation: SendOperation, message: ServerMessage): Promise<void>;
  confirmRead(operation: OfflineOperation, state: ReadState): Promise<void>;
  /** The server refuses a read mark for good. */
  refuseRead(operation: OfflineOperation): Promise<void>;
}

/** The executor. */
export interface Executor {
  /** Looks at every lane: something was added, a token came, a person pressed retry. With `linked`, what waits for the link goes at once. */
  wake(linked?: boolean): void;
  /** Until when the server asked every lane to pause, in Unix milliseconds; 0 when it did not. */
  pausedUntilAt(): number;
  /** Does a lane wait for another token? */
  lacksToken(): boolean;
  close(): void;
}

/** Creates the executor; it is asleep until woken. */
export function createExecutor(setup: ExecutorSetup): Executor {
  const { env, backend, ledger } = setup;
  const over = new AbortController();
  const busy = new Set<string>();
  /** Lanes that wait for a token: woken from outside, not by each other. */
  const stalledLanes = new Set<string>();
  /** How many times the link came up: with a good token then. */
  let links = 0;
  /** Attempts in a row that did not count, by lane: their pauses grow all the same. */
  const uncounted = new Map<string, number>();
  const pause = createPause(env.clock);
  let cancelTimer: (() => void) | null = null;
  let cancelStall: (() => void) | null = null;

  const unstall = (): void => {
    cancelStall?.();
    cancelStall = null;
    stalledLanes.clear();
    look();
  };

  const pauseMs = (lane: string): number => {
    const before = uncounted.get(lane) ?? 0;
    uncounted.set(lane, before + 1);
    return backoffMs(before, env.random());
  };

  /** An outcome is a fact: storage that refuses it now notes it later, unless a person has decided since. */
  const note = async (operation: OfflineOperation): Promise<void> => {
    await setup.change(operation).catch(async () => {
      if (ledger.get(operation.id) === operation) await setup.change(operation, 'relaxed');
    });
  };

  const settle = async (operation: OfflineOperation, error: TabcachedError): Promise<void> => {
    const current = ledger.get(operation.id);
    // An echo by push may have confirmed it while the answer was under way.
    if (!current) return;
    // A duplicate that could not be found in this chat is none of ours: a person has to look.
    const outcome = error.code === 'DUPLICATE' ? 'failed' : outcomeOf(error);
    const unknown = leavesUnknown(error) || current._outcomeUnknown === true;
    const now = env.clock.now();
    if (outcome === 'failed' && current.type === 'mark_read') return setup.refuseRead(current);
    if (outcome === 'failed') return note(failed(current, error, unknown));
    if (outcome === 'wait-all') pause.extend(now + (error.retryAfterMs ?? backoffMs(0, 1)));
    if (outcome !== 'retry') {
      // The link may not notice that a request was lost: then nothing but the pause ends the wait.
      const untilAt = outcome === 'wait-all' ? pause.untilAt() : outcome === 'wait-link' ? now + pauseMs(laneOf(current)) : null;
      return note(waiting(current, error, { now, counted: false, nextRetryAt: untilAt, unknown }));
    }
    if (current.retryCount + 1 >= current.maxRetries && current.type === 'send_message') return note(failed({ ...current, retryCount: current.retryCount + 1 }, error, unknown));
    const nextRetryAt = now + backoffMs(current.retryCount, env.random(), error.retryAfterMs);
    return note(waiting(current, error, { now, counted: true, nextRetryAt, unknown }));
  };

  /** The server may ask for a pause while an attempt is noted, or between its requests. */
  const keepPause = (): void => {
    const retryAfterMs = pause.untilAt() - env.clock.now();
    if (retryAfterMs > 0) throw new TabcachedError('RATE_LIMITED', undefined, { retryAfterMs });
  };

  /** An echo by push may have confirmed it meanwhile. */
  const doubt = (operation: SendOperation, unknown: boolean): void => {
    if (ledger.get(operation.id)) ledger.hold(doubted(operation, unknown));
  };

  /** Messages that the server has, and whose confirmation storage failed over. */
  const there = new Map<string, ServerMessage>();

  const sendOnce = async (operation: SendOperation): Promise<void> => {
    const { content, isScreenshot, screenshotFileName } = operation.payload;
    const { signal } = over;
    const { findByTempId } = backend;
    setup.onSendAttempt();
    /** What became of it. Until that is answered nobody knows, whatever becomes of the question. */
    const find = async (): Promise<ServerMessage | null | undefined> => {
      doubt(operation, true);
      keepPause();
      return findByTempId?.(operation.id, { signal });
    };
    const confirm = async (message: ServerMessage): Promise<void> => {
      there.set(operation.id, message);
      await setup.confirm(operation, message);
      there.delete(operation.id);
    };
    // Not asked for again: it may be deleted by now, and must not be sent once more (M-2).
    const arrived = there.get(operation.id);
    if (arrived) return confirm(arrived);
    if (operation._outcomeUnknown && findByTempId) {
      const known = await find();
      if (known) return confirm(known);
      if (!ledger.get(operation.id)) return;
      keepPause();
    }
    doubt(operation, false);
    try {
      const message = await backend.send(
        { requestId: operation.requestId, content, isScreenshot: isScreenshot ?? false, screenshotFileName: screenshotFileName ?? null, clientTempId: operation.id },
        { signal },
      );
      // Storage may fail over it, and the daemon die: then the server is asked, and not given the message again.
      doubt(operation, true);
      await confirm(message);
    } catch (thrown) {
      const error = toTabcachedError(thrown);
      if (outcomeOf(error) !== 'confirmed' || !findByTempId) throw error;
      const known = await find();
      doubt(operation, false);
      if (known?.requestId !== operation.requestId) throw error;
      await confirm(known);
    }
  };

  const attempt = async (operation: OfflineOperation): Promise<void> => {
    const lane = laneOf(operation);
    const linksBefore = links;
    const begun = attempted(operation, env.clock.now());
    // Stored before it is sent: a daemon that dies in between finds it `syncing` and asks what became of it.
    await setup.change(begun).catch(async (thrown: unknown) => {
      // Storage refused to note the attempt: nothing was sent. What memory says must not stay `syncing`.
      const now = env.clock.now();
      const how = { now, counted: false, nextRetryAt: now + pauseMs(lane), unknown: operation._outcomeUnknown === true };
      const current = ledger.get(operation.id);
      if (current?.status === 'syncing') await setup.change(waiting(current, toTabcachedError(thrown, 'STORAGE_FAILED'), how), 'relaxed').catch(() => undefined);
      throw thrown;
    });
    env.log.debug('attempt', { lane, operationId: operation.id, retryCount: begun.retryCount });
    try {
      keepPause();
      if (begun.type === 'send_message') await sendOnce(begun);
      else {
        setup.onReadAttempt();
        await setup.confirmRead(begun, await backend.markRead(begun.requestId, begun.payload.upToSequence, { signal: over.signal }));
      }
      uncounted.delete(lane);
    } catch (thrown) {
      const error = toTabcachedError(thrown);
      if (over.signal.aborted) return;
      env.log.info('attempt failed', { lane, operationId: operation.id, code: error.code, retryCount: begun.retryCount });
      // Before the outcome is stored: the token may be there until then, or be there already, and its wake must not be missed.
      if (outcomeOf(error) === 'wait-token' && links === linksBefore) {
        stalledLanes.add(lane);
        cancelStall ??= env.timers.after(TOKEN_RETRY_MS, unstall);
      }
      await settle(begun, error);
    }
  };

  const run = async (lane: string, operation: OfflineOperation): Promise<void> => {
    busy.add(lane);
    try {
      await attempt(operation);
    } catch (thrown) {
      env.log.error('attempt not stored', { lane, error: String(thrown) });
    } finally {
      busy.delete(lane);
      look();
    }
  };

  const look = (): void => {
    if (over.signal.aborted || !setup.ready()) return;
    const now = env.clock.now();
    cancelTimer?.();
    cancelTimer = null;
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const lane of ledger.lanes()) {
      const [head] = ledger.lane(lane);
      if (head?.status !== 'pending' || busy.has(lane) || stalledLanes.has(lane) || setup.isDecided(head.id)) continue;
      const onTime = rebased(head, now);
      if (onTime !== head) void setup.change(onTime, 'relaxed').catch(() => undefined);
      const dueAt = Math.max(pause.untilAt(), onTime.nextRetryAt ?? 0);
      if (dueAt > now) wakeAt = Math.min(wakeAt, dueAt);
      else void run(lane, onTime);
    }
    if (Number.isFinite(wakeAt)) cancelTimer = env.timers.after(Math.max(0, wakeAt - now), look);
  };

  return {
    wake: (linked = false) => {
      if (linked) {
        links += 1;
        // A pause that the server asked for outlives the daemon it was told.
        for (const operation of ledger.all()) if (operation._errorCode === 'RATE_LIMITED') pause.extend(rebased(operation, env.clock.now()).nextRetryAt ?? 0);
        for (const operation of ledger.all()) if (operation.status === 'pending' && operation._errorCode === 'OFFLINE') ledger.hold({ ...operation, nextRetryAt: null });
      }
      unstall();
    },
    pausedUntilAt: pause.untilAt,
    lacksToken: () => stalledLanes.size > 0,
    close: () => {
      over.abort();
      cancelTimer?.();
      cancelStall?.();
    },
  };
}
