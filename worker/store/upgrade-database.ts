/**
 * What makes a database one of the current version, be it new or older. A part of the worker that loads when used: once in a database's life,
 * and once for each version.
 *
 * Owns: the order, stores before rows. To be called in the `versionchange` transaction.
 */
import { createMissingStores } from './schema.ts';
import { completeOldRows } from './upgrade-rows.ts';

/** Creates what is missing and completes the rows of an older version (0: the database is new). Throws or rejects when it cannot be done. */
export function upgradeDatabase(database: IDBDatabase, transaction: IDBTransaction, oldVersion: number, now: number): Promise<void> {
  createMissingStores(database, transaction);
  return oldVersion > 0 ? completeOldRows(transaction, now) : Promise.resolve();
}
