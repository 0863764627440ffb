/**
 * The side of sending: the outbox and its executor, drafts, read marks.
 *
 * Owns: who is told what became of an operation.
 */
import { createDrafts, type Drafts } from '../drafts.ts';
import { createExecutor, type Executor } from '../outbox/executor.ts';
import { createLedger, type Ledger } from '../outbox/ledger.ts';
import { createOutbox, type Outbox, type OutboxSetup } from '../outbox/outbox.ts';
import { createReadMarks, type ReadMarks } from '../outbox/read-marks.ts';
import { refusalContext } from '../outbox/refusal.ts';
import { senderOf } from '../outbox/sender.ts';
import type { Parts, PartsSetup } from '../parts.ts';

/** The sending side. */
export interface SendingParts {
  readonly drafts: Drafts;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  readonly readMarks: ReadMarks;
  readonly executor: Executor;
  /** What explains a refusal, as far as the ticket tells. */
  readonly context: OutboxSetup['context'];
}

/** Creates the sending side; `parts` holds base, tabs and sync by now, and the rest when something happens. */
export function wireSending({ env, identity, booted, settings }: PartsSetup, parts: Parts): SendingParts {
  const { userId } = identity;
  const { clock } = env;
  const { announce, backend, book, committer, counters, hostChanged, push, rowsChanged, showRead, tickets, views } = parts;
  const wake = (): void => executor.wake();
  const drafts = createDrafts(book, committer, (requestId) => views.changed(requestId));
  const ledger = createLedger(committer, clock, booted.operations);
  const operationChanged: OutboxSetup['onOperation'] = (operation, status) => {
    announce.operation(operation, status);
    parts.outboxPart.loaded()?.changed();
    if (operation.type === 'mark_read') return;
    views.changed(operation.requestId);
    hostChanged();
  };
  const context: SendingParts['context'] = (operation) => refusalContext(operation, tickets.get(operation.requestId));
  const outbox = createOutbox({
    clock,
    book,
    ledger,
    userId,
    discarded: booted.discarded,
    limit: settings.outboxLimit,
    durable: booted.store.kind === 'indexeddb',
    sender: () => senderOf(userId, tickets.all()),
    ticket: (requestId) => tickets.get(requestId),
    context,
    onRows: rowsChanged,
    onOperation: operationChanged,
    draftVersion: (requestId) => drafts.by(requestId).draftVersion,
    onSent: (requestId, sequence) => readMarks.sent(requestId, sequence),
    wake,
  });
  const readMarks = createReadMarks({
    env,
    book,
    ledger,
    userId,
    wake,
    onOperation: operationChanged,
    onRead: (requestId) => {
      views.changed(requestId);
      showRead(requestId);
      announce.read(book.open(requestId));
    },
  });
  const executor = createExecutor({
    env,
    backend,
    ledger,
    isDecided: (operationId) => outbox.desk.turns.has(operationId),
    ready: () => push.attached() && !booted.trouble?.held,
    onSendAttempt: () => counters.fetched('sends'),
    onReadAttempt: () => counters.fetched('reads'),
    change: (operation, durability) => outbox.change(operation, durability),
    confirm: (operation, message) => outbox.confirm(operation, message),
    confirmRead: (operation, state) => readMarks.confirm(operation, state),
    refuseRead: (operation) => readMarks.refuse(operation),
  });
  return { drafts, ledger, outbox, readMarks, executor, context };
}
