/**
 * The store port over IndexedDB.
 *
 * Owns: one connection and the generation it writes under. Opening is in `indexeddb-open.ts`, the course of a transaction in
 * `indexeddb-transaction.ts`.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import { fencedError, generationOf, WRITER_KEY } from './fence.ts';
import { openDatabase, type OpenOptions } from './indexeddb-open.ts';
import { runTransaction } from './indexeddb-transaction.ts';
import type { Store, WriterRecord } from './store.ts';

/** The longest transactions take a second or two, and a busy machine several times that. */
const TRANSACTION_MS = 15_000;

/** Opens a user's database and answers the store over it. Rejects as {@link openDatabase} does. */
export async function openIndexedDbStore(options: OpenOptions): Promise<Store> {
  const database = await openDatabase(options);
  let own: number | null = null;
  /** Some browsers' transactions never end when their disk or their own process is in trouble. */
  const inTime: typeof runTransaction = (...args) =>
    new Promise((resolve, reject) => {
      const cancel = options.timers.after(TRANSACTION_MS, () => {
        options.events.onHung?.();
        reject(new TabcachedError('STORAGE_FAILED', 'A transaction did not end in time.'));
      });
      runTransaction(...args).finally(cancel).then(resolve, reject);
    });
  const store: Store = {
    kind: 'indexeddb',
    read: (stores, work) => inTime(database, { stores, generation: null }, work),
    async write(stores, durability, work) {
      if (own === null) throw fencedError(own);
      return inTime(database, { stores, durability, generation: own }, work);
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
