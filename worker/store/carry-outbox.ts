/**
 * What a person wrote, carried from one store to another: operations with their rows, and drafts. Written once, over the store port.
 *
 * Owns: that nothing of it is lost or doubled on the way, and that it stands behind what the other store holds already, in its order.
 */
import type { CachedMessage, OfflineOperation } from '../../protocol/index.ts';
import { SIGNED_OUT_KEY, WIPING_KEY } from '../../protocol/sign-out.ts';
import { pendingRow } from '../outbox/operations.ts';
import { highestProvisional, readChatMeta } from './chat-reads.ts';
import { chatWriteStores, emptyChat, writeChat } from './chat-writes.ts';
import { allOperations, outboxWriteStores, putOrDeleteOperations } from './outbox-rows.ts';
import type { ReadTransaction, StoreName, WriteTransaction } from './store.ts';

/** See the file's comment. Plain data. */
export interface CarriedOutbox {
  /** In order of acceptance. */
  readonly operations: readonly OfflineOperation[];
  readonly rows: readonly CachedMessage[];
  readonly drafts: readonly { readonly requestId: string; readonly text: string }[];
  /** That the user has signed out, or that everything is to be removed: what this stands for must not be shown because a database was made anew. */
  readonly notes?: readonly (typeof SIGNED_OUT_KEY | typeof WIPING_KEY)[];
}

/** Stores that {@link readCarried} needs. */
export const carriedReadStores: readonly StoreName[] = ['messages', 'chat_meta', 'offline_queue', 'ticket_meta'];
/** Stores that {@link writeCarried} needs. */
export const carriedWriteStores: readonly StoreName[] = [...chatWriteStores, ...outboxWriteStores, 'ticket_meta'];

/** Everything in a store that a person wrote and the server does not have. */
export async function readCarried(tx: ReadTransaction): Promise<CarriedOutbox> {
  const keys = [SIGNED_OUT_KEY, WIPING_KEY] as const;
  const [operations, metas, noted] = await Promise.all([allOperations(tx), tx.getAll('chat_meta'), Promise.all(keys.map((key) => tx.get('ticket_meta', key)))]);
  const rows = await Promise.all(operations.map(({ id }) => tx.get('messages', id)));
  const drafts = metas.flatMap(({ requestId, _draft: text }) => (text ? [{ requestId, text }] : []));
  return { operations, rows: rows.filter((row) => row !== undefined), drafts, notes: keys.filter((_, at) => noted[at]) };
}

/** Adds it to what the store holds. Operations that are there already are passed over; a draft that is there stays. */
export async function writeCarried(tx: WriteTransaction, { operations, rows, drafts, notes = [] }: CarriedOutbox, userId: string, now: number): Promise<void> {
  const held = await allOperations(tx);
  const known = new Set(held.map(({ id }) => id));
  let order = Math.max(0, ...held.map(({ _order }) => _order));
  for (const operation of operations) {
    if (known.has(operation.id)) continue;
    const { id, requestId } = operation;
    if (operation.type === 'send_message') {
      const { content, isScreenshot = false, screenshotFileName = null } = operation.payload;
      const draft = { requestId, clientTempId: id, content, isScreenshot, screenshotFileName };
      const row = rows.find((each) => each.id === id) ?? pendingRow(draft, { userId, sender: null }, 0, operation.createdAt);
      const meta = (await readChatMeta(tx, requestId)) ?? emptyChat(requestId, now);
      const sequenceNumber = (await highestProvisional(tx, requestId)) + 1;
      await writeChat(tx, { requestId, upserts: [{ ...row, sequenceNumber }], deletions: [], meta, now });
    }
    await putOrDeleteOperations(tx, { puts: [{ ...operation, _order: ++order }], now });
  }
  for (const key of notes) await tx.put('ticket_meta', { key, value: { at: now } });
  for (const { requestId, text } of drafts) {
    const meta = (await readChatMeta(tx, requestId)) ?? emptyChat(requestId, now);
    if (!meta._draft) await writeChat(tx, { requestId, upserts: [], deletions: [], meta: { ...meta, _draft: text }, now });
  }
}
