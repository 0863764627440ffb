/**
 * The order of transactions in the memory store: reads run together, a write runs alone, all in the order of their calls.
 *
 * Owns: waiting. Does not know what runs. Something that never settles blocks everything behind it.
 */

/** See the head of the file. Both answer what `run` answers. */
export interface TransactionQueue {
  read<T>(run: () => Promise<T>): Promise<T>;
  write<T>(run: () => Promise<T>): Promise<T>;
}

const ignore = (): void => undefined;

/** An empty queue. */
export function createTransactionQueue(): TransactionQueue {
  let lastWrite = Promise.resolve();
  let readsSinceThen = Promise.resolve();
  return {
    read(run) {
      const result = lastWrite.then(run);
      readsSinceThen = Promise.allSettled([readsSinceThen, result]).then(ignore);
      return result;
    },
    write(run) {
      const result = Promise.all([lastWrite, readsSinceThen]).then(run);
      lastWrite = result.then(ignore, ignore);
      return result;
    },
  };
}
