/**
 * Sending: from a person's keystroke to the server's confirmation.
 *
 * Owns: acceptance (limits, order, one UUID per message), the optimistic row, and what of all that is on screen. Does not know HTTP, lanes'
 * timing (`executor.ts`), transactions (`ledger.ts`) or what a person decides in between (`decisions.ts`).
 */
import type { CachedMessage, LaneState, OfflineOperation, RefusalContext, SendOperation, SendReceipt, Sender, ServerMessage, TicketThen } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { OUTBOX_WARN_SHARE, PROVISIONAL_BASE } from '../../protocol/limits.ts';
import type { Clock } from '../env.ts';
import type { ChatBook } from '../sync/chat-book.ts';
import type { Durability } from '../store/store.ts';
import { takeIn } from '../sync/intake.ts';
import { NO_CHANGE } from '../sync/merge.ts';
import type { DecisionDesk } from './decisions.ts';
import type { Ledger } from './ledger.ts';
import { createNewestRows } from './newest-rows.ts';
import { doubted, pendingRow, sendOperation, type Draft } from './operations.ts';

/** What the outbox is made with. */
export interface OutboxSetup {
  readonly clock: Clock;
  readonly book: ChatBook;
  readonly ledger: Ledger;
  readonly userId: string;
  /** Messages that were discarded of late, by id, in whichever life of the daemon. */
  readonly discarded: unknown;
  readonly limit: number;
  /** False while only memory is left to store in. */
  readonly durable: boolean;
  sender(): Sender | null;
  /** The chat's ticket as it is now, as far as it is known. */
  ticket(requestId: string): TicketThen | undefined;
  /** What explains a refusal. */
  context(operation: OfflineOperation): RefusalContext | null;
  /** Rows of a chat changed on every screen. */
  onRows(requestId: string, upserts: readonly CachedMessage[], removals: readonly string[]): void;
  onOperation(operation: OfflineOperation, status: OfflineOperation['status'] | 'discarded'): void;
  /** How many times the chat's draft was written: one that was typed after pressing send is not taken. */
  draftVersion(requestId: string): number;
  /** The server has an own message, under that sequence. */
  onSent(requestId: string, sequence: number): void;
  wake(): void;
}

/** The outbox. */
export interface Outbox {
  /** Resolves when stored. Rejects with `OUTBOX_FULL` or `STORAGE_FAILED`; then nothing of it is left on any screen. */
  send(draft: Draft): Promise<SendReceipt>;
  /** What people's decisions about messages that wait are made with. */
  readonly desk: DecisionDesk;
  laneState(requestId: string): LaneState;
  /** The executor changed an operation. `relaxed`: it happened, whether storage notes it now or later. */
  change(operation: OfflineOperation, durability?: Durability): Promise<void>;
  /** Ids of messages that the server has confirmed in this daemon's life. */
  sent(): readonly string[];
  /** The server has the message. */
  confirm(operation: SendOperation, message: ServerMessage): Promise<void>;
}

