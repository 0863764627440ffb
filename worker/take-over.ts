/**
 * Taking over what a person wrote in an earlier life of the daemon, whose storage was another. A part that loads when used.
 *
 * Owns: that what the store of this life does not hold is appended behind what it holds, in one transaction and before anything is sent
 * (SPEC.md, chapter 2). To be called before a tab is let in: nothing is announced.
 */
import type { CachedMessage, SendOperation, Sender } from '../protocol/index.ts';
import { PAGE_SIZE, PROVISIONAL_BASE } from '../protocol/limits.ts';
import type { Carried } from './carry-over.ts';
import { createDecisions } from './outbox/decisions.ts';
import { doubted, pendingRow } from './outbox/operations.ts';
import type { Parts } from './parts.ts';
import { readWindow } from './store/chat-reads.ts';
import type { Store } from './store/store.ts';

/** Whose messages they are. */
interface Author {
  readonly userId: string;
  readonly sender: Sender | null;
}

/**
 * What was written, without messages that the store knows to be sent: their tabs repeated them while it could not be read. Only the newest
 * rows of a chat are looked at; the server recognises the rest. Rejects with `STORAGE_FAILED`.
 */
export async function stillToSend(store: Pick<Store, 'read'>, carried: readonly Carried[]): Promise<readonly Carried[]> {
  const chats = [...new Set(carried.flatMap(({ operations }) => operations.map(({ requestId }) => requestId)))];
  const rows = await store.read(['messages'], (tx) => Promise.all(chats.map((requestId) => readWindow(tx, requestId, { limit: PAGE_SIZE }))));
  const sent = new Set(rows.flat().map(({ clientTempId }) => clientTempId));
  return carried.map((each) => ({ ...each, operations: each.operations.filter(({ id }) => !sent.has(id)) }));
}

/** Takes it over; what is held already stays as it is, but for what a person decided about it meanwhile. Everything is queued before this returns, and kept until it is stored. */
export function takeOver(parts: Parts, carried: readonly Carried[], author: Author): void {
  for (const each of carried) takeOne(parts, each, author);
}

function takeOne(parts: Parts, { operations, drafts, discarded = [], sent = [], durable = false }: Carried, author: Author): void {
  const { ledger, book, outbox, readMarks } = parts;
  const decisions = createDecisions(outbox.desk);
  const ignore = (): void => undefined;
  for (const operation of operations) {
    const stored = ledger.get(operation.id);
    if (stored) {
      // Edited while its first text could not be read. What the server may have already stays as it is, and so does what was stored: of the two
      // texts that is the later one.
      const isOther = !durable && stored.type === 'send_message' && operation.type === 'send_message' && stored.payload.content !== operation.payload.content;
      if (isOther) decisions.edit(operation.id, operation.payload.content).catch(ignore);
    } else if (operation.type === 'mark_read') readMarks.mark(operation.requestId, operation.payload.upToSequence);
    // Where the database was deleted underneath, another daemon may have sent it before that.
    else if (!outbox.desk.discarded.has(operation.id)) appendMessage(parts, durable ? doubted(operation, true) : operation, author);
  }
  for (const id of sent) {
    const waits = ledger.get(id);
    // Repeated by its tab while storage could not be read: the server is asked, and its row follows.
    if (waits) outbox.change(doubted(waits, true), 'relaxed').catch(ignore);
  }
  for (const id of discarded) decisions.discard(id).catch(ignore);
  for (const { requestId, text } of drafts) book.touch(requestId, (meta) => (meta._draft ? meta : { ...meta, _draft: text }));
}

function appendMessage({ ledger, book, views }: Parts, operation: SendOperation, author: Author): void {
  const { id, requestId, payload, status, lastError } = operation;
  const show = (row: CachedMessage): void => {
    const model = book.open(requestId);
    const others = model.pending.filter((other) => other.id !== id);
    book.replace({ ...model, pending: [...others, row].sort((a, b) => a.sequenceNumber - b.sequenceNumber) });
  };
  const sequence = (book.open(requestId).pending.at(-1)?.sequenceNumber ?? PROVISIONAL_BASE - 1) + 1;
  const draft = { requestId, clientTempId: id, content: payload.content, isScreenshot: payload.isScreenshot ?? false, screenshotFileName: payload.screenshotFileName ?? null };
  const plain = pendingRow(draft, author, sequence, operation.createdAt);
  const row: CachedMessage = status === 'failed' ? { ...plain, status, ...(lastError === null ? {} : { errorMessage: lastError }) } : plain;
  show(row);
  ledger.put({ ...operation, _order: ledger.nextOrder() }, row, 'relaxed').then(
    (written) => {
      if (!written || written.sequenceNumber === row.sequenceNumber) return;
      show(written);
      views.changed(requestId, [written], []);
    },
    () => undefined,
  );
}
