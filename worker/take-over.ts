/**
 * Taking over what a person wrote in an earlier life of the daemon, whose storage was another. A part that loads when used.
 *
 * Owns: that what the store of this life does not hold is appended behind what it holds, in one transaction and before anything is sent
 * (DESIGN.md, section 10, item 16). To be called before a tab is let in: nothing is announced.
 */
import type { CachedMessage, SendOperation, Sender } from '../protocol/index.ts';
import { PROVISIONAL_BASE } from '../protocol/limits.ts';
import type { Carried } from './carry-over.ts';
import { pendingRow } from './outbox/operations.ts';
import type { Parts } from './parts.ts';

/** Takes it over; what is held already stays as it is. Everything is queued before this returns, and kept until it is stored. */
export function takeOver(parts: Parts, { operations, drafts }: Carried, author: { readonly userId: string; readonly sender: Sender | null }): void {
  const { ledger, book, readMarks } = parts;
  for (const operation of operations) {
    if (ledger.get(operation.id)) continue;
    if (operation.type === 'mark_read') readMarks.mark(operation.requestId, operation.payload.upToSequence);
    else appendMessage(parts, operation, author);
  }
  for (const { requestId, text } of drafts) book.touch(requestId, (meta) => (meta._draft ? meta : { ...meta, _draft: text }));
}

function appendMessage({ ledger, book, views }: Parts, operation: SendOperation, author: { readonly userId: string; readonly sender: Sender | null }): void {
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
