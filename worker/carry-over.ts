/**
 * What a person wrote and one life of a daemon hands to the next in the same worker, when storage is cut off or comes back between them.
 *
 * Owns: what belongs to it. `take-over.ts` is the other half. Does not know why a life ended.
 */
import type { OfflineOperation } from '../protocol/index.ts';
import type { Parts } from './parts.ts';

/** Operations in their order, drafts, and what was taken back. */
export interface Carried {
  readonly operations: readonly OfflineOperation[];
  readonly drafts: readonly { readonly requestId: string; readonly text: string }[];
  /** Ids of messages that a person took back; the next life's storage may have them. */
  readonly discarded?: readonly string[] | undefined;
  /** Ids of messages that the server confirmed; the next life's storage may have them waiting. */
  readonly sent?: readonly string[] | undefined;
  /** It was stored as well: another daemon may have sent, changed or discarded it since. */
  readonly durable?: boolean;
}

/** An operation that a daemon was sending when it ended: whether the server has it is not known, so it is asked first. */
export const recovered = (operation: OfflineOperation): OfflineOperation =>
  operation.status === 'syncing' ? { ...operation, status: 'pending', _outcomeUnknown: true } : operation;

/** What is to be carried over; empty when there is nothing. */
export function carryOver({ ledger, book, outbox, store }: Pick<Parts, 'ledger' | 'book' | 'outbox' | 'store'>): readonly Carried[] {
  const operations = ledger.all().map(recovered);
  const discarded = [...outbox.desk.discarded];
  const sent = outbox.sent();
  const drafts = book.requestIds().flatMap((requestId) => {
    const text = book.get(requestId)?.meta._draft;
    return text ? [{ requestId, text }] : [];
  });
  return operations.length + drafts.length + discarded.length + sent.length > 0 ? [{ operations, discarded, drafts, sent, durable: store.kind === 'indexeddb' }] : [];
}
