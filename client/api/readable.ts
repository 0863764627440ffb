/** A value that a tab reads, and hears of when it changes. */

/** A value that changes. */
export interface Readable<T> {
  subscribe(listener: () => void): () => void;
  getSnapshot(): T;
}
