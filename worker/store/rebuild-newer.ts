/**
 * A database that is newer than this code: the application was rolled back. What can be fetched again is dropped, what a person wrote is
 * kept.
 *
 * Owns: the way from the newer database to one of this version. What was written waits in a small database of its own from before the
 * first is deleted until it stands in the second, so a crash at any point loses nothing. Does not know daemons: whoever calls holds the
 * writer lease and has made sure that nobody else has the database open on purpose.
 *
 * It is a part of the worker that loads when used.
 */
import { wrap } from 'idb';
import * as v from 'valibot';
import { carriedDatabaseName, databaseName, OfflineOperation, TabcachedError, toTabcachedError } from '../../protocol/index.ts';
import type { Clock, Log, Timers } from '../env.ts';
import { carriedReadStores, carriedWriteStores, readCarried, writeCarried, type CarriedOutbox } from './carry-outbox.ts';
import { runTransaction } from './indexeddb-transaction.ts';
import { openUnversioned } from './newer-outbox.ts';
import type { Store } from './store.ts';

/** How long a deletion may be blocked by connections of others. */
const BLOCKED_AFTER_MS = 5_000;
const STORE = 'carried';

/** What a rebuild needs. */
export interface RebuildSetup {
  readonly userId: string;
  readonly indexedDB: IDBFactory;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

async function openCarried({ indexedDB, userId }: RebuildSetup): Promise<IDBDatabase> {
  const request = indexedDB.open(carriedDatabaseName(userId), 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(STORE, { autoIncrement: true });
  await wrap(request);
  return request.result;
}

/** Runs requests on what is set aside; resolves when they are on the disk. */
async function inCarried(setup: RebuildSetup, request: (store: IDBObjectStore) => void): Promise<void> {
  const database = await openCarried(setup);
  try {
    const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
    const written = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(toTabcachedError(transaction.error, 'STORAGE_FAILED'));
    });
    request(transaction.objectStore(STORE));
    await written;
  } finally {
    database.close();
  }
}

function deleteDatabase({ indexedDB, timers }: RebuildSetup, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    const cancel = timers.after(BLOCKED_AFTER_MS, () => reject(new TabcachedError('STORAGE_FAILED', `BlockedError: ${name} is open elsewhere`)));
    request.onsuccess = () => {
      cancel();
      resolve();
    };
    request.onerror = () => {
      cancel();
      reject(toTabcachedError(request.error, 'STORAGE_FAILED'));
    };
  });
}

/** Sets aside what a person wrote and deletes the newer database. Rejects with `STORAGE_FAILED`; then nothing was deleted. */
export async function setAside(setup: RebuildSetup): Promise<void> {
  const { userId, indexedDB, log } = setup;
  const database = await openUnversioned(userId, indexedDB);
  if (!database) return;
  let carried: CarriedOutbox;
  try {
    carried = await runTransaction(database, { stores: carriedReadStores, generation: null }, readCarried);
  } finally {
    database.close();
  }
  // Strict: the other database is about to go.
  await inCarried(setup, (store) => void store.add(carried));
  log.warn('database of a newer build: rebuilt, the outbox is kept', { operations: carried.operations.length, drafts: carried.drafts.length });
  await deleteDatabase(setup, databaseName(userId));
}

/** Puts what was set aside into a store that has claimed the right to write. Operations that this build does not understand stay aside. */
export async function takeBack(setup: RebuildSetup, store: Store): Promise<void> {
  const { userId, clock, log } = setup;
  let parts: CarriedOutbox[] = [];
  await inCarried(setup, (waiting) => {
    const request = waiting.getAll();
    request.onsuccess = () => (parts = request.result as CarriedOutbox[]);
  });
  const foreign: OfflineOperation[] = [];
  const known = (operation: OfflineOperation): boolean => v.is(OfflineOperation, operation) || !foreign.push(operation);
  const understood = parts.map((part) => ({ ...part, operations: part.operations.filter(known) }));
  await store.write(carriedWriteStores, 'strict', async (tx) => {
    for (const part of understood) await writeCarried(tx, part, userId, clock.now());
  });
  if (foreign.length === 0) return deleteDatabase(setup, carriedDatabaseName(userId));
  log.error('operations of a newer build are kept aside', { operations: foreign.length });
  await inCarried(setup, (waiting) => {
    waiting.clear();
    waiting.add({ operations: foreign, rows: [], drafts: [] } satisfies CarriedOutbox);
  });
}
