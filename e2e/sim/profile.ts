/**
 * What a browser profile stores beside the database of the simulation's own user: databases by their names, and caches.
 *
 * Owns: that whoever names a thing gets that thing, whoever he is. Does not know users.
 */
import { createMemoryDatabase } from '../../worker/store/memory-store.ts';
import type { Store } from '../../worker/store/store.ts';

/** See the head of the file. */
export interface Profile {
  /** A connection to the database of that name, which is made when there is none. */
  open(name: string): Store;
  exists(name: string): boolean;
  remove(name: string): void;
  readonly caches: Set<string>;
}

/** Creates an empty one. */
export function createProfile(): Profile {
  const databases = new Map<string, () => Store>();
  return {
    open: (name) => {
      const connect = databases.get(name) ?? createMemoryDatabase();
      databases.set(name, connect);
      return connect();
    },
    exists: (name) => databases.has(name),
    remove: (name) => void databases.delete(name),
    caches: new Set(),
  };
}
