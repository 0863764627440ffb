/**
 * What a person decides about a message that waits: retry, edit, discard. Not in the daemon's first script.
 *
 * Owns: when each is allowed, one decision about a message after the other, and that one which cannot be stored is as if it had never been.
 * Does not know when anything is tried. Keeps nothing itself: whoever makes it over the same desk shares everything.
 */
import type { CachedMessage, OfflineOperation, SendOperation } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { DISCARDED_KEY } from '../../protocol/outbox-calls.ts';
import type { Ledger } from './ledger.ts';
import type { WriteTransaction } from '../store/store.ts';
import { revived } from './operations.ts';
import type { Outbox, OutboxSetup } from './outbox.ts';

/** A tab that has no answer to its `send` repeats it within a minute; an application, later. */
const REMEMBERED_MS = 86_400_000;
/** Most ids that are remembered. */
const REMEMBERED_MAX = 200;

/** Notes that a message was discarded, so that no later life of the daemon takes it from a tab that repeats it. */
async function noteDiscarded(tx: WriteTransaction, id: string, now: number): Promise<void> {
  const { value } = (await tx.get('ticket_meta', DISCARDED_KEY)) ?? {};
  const known = Object.entries((value ?? {}) as Readonly<Record<string, number>>).filter(([, at]) => Math.abs(now - at) < REMEMBERED_MS);
  await tx.put('ticket_meta', { key: DISCARDED_KEY, value: Object.fromEntries([...known.slice(1 - REMEMBERED_MAX), [id, now]]) });
}

/** What decisions are made with. */
export interface DecisionDesk extends Pick<OutboxSetup, 'clock' | 'onOperation' | 'wake'>, Pick<Outbox, 'change'> {
  readonly ledger: Ledger;
  rowOf(operation: OfflineOperation): CachedMessage | undefined;
  showRow(row: CachedMessage): void;
  hideRow(requestId: string, id: string): void;
  /** Messages that were discarded of late, or are about to be. */
  readonly discarded: Set<string>;
  /** Rows of those that are about to be: their places are not free yet. */
  readonly leaving: Set<CachedMessage>;
  /** The last decision about each message, while it is being stored: the executor leaves that message alone. */
  readonly turns: Map<string, Promise<void>>;
}

/** Decisions. This is a no-op when it has been done: several tabs may press the same button. */
export interface Decisions {
  retry(operationId: string): Promise<void>;
  /** Retries all that has failed. */
  retryAll(): Promise<void>;
  /** Rejects with `IN_FLIGHT` while the server may be acting on it, with `NOT_FOUND` when it does not wait any more; so does `discard`. */
  edit(operationId: string, content: string): Promise<void>;
  discard(operationId: string): Promise<void>;
}

/** Creates decisions over a desk. */
export function createDecisions(desk: DecisionDesk): Decisions {
  const { ledger, change, discarded, hideRow, leaving, rowOf, showRow, turns } = desk;

  /** The operation that a person wants to change. Refused while the server may be acting on it. */
  const changeable = (operationId: string): SendOperation => {
    const operation = ledger.get(operationId);
    if (!operation || operation.type !== 'send_message') throw new TabcachedError('NOT_FOUND', 'That message is not waiting any more.');
    if (operation.status === 'syncing') throw new TabcachedError('IN_FLIGHT', 'The message is being sent.');
    if (operation._outcomeUnknown) throw new TabcachedError('IN_FLIGHT', 'It is not known yet whether the message arrived; it is asked for first.');
    return operation;
  };

  /** What a person decides holds when it is stored; otherwise everything is as it was. */
  const decide = async (before: OfflineOperation, after: OfflineOperation): Promise<void> => {
    const row = rowOf(before);
    try {
      await change(after);
    } catch (error) {
      if (ledger.get(before.id) === after) {
        ledger.hold(before);
        if (row) showRow(row);
        desk.onOperation(before, before.status);
      }
      throw error;
    }
  };

  /** A decision waits for the one before: that may fail, and is then as if it had never been. Until it is stored, nothing is tried by it. */
  const inTurn = (operationId: string, run: () => Promise<void>): Promise<void> => {
    const before = turns.get(operationId);
    const decision = before ? before.then(run, run) : run();
    turns.set(operationId, decision);
    const end = (): void => {
      if (turns.get(operationId) === decision) turns.delete(operationId);
      desk.wake();
    };
    decision.then(end, end);
    return decision;
  };

  const retry = (operationId: string): Promise<void> =>
    inTurn(operationId, async () => {
      const operation = ledger.get(operationId);
      if (operation?.status === 'failed') await decide(operation, revived(operation));
    });

  const discard = async (operationId: string): Promise<void> => {
    if (discarded.has(operationId)) return;
    const operation = changeable(operationId);
    const row = rowOf(operation);
    discarded.add(operationId);
    if (row) leaving.add(row);
    hideRow(operation.requestId, operation.id);
    try {
      await ledger.drop(operation, 'strict', (tx) => noteDiscarded(tx, operationId, desk.clock.now()));
    } catch (error) {
      discarded.delete(operationId);
      if (row) showRow(row);
      desk.onOperation(operation, operation.status);
      throw error;
    } finally {
      if (row) leaving.delete(row);
    }
    desk.onOperation(operation, 'discarded');
  };

  return {
    retry,
    retryAll: async () => void (await Promise.all(ledger.all().map(({ id }) => retry(id)))),
    edit: (operationId, content) =>
      inTurn(operationId, async () => {
        const known = ledger.get(operationId);
        // Another tab was first with the same text: it is on its way.
        if (known?.type === 'send_message' && known.status !== 'failed' && known.payload.content === content) return;
        const operation = changeable(operationId);
        await decide(operation, revived({ ...operation, payload: { ...operation.payload, content } }));
      }),
    discard: (operationId) => inTurn(operationId, () => discard(operationId)),
  };
}
