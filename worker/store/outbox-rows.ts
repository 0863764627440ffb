/**
 * The rows of the outbox and their counter. Written once, over the store port.
 *
 * Owns: that `pendingOperations` of `cache_stats` is the number of operations that are not completed. Does not know lanes,
 * retries or what an operation does. Writing needs `offline_queue` and `cache_stats`; one writing must have resolved before the
 * next of the same transaction begins.
 */
import type { OfflineOperation } from '../../protocol/index.ts';
import { addToStats, readStats } from './chat-counters.ts';
import type { ReadTransaction, StoreName, WriteTransaction } from './store.ts';

/** Stores that writing operations needs in its transaction. */
export const outboxWriteStores: readonly StoreName[] = ['offline_queue', 'cache_stats'];

/** All operations in the order in which the daemon accepted them. Needs `offline_queue`. */
export async function allOperations(tx: ReadTransaction): Promise<OfflineOperation[]> {
  const operations = await tx.getAll('offline_queue');
  return operations.toSorted((a, b) => a._order - b._order || a.createdAt - b.createdAt);
}

/** Changes of the outbox. An id that is both put and deleted is put. */
export interface OutboxChanges {
  readonly puts?: readonly OfflineOperation[];
  /** Ids; those that are not stored are ignored. */
  readonly deletes?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const weight = (operation: OfflineOperation | undefined): number => (operation && operation.status !== 'completed' ? 1 : 0);

/** Writes operations and their counter. */
export async function putOrDeleteOperations(tx: WriteTransaction, { puts = [], deletes = [], now }: OutboxChanges): Promise<void> {
  const wanted = new Map<string, OfflineOperation | undefined>(deletes.map((id) => [id, undefined]));
  for (const operation of puts) wanted.set(operation.id, operation);
  const [stats, ...stored] = await Promise.all([readStats(tx, now), ...[...wanted.keys()].map((id) => tx.get('offline_queue', id))]);
  let pendingOperations = 0;
  for (const operation of stored) pendingOperations -= weight(operation);
  for (const [id, operation] of wanted) {
    pendingOperations += weight(operation);
    void (operation ? tx.put('offline_queue', operation) : tx.delete('offline_queue', id));
  }
  await addToStats(tx, stats, { pendingOperations }, now);
}

/** Stores one operation, new or changed. */
export const putOperation = (tx: WriteTransaction, operation: OfflineOperation, now: number): Promise<void> =>
  putOrDeleteOperations(tx, { puts: [operation], now });

/** Removes one operation; it need not be stored. */
export const deleteOperation = (tx: WriteTransaction, id: string, now: number): Promise<void> =>
  putOrDeleteOperations(tx, { deletes: [id], now });
