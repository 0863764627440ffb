/**
 * One IndexedDB transaction, run to its end.
 *
 * Owns: fence, abort, commit and errors of a transaction. Does not know which stores exist.
 *
 * A put, delete or clear resolves as soon as the browser took the request: requests of a transaction run in order, so reads behind
 * it see it. If it fails later, the transaction is aborted and `runTransaction` rejects with that failure; nobody has to wait
 * for each of 500 rows.
 */
import { wrap } from 'idb';
import { TabcachedError, toTabcachedError } from '../../protocol/index.ts';
import { fencedError, generationOf, WRITER_KEY } from './fence.ts';
import { selectAll, toKeyRange } from './indexeddb-selection.ts';
import { isEmptyRange } from './keys.ts';
import type { Durability, StoreName, StoreValue, WriteTransaction } from './store.ts';

/** What is run. Without `durability` it is a read. `generation`: the fence that must be found, or null for none. */
export interface TransactionOptions {
  readonly stores: readonly StoreName[];
  readonly durability?: Durability;
  readonly generation: number | null;
}

const ignore = (): void => undefined;
const accepted = Promise.resolve();

/** Any failure of IndexedDB as `STORAGE_FAILED`, with the browser's error as the cause. */
export const storageError = (thrown: unknown): TabcachedError => toTabcachedError(thrown, 'STORAGE_FAILED');

/**
 * Runs `work` in a transaction. Rejects with the first of: `FENCED`, a request's failure (`STORAGE_FAILED`), `work`'s own error,
 * the browser's reason to abort; then nothing was kept. A write resolves when it is committed, a read when `work` has ended.
 */
export async function runTransaction<T>(
  database: IDBDatabase,
  { stores, durability, generation }: TransactionOptions,
  work: (tx: WriteTransaction) => Promise<T>,
): Promise<T> {
  const transaction = openTransaction(database, stores, durability);
  let reason: unknown;
  let completed = false;
  /** Aborts for that reason, unless there was one before. Answers whether the transaction could still be aborted. */
  const fail = (error: unknown): boolean => {
    reason ??= error;
    try {
      transaction.abort();
      return true;
    } catch {
      return false;
    }
  };
  const aborted = new Promise<never>((_, reject) => {
    transaction.onabort = () => {
      const unnamed = new DOMException('The transaction was aborted.', 'AbortError');
      reject(reason ?? storageError(transaction.error ?? unnamed));
    };
  });
  aborted.catch(ignore);
  const complete = new Promise<void>((resolve) => {
    transaction.oncomplete = () => {
      completed = true;
      resolve();
    };
  });
  transaction.onerror = (event) => {
    const { error } = event.target as IDBRequest;
    // Requests that end because of an abort do not name its reason.
    const isConsequence = error?.name === 'AbortError';
    // Some engines report an error to the global scope unless prevented. While committing, only the default action aborts.
    if (isConsequence || fail(storageError(error))) event.preventDefault();
  };
  const fenced = generation === null ? accepted : checkFence(transaction, generation, fail);
  try {
    const result = await Promise.race([work(transactionPort(transaction, fail)), aborted]);
    // A request may have been refused without `work` looking at its promise.
    if (reason !== undefined) throw reason;
    if (durability === undefined) return result;
    await Promise.race([fenced, aborted]);
    commit(transaction);
    await Promise.race([complete, aborted]);
    return result;
  } catch (error) {
    if (completed && durability !== undefined) {
      const message = 'A transaction was committed early, because its callback waited for something else than its own requests.';
      throw new TabcachedError('INTERNAL', message, { cause: error });
    }
    fail(error);
    await Promise.race([complete, aborted]).catch(ignore);
    throw reason;
  }
}

/** Opens the transaction. Rejected by the browser when the connection is closed or a store is missing. */
function openTransaction(database: IDBDatabase, stores: readonly StoreName[], durability: Durability | undefined): IDBTransaction {
  try {
    return durability === undefined
      ? database.transaction(stores as StoreName[], 'readonly')
      : database.transaction([...stores, 'ticket_meta'], 'readwrite', { durability });
  } catch (error) {
    throw storageError(error);
  }
}

/** Asks for the writer's record before everything else, so the answer is there before anything can be committed. */
function checkFence(transaction: IDBTransaction, own: number, fail: (error: unknown) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const request = transaction.objectStore('ticket_meta').get(WRITER_KEY);
    request.onsuccess = () => {
      const found = generationOf(request.result as { value: unknown } | undefined);
      if (found === own) resolve();
      else fail(fencedError(own, found));
    };
  });
}

/** Commits without waiting for the event of every request. */
function commit(transaction: IDBTransaction): void {
  try {
    transaction.commit();
  } catch {
    // Not active any more: it commits or aborts by itself, and its events tell.
  }
}

/** The port over a transaction. A request that cannot even be made fails the transaction, as one that fails later does. */
function transactionPort(transaction: IDBTransaction, fail: (error: unknown) => boolean): WriteTransaction {
  const refuse = (thrown: unknown): Promise<never> => {
    const error = storageError(thrown);
    fail(error);
    const rejected = Promise.reject(error);
    rejected.catch(ignore);
    return rejected;
  };
  const ask = <T>(request: () => Promise<T>): Promise<T> => {
    try {
      const answer = request().then(undefined, (error: unknown) => {
        throw storageError(error);
      });
      answer.catch(ignore);
      return answer;
    } catch (error) {
      return refuse(error);
    }
  };
  const order = (request: () => void): Promise<void> => {
    try {
      request();
      return accepted;
    } catch (error) {
      return refuse(error);
    }
  };
  return {
    get: <S extends StoreName>(store: S, key: string) =>
      ask(() => wrap(transaction.objectStore(store).get(key)) as Promise<StoreValue<S> | undefined>),
    getAll: (store, selection) => ask(() => selectAll(transaction.objectStore(store), selection ?? {})),
    count: (store, { index, bounds = {} } = {}) =>
      ask(() => {
        const all = transaction.objectStore(store);
        const source = index === undefined ? all : all.index(index);
        return isEmptyRange(bounds) ? Promise.resolve(0) : wrap(source.count(toKeyRange(bounds) ?? undefined));
      }),
    put: (store, value) => order(() => transaction.objectStore(store).put(value)),
    delete: (store, key) => order(() => transaction.objectStore(store).delete(key)),
    clear: (store) => order(() => transaction.objectStore(store).clear()),
  };
}
