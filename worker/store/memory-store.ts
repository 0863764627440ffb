/**
 * The store port in memory: the twin of `indexeddb-store.ts`, for browsers that refuse to store and for tests.
 *
 * Owns: transactions with rollback over `memory-table.ts`. Forgets everything when it is collected.
 *
 * Records are immutable: what is put is copied and frozen, what is read is that frozen copy. Changing a read record throws here
 * and would be without effect in IndexedDB.
 */
import { TabcachedError, toTabcachedError } from '../../protocol/index.ts';
import { fencedError, generationOf, WRITER_KEY } from './fence.ts';
import { freezeCopy } from './memory-record.ts';
import { createMemoryTable, type MemoryTable, type TableSelection, type Undo } from './memory-table.ts';
import { storeNames } from './schema.ts';
import type { Store, StoreName, WriteTransaction, WriterRecord } from './store.ts';
import { createTransactionQueue, type TransactionQueue } from './transaction-queue.ts';

const ignore = (): void => undefined;

/** An empty store. Errors and outcomes are those of the IndexedDB twin. */
export const createMemoryStore = (): Store => createMemoryDatabase()();

/** An empty database: every call connects a store to it, each with a right to write of its own, as several daemons have them. */
export function createMemoryDatabase(): () => Store {
  const tables = Object.fromEntries(storeNames.map((name) => [name, createMemoryTable(name)])) as Record<StoreName, MemoryTable>;
  const queue = createTransactionQueue();
  return () => connectTo(tables, queue);
}

function connectTo(tables: Readonly<Record<StoreName, MemoryTable>>, queue: TransactionQueue): Store {
  let own: number | null = null;
  let closed = false;

  const found = (): number => generationOf(tables.ticket_meta.get(WRITER_KEY) as { value: unknown } | undefined);
  const checkOpen = (): void => {
    if (closed) throw new TabcachedError('STORAGE_FAILED', 'InvalidStateError: the store is closed');
  };
  const run = async <T>(scope: readonly StoreName[], work: (tx: WriteTransaction) => Promise<T>): Promise<T> => {
    const transaction = beginTransaction(tables, scope);
    try {
      const result = await work(transaction.port);
      transaction.end();
      return result;
    } catch (error) {
      transaction.rollBack(error);
      throw transaction.reason();
    }
  };

  return {
    kind: 'memory',
    async read(stores, work) {
      checkOpen();
      return queue.read(() => run(stores, work));
    },
    async write(stores, _durability, work) {
      checkOpen();
      const generation = own;
      if (generation === null) throw fencedError(generation);
      return queue.write(async () => {
        if (found() !== generation) throw fencedError(generation, found());
        return run([...stores, 'ticket_meta'], work);
      });
    },
    async claimWriter(buildId, now) {
      checkOpen();
      return queue.write(async () => {
        const value: WriterRecord = { generation: found() + 1, buildId, claimedAt: now };
        tables.ticket_meta.put(freezeCopy({ key: WRITER_KEY, value }));
        own = value.generation;
        return { generation: value.generation };
      });
    },
    close() {
      closed = true;
    },
  };
}

interface RunningTransaction {
  readonly port: WriteTransaction;
  /** Ends it; throws the first failure of a request, if there was one. */
  end(): void;
  /** Takes everything back; the reason is the first failure, otherwise the given one. */
  rollBack(error: unknown): void;
  reason(): unknown;
}

function beginTransaction(tables: Readonly<Record<StoreName, MemoryTable>>, scope: readonly StoreName[]): RunningTransaction {
  const undos: Undo[] = [];
  let failure: unknown;
  let ended = false;

  const attempt = <T>(store: StoreName, request: (table: MemoryTable) => T): Promise<T> => {
    try {
      if (failure !== undefined) throw failure;
      if (ended) throw new DOMException('The transaction has ended.', 'TransactionInactiveError');
      if (!scope.includes(store)) throw new DOMException(`The transaction does not include ${store}.`, 'NotFoundError');
      return Promise.resolve(request(tables[store]));
    } catch (thrown) {
      const error = toTabcachedError(thrown, 'STORAGE_FAILED');
      if (!ended) failure ??= error;
      const rejected = Promise.reject(error);
      rejected.catch(ignore);
      return rejected;
    }
  };
  const change = (store: StoreName, request: (table: MemoryTable) => Undo): Promise<void> =>
    attempt(store, (table) => {
      undos.push(request(table));
    });

  const port = {
    get: (store: StoreName, key: string) => attempt(store, (table) => table.get(key)),
    getAll: (store: StoreName, selection: TableSelection = {}) => attempt(store, (table) => table.select(selection)),
    count: (store: StoreName, selection: TableSelection = {}) => attempt(store, (table) => table.count(selection)),
    put: (store: StoreName, value: object) => change(store, (table) => table.put(freezeCopy(value))),
    delete: (store: StoreName, key: string) => change(store, (table) => table.remove(key)),
    clear: (store: StoreName) => change(store, (table) => table.clear()),
  };
  return {
    // Tables hold what was put under a store's name, so the types of the port are true here.
    port: port as unknown as WriteTransaction,
    end() {
      if (failure !== undefined) throw failure;
      ended = true;
    },
    rollBack(error) {
      failure ??= error;
      ended = true;
      for (const undo of undos.toReversed()) undo();
    },
    reason: () => failure,
  };
}
