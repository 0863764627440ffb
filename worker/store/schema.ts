/**
 * Names, key paths and indexes of the database (data model, versions 1 to 3), and how an older database gets them.
 *
 * Owns: the structure. `upgrade-rows.ts` completes the rows that older code wrote; `keys.ts` and the memory store read the same
 * definitions, so that both twins index alike. Version 1 had `messages` and `chat_meta`, version 2 added `tickets` and
 * `ticket_meta`, version 3 the rest.
 */
import type { IndexName, StoreName, StoreValue } from './store.ts';

/** One index: rows whose key path leads to no valid key (`null`, missing) are not in it. */
export interface IndexDefinition {
  readonly keyPath: string | readonly string[];
  readonly unique: boolean;
}

/** One store. Keys are part of the record (in-line), never generated. */
export interface StoreDefinition<S extends StoreName = StoreName> {
  readonly keyPath: keyof StoreValue<S> & string;
  readonly indexes: { readonly [I in IndexName<S>]: IndexDefinition };
}

const index = (keyPath: string | readonly string[], unique = false): IndexDefinition => ({ keyPath, unique });

/** Every store of the current version. */
export const storeDefinitions: { readonly [S in StoreName]: StoreDefinition<S> } = {
  messages: {
    keyPath: 'id',
    indexes: {
      by_request: index('requestId'),
      by_request_sequence: index(['requestId', 'sequenceNumber'], true),
      by_cached_at: index('_cachedAt'),
    },
  },
  chat_meta: { keyPath: 'requestId', indexes: { by_last_accessed: index('lastAccessedAt') } },
  tickets: { keyPath: 'id', indexes: { by_status: index('statusId'), by_cached_at: index('_cachedAt') } },
  ticket_meta: { keyPath: 'key', indexes: {} },
  media_meta: {
    keyPath: 'id',
    indexes: { by_request: index('requestId'), by_last_accessed: index('lastAccessedAt'), by_status: index('downloadStatus') },
  },
  media_blobs: { keyPath: 'key', indexes: { by_last_accessed: index('lastAccessedAt') } },
  offline_queue: {
    keyPath: 'id',
    indexes: { by_status: index('status'), by_created: index('createdAt'), by_next_retry: index('nextRetryAt') },
  },
  cache_stats: { keyPath: 'key', indexes: {} },
};

/** Names of all stores. */
export const storeNames = Object.keys(storeDefinitions) as StoreName[];

/** Indexes of a store by name, for code that does not know which store it has. */
export const indexesOf = (store: StoreName): readonly (readonly [string, IndexDefinition])[] =>
  Object.entries<IndexDefinition>(storeDefinitions[store].indexes);

/**
 * Creates what is missing, from an empty database, version 1 or version 2 alike, and touches nothing that is there. To be called
 * in the `versionchange` transaction.
 */
export function createMissingStores(database: IDBDatabase, transaction: IDBTransaction): void {
  for (const name of storeNames) {
    const store = database.objectStoreNames.contains(name)
      ? transaction.objectStore(name)
      : database.createObjectStore(name, { keyPath: storeDefinitions[name].keyPath });
    for (const [indexName, { keyPath, unique }] of indexesOf(name)) {
      if (!store.indexNames.contains(indexName)) store.createIndex(indexName, keyPath as string | string[], { unique });
    }
  }
}
