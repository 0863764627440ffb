/**
 * The store port over IndexedDB.
 *
 * Owns: one connection and the generation it writes under. Opening is in `indexeddb-open.ts`, the course of a transaction in
 * `indexeddb-transaction.ts`.
 */
import { fencedError, generationOf, WRITER_KEY } from './fence.ts';
import { openDatabase, type OpenOptions } from './indexeddb-open.ts';
import { runTransaction } from './indexeddb-transaction.ts';
import type { Store, WriterRecord } from './store.ts';

/** Opens a user's database and answers the store over it. Rejects as {@link openDatabase} does. */
export async function openIndexedDbStore(options: OpenOptions): Promise<Store> {
  const database = await openDatabase(options);
  let own: number | null = null;
  const store: Store = {
    kind: 'indexeddb',
    read: (stores, work) => runTransaction(database, { stores, generation: null }, work),
    async write(stores, durability, work) {
      if (own === null) throw fencedError(own);
      return runTransaction(database, { stores, durability, generation: own }, work);
    },
    async claimWriter(buildId, now) {
      const generation = await runTransaction(database, { stores: [], durability: 'strict', generation: null }, async (tx) => {
        const next = generationOf(await tx.get('ticket_meta', WRITER_KEY)) + 1;
        const value: WriterRecord = { generation: next, buildId, claimedAt: now };
        await tx.put('ticket_meta', { key: WRITER_KEY, value });
        return next;
      });
      own = generation;
      await options.onClaimed?.(store, generation);
      return { generation };
    },
    close: () => database.close(),
  };
  return store;
}
