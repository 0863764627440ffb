/**
 * The database of a real worker.
 *
 * Owns: what is done about a database that is newer than this code. Opening, upgrading and claiming are `store/`'s.
 */
import { toTabcachedError } from '../protocol/errors.ts';
import { carriedDatabaseName, parseDaemonLease } from '../protocol/names.ts';
import type { Clock, Locks, Log, Timers } from './env.ts';
import { isNewerDatabase } from './store/indexeddb-open.ts';
import { openIndexedDbStore } from './store/indexeddb-store.ts';
import type { Store, StoreEvents } from './store/store.ts';

/** A database that was claimed no more often than this may have been rebuilt by a daemon that died over it. */
const YOUNG = 3;

/** What is needed of the platform. */
interface StorePlatform {
  readonly scope: { readonly indexedDB: IDBFactory };
  readonly locks: Pick<Locks, 'held'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** Opens the user's database, rebuilding one of a newer version. Rejects with `STORAGE_FAILED`. */
export async function openOwnStore({ scope, locks, ...env }: StorePlatform, userId: string, events: StoreEvents): Promise<Store> {
  try {
    const { indexedDB } = scope;
    const setup = { userId, indexedDB, ...env };
    // Few daemons ever need it, so it is a part of the worker that loads when used.
    const rebuilding = () => import('./store/rebuild-newer.ts');
    const onClaimed = async (store: Store, generation: number): Promise<void> => {
      if (generation > YOUNG || !(await indexedDB.databases()).some(({ name }) => name === carriedDatabaseName(userId))) return;
      await (await rebuilding()).takeBack(setup, store);
    };
    const open = (): Promise<Store> => openIndexedDbStore({ events, onClaimed, ...setup });
    return await open().catch(async (thrown: unknown) => {
      const daemons = (await locks.held()).filter((name) => parseDaemonLease(name)?.userId === userId);
      // What another daemon may be using is not deleted.
      if (!isNewerDatabase(thrown) || daemons.length > 1) throw thrown;
      await (await rebuilding()).setAside(setup);
      return open();
    });
  } catch (thrown) {
    // Where storage is forbidden, even looking at `indexedDB` may throw.
    throw toTabcachedError(thrown, 'STORAGE_FAILED');
  }
}
