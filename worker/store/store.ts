/**
 * The store port: transactions over the eight stores of the data model.
 *
 * Owns: the shape of a transaction, and the promise that every write is fenced. Two implementations, IndexedDB and memory, pass
 * one contract suite (`store-contract.ts`). Does not know messages, gaps or counters: `chat-writes.ts` and its neighbours are
 * written once, over this port.
 */
import type {
  CachedMediaBlob,
  CachedMediaMeta,
  CachedMessage,
  CachedTicket,
  CacheStats,
  ChatSyncState,
  OfflineOperation,
  TicketMeta,
} from '../../protocol/index.ts';

/** Value and index keys of every store; store and index names are the data model's. */
export interface Stores {
  messages: {
    value: CachedMessage;
    key: string;
    indexes: { by_request: string; by_request_sequence: [string, number]; by_cached_at: number };
  };
  chat_meta: { value: ChatSyncState; key: string; indexes: { by_last_accessed: number } };
  tickets: { value: CachedTicket; key: string; indexes: { by_status: number; by_cached_at: number } };
  ticket_meta: { value: TicketMeta; key: string; indexes: Record<never, never> };
  media_meta: { value: CachedMediaMeta; key: string; indexes: { by_request: string; by_last_accessed: number; by_status: string } };
  media_blobs: { value: CachedMediaBlob; key: string; indexes: { by_last_accessed: number } };
  offline_queue: { value: OfflineOperation; key: string; indexes: { by_status: string; by_created: number; by_next_retry: number } };
  cache_stats: { value: CacheStats; key: string; indexes: Record<never, never> };
}

/** Name of a store. */
export type StoreName = keyof Stores;
/** Record of a store. */
export type StoreValue<S extends StoreName> = Stores[S]['value'];
/** Name of an index of a store. */
export type IndexName<S extends StoreName> = keyof Stores[S]['indexes'] & string;
/** A key of a store or of one of its indexes. */
export type StoreKey = string | number | readonly (string | number)[];

/** A range of keys; bounds are inclusive unless said otherwise. No bounds: all. */
export interface KeyBounds {
  readonly lower?: StoreKey;
  readonly upper?: StoreKey;
  readonly lowerOpen?: boolean;
  readonly upperOpen?: boolean;
}

/** Which records are read, in which order, how many. */
export interface Selection<S extends StoreName> {
  /** Order and bounds follow this index; without it, the primary key. */
  readonly index?: IndexName<S>;
  readonly bounds?: KeyBounds;
  /** Default: ascending. */
  readonly descending?: boolean;
  /** Default: all. */
  readonly limit?: number;
}

/** Reading inside a transaction. Await nothing but these methods in it: IndexedDB commits when a task ends without a request. */
export interface ReadTransaction {
  get<S extends StoreName>(store: S, key: string): Promise<StoreValue<S> | undefined>;
  getAll<S extends StoreName>(store: S, selection?: Selection<S>): Promise<StoreValue<S>[]>;
  count<S extends StoreName>(store: S, selection?: Pick<Selection<S>, 'index' | 'bounds'>): Promise<number>;
}

/** Writing inside a transaction. A rejected request aborts all of it. */
export interface WriteTransaction extends ReadTransaction {
  put<S extends StoreName>(store: S, value: StoreValue<S>): Promise<void>;
  delete(store: StoreName, key: string): Promise<void>;
  clear(store: StoreName): Promise<void>;
}

/** `strict` flushes to the disk before the promise resolves, for what a person wrote; `relaxed` leaves that to the browser. */
export type Durability = 'strict' | 'relaxed';

/** Proof of who may write: `ticket_meta._writer` must hold this generation, or the transaction aborts with `FENCED`. */
export interface Fence {
  readonly generation: number;
}

/** The value of `ticket_meta._writer`. */
export interface WriterRecord {
  readonly generation: number;
  readonly buildId: string;
  readonly claimedAt: number;
}

/**
 * An open database. All methods reject with `STORAGE_FAILED` when the browser refuses, `FENCED` when another writer owns it.
 * A transaction whose callback rejects is aborted: none of its writes is kept.
 */
export interface Store {
  readonly kind: 'indexeddb' | 'memory';
  read<T>(stores: readonly StoreName[], work: (tx: ReadTransaction) => Promise<T>): Promise<T>;
  /** The fence is checked inside the transaction, whatever `stores` names. `claimWriter` must have succeeded before. */
  write<T>(stores: readonly StoreName[], durability: Durability, work: (tx: WriteTransaction) => Promise<T>): Promise<T>;
  /** Takes the fence: one more than the generation found. To be called by the holder of the writer lease only. */
  claimWriter(buildId: string, now: number): Promise<Fence>;
  /** Closes the connection; idempotent. Transactions under way finish or abort. */
  close(): void;
}

/** What an open store tells its owner. */
export interface StoreEvents {
  /** A newer version or a deletion wants the database; close soon. */
  onBlocking(): void;
  /** The browser cut the connection; the store is of no use any more. */
  onTerminated(): void;
  /** A transaction does not end; whoever waits for it is told `STORAGE_FAILED` after this. */
  onHung?(): void;
}
