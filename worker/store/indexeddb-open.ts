/**
 * Opening a user's database at the current version.
 *
 * Owns: upgrade, blocking, and what an open connection tells. Does not know transactions. Deletes nothing, ever.
 */
import { unwrap, wrap, type IDBPDatabase } from 'idb';
import { databaseName, SCHEMA_VERSION, TabcachedError, toTabcachedError } from '../../protocol/index.ts';
import type { Clock, Timers } from '../env.ts';
import type { Store, StoreEvents } from './store.ts';
import type { upgradeDatabase } from './upgrade-database.ts';

/** How long an upgrade may be blocked by an older connection. */
const BLOCKED_AFTER_MS = 5_000;

/** What is opened, and for whom. */
export interface OpenOptions {
  readonly userId: string;
  readonly events: StoreEvents;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Default: the scope's own. */
  readonly indexedDB?: IDBFactory;
  /** How long an upgrade waits for older connections to close. Default 5,000. */
  readonly blockedAfterMs?: number;
  /** Somebody claimed the right to write, that often in the database's life; awaited before the claim resolves. */
  readonly onClaimed?: (store: Store, generation: number) => Promise<void>;
}

/** Did opening fail because the database is of a newer version? It is not corrupt; `readOutboxOfNewerDatabase` reads it. */
export const isNewerDatabase = (error: unknown): boolean =>
  (error as { cause?: { name?: unknown } } | null)?.cause?.name === 'VersionError';

/**
 * Opens the database, creating or upgrading it. Rejects with `STORAGE_FAILED`: refused by the browser, blocked for too long
 * (a connection that comes later is closed at once), failed to upgrade (the older version stays as it was), or newer than this code.
 */
export async function openDatabase(options: OpenOptions): Promise<IDBDatabase> {
  const database = await openWith(options, null);
  if (database) return database;
  // Met once in the life of a database, so it is a part of the worker that loads when used. Without a cause: nothing is wrong with storage.
  const { upgradeDatabase } = await import('./upgrade-database.ts').catch(() => {
    throw new TabcachedError('STORAGE_FAILED', 'The part that upgrades a database did not load.');
  });
  return (await openWith(options, upgradeDatabase)) as IDBDatabase;
}

/** Opens; null when it is not of this version yet and there is nothing to make it so with: then nothing was changed. */
async function openWith(options: OpenOptions, upgrade: typeof upgradeDatabase | null): Promise<IDBDatabase | null> {
  const { userId, events, timers, blockedAfterMs = BLOCKED_AFTER_MS } = options;
  let request: IDBOpenDBRequest;
  try {
    request = (options.indexedDB ?? indexedDB).open(databaseName(userId), SCHEMA_VERSION);
  } catch (error) {
    throw toTabcachedError(error, 'STORAGE_FAILED');
  }
  let upgradeError: unknown;
  let incomplete = false;
  request.addEventListener('upgradeneeded', ({ oldVersion }) => {
    const transaction = request.transaction as IDBTransaction;
    const giveUp = (error: unknown): void => {
      upgradeError ??= error;
      try {
        transaction.abort();
      } catch {
        // A failed request has aborted it already.
      }
    };
    if (!upgrade) {
      incomplete = true;
      return transaction.abort();
    }
    try {
      upgrade(request.result, transaction, oldVersion, options.clock.now()).catch(giveUp);
    } catch (error) {
      giveUp(error);
    }
  });
  let cancelTimer = (): void => undefined;
  const blocked = new Promise<never>((_, reject) => {
    request.addEventListener('blocked', () => {
      const message = `BlockedError: an older connection did not close within ${blockedAfterMs} ms`;
      cancelTimer = timers.after(blockedAfterMs, () => reject(new TabcachedError('STORAGE_FAILED', message)));
    });
  });
  const opened = wrap(request).then(
    (database) => unwrap(database as IDBPDatabase),
    (error: unknown) => {
      throw toTabcachedError(upgradeError ?? error, 'STORAGE_FAILED');
    },
  );
  try {
    const database = await Promise.race([opened, blocked]);
    listen(database, events);
    return database;
  } catch (error) {
    if (incomplete) return null;
    opened.then(
      (late) => late.close(),
      () => undefined,
    );
    throw error;
  } finally {
    cancelTimer();
  }
}

function listen(database: IDBDatabase, events: StoreEvents): void {
  database.addEventListener('versionchange', () => events.onBlocking());
  database.addEventListener('close', () => events.onTerminated());
}