/** Creates the outbox over a ledger. */
export function createOutbox(setup: OutboxSetup): Outbox {
  const { book, ledger, clock } = setup;
  const accepting = new Map<string, Promise<SendReceipt>>();
  const newestRows = createNewestRows(book);
  /** Messages that are discarded, or about to be. */
  const discarded = new Set(Object.keys(setup.discarded ?? {}));
  /** Rows of those that are about to be: their places are not free yet. */
  const leaving = new Set<CachedMessage>();
  /** Messages that the server has confirmed in this daemon's life, shown by now or gone again. */
  const arrived = new Set<string>();

  const showRow = (row: CachedMessage): void => {
    const model = book.open(row.requestId);
    const others = model.pending.filter((other) => other.id !== row.id);
    book.replace({ ...model, pending: [...others, row].sort((a, b) => a.sequenceNumber - b.sequenceNumber) });
    setup.onRows(row.requestId, [row], []);
  };
  const hideRow = (requestId: string, id: string): void => {
    const model = book.open(requestId);
    book.replace({ ...model, pending: model.pending.filter((row) => row.id !== id) });
    // A tab that repeated what was sent long ago shows that again.
    setup.onRows(requestId, model.rows.filter((row) => row.clientTempId === id), [id]);
  };
  const rowOf = (operation: OfflineOperation): CachedMessage | undefined =>
    book.get(operation.requestId)?.pending.find((row) => row.id === operation.id);

  const receipt = (clientTempId: string): SendReceipt => ({
    clientTempId,
    durable: setup.durable,
    nearlyFull: ledger.size() >= setup.limit * OUTBOX_WARN_SHARE,
  });

  const accept = async (draft: Draft, draftVersion: number, read: boolean): Promise<SendReceipt> => {
    const { requestId, clientTempId } = draft;
    const model = book.open(requestId);
    // A tab repeats a send whose answer it never got: the message may be on its way, sent, or discarded since.
    const held = ledger.get(clientTempId);
    // One that an earlier life left is shown before it is stored; one that is being discarded must not be stored behind that.
    if (held && !discarded.has(clientTempId)) return { ...receipt(clientTempId), durable: setup.durable && (await ledger.put(held, null, 'strict').then(() => true, () => false)) };
    const isKnown = discarded.has(clientTempId) || arrived.has(clientTempId) || model.rows.some((row) => row.clientTempId === clientTempId);
    if (isKnown) return receipt(clientTempId);
    if (ledger.size() >= setup.limit) throw new TabcachedError('OUTBOX_FULL');
    const now = clock.now();
    const taken = [...model.pending, ...leaving].filter((other) => other.requestId === requestId);
    const sequence = Math.max(PROVISIONAL_BASE - 1, ...taken.map((other) => other.sequenceNumber)) + 1;
    const row = pendingRow(draft, { userId: setup.userId, sender: setup.sender() }, sequence, now);
    // Where neither its tab nor storage can tell that it was never sent, the server is asked.
    const operation = doubted(sendOperation(draft, now, ledger.nextOrder(), setup.ticket(requestId)), !read || draft.again === true);
    const { _draft, ...meta } = model.meta;
    const typed = draft.keepDraft || setup.draftVersion(requestId) !== draftVersion ? undefined : _draft;
    if (typed !== undefined) book.replace({ ...model, meta });
    showRow(row);
    try {
      const written = await ledger.put(operation, row, 'strict', typed !== undefined);
      if (written && written.sequenceNumber !== row.sequenceNumber) showRow(written);
    } catch (error) {
      ledger.forget([operation.id]);
      if (typed !== undefined && setup.draftVersion(requestId) === draftVersion) book.touch(requestId, (meta) => ({ ...meta, _draft: typed }));
      hideRow(requestId, row.id);
      throw error;
    }
    setup.onOperation(operation, 'pending');
    setup.wake();
    return receipt(clientTempId);
  };

  const change = async (operation: OfflineOperation, durability: Durability = 'strict'): Promise<void> => {
    const row = rowOf(operation);
    const status = operation.status === 'failed' ? 'failed' : 'pending';
    let next: CachedMessage | null = null;
    if (row && operation.type === 'send_message') {
      const { errorMessage: _, ...rest } = row;
      next = { ...rest, _syncVersion: row._syncVersion + 1, content: operation.payload.content, status, ...(operation.lastError === null ? {} : { errorMessage: operation.lastError }) };
    }
    const visible = next && (next.status !== row?.status || next.content !== row.content || next.errorMessage !== row.errorMessage);
    const stored = ledger.put(operation, visible ? next : null, durability);
    if (visible && next) showRow(next);
    setup.onOperation(operation, operation.status);
    await stored;
  };

  return {
    send: (draft) => {
      const known = accepting.get(draft.clientTempId);
      if (known) return known;
      const version = setup.draftVersion(draft.requestId);
      const accepted = newestRows.when(draft.requestId, (read) => accept(draft, version, read)).finally(() => accepting.delete(draft.clientTempId));
      accepting.set(draft.clientTempId, accepted);
      return accepted;
    },
    desk: { clock, ledger, rowOf, showRow, hideRow, change, onOperation: setup.onOperation, wake: setup.wake, discarded, leaving, turns: new Map() },
    laneState: (requestId) => {
      const lane = ledger.lane(requestId);
      const head = lane[0];
      const blocked = head?.status === 'failed' ? { operationId: head.id, code: head._errorCode ?? 'REJECTED', message: head.lastError ?? '', context: setup.context(head) } : null;
      return { pending: lane.length, blocked, nextRetryAt: head?.nextRetryAt ?? null };
    },
    change,
    sent: () => [...arrived],
    confirm: async (operation, message) => {
      arrived.add(operation.id);
      // It may have been changed by now to what breaks the rules: then it is there, and is not shown.
      const { rows, rejected } = takeIn([message], operation.requestId, message.revision, clock.now());
      await book.apply(operation.requestId, () => ({ ...NO_CHANGE, rows: rows.map((row) => ({ ...row, clientTempId: operation.id })), rejected: message.requestId === operation.requestId ? rejected : [], own: operation.id }));
      setup.onSent(operation.requestId, message.sequenceNumber);
    },
  };
}
