/**
 * Updates: the small public notices of what changed in the cache, broadcast to whoever listens on the origin.
 *
 * Owns: their shape. They never carry message text, names or tokens. Numbered from 1 within an epoch, so that an observer
 * notices a lost one.
 */
export interface UpdateBase {
  /** One life of the daemon. */
  readonly epoch: string;
  /** Number of this update in its epoch, from 1. */
  readonly n: number;
  /** Milliseconds since the Unix epoch, by the daemon's clock. */
  readonly at: number;
}

/** What an update can be about. */
export type UpdateBody =
  /** Confirmed or pending rows of a chat changed. `sequences` lists at most 100 of them; `count` is exact. */
  | {
      readonly kind: 'messages';
      readonly requestId: string;
      readonly sequences: readonly number[];
      readonly count: number;
      readonly removed: number;
      readonly revision: string | null;
      readonly unread: number;
    }
  /** Tickets changed or left the list. */
  | { readonly kind: 'tickets'; readonly requestIds: readonly string[]; readonly count: number; readonly removed: number }
  /** An operation of the outbox changed its state; `pending` counts what is still to be sent, in all chats. */
  | {
      readonly kind: 'outbox';
      readonly requestId: string;
      readonly operationId: string;
      readonly status: 'pending' | 'syncing' | 'completed' | 'failed' | 'discarded';
      readonly pending: number;
    }
  /** The read marker or the unread count of a chat changed. */
  | { readonly kind: 'read'; readonly requestId: string; readonly lastReadSequence: number; readonly unread: number }
  /** Synchronisation of a chat entered another state. */
  | { readonly kind: 'sync'; readonly requestId: string; readonly state: string }
  /** The daemon's own condition: link, storage, tabs. */
  | { readonly kind: 'host'; readonly link: LinkState; readonly storage: StorageState; readonly tabs: number };

/** One update. */
export type Update = UpdateBase & UpdateBody;

/** Push link of the daemon: `live` attached; `syncing` attached and catching up; `offline` not attached. */
export type LinkState = 'live' | 'syncing' | 'offline';

/** Where rows go: `indexeddb`, or `memory` when the browser refused storage (nothing survives the daemon then). */
export type StorageState = 'indexeddb' | 'memory';

/**
 * What is wrong with the browser's storage. `hung`: it does not answer, or an older tab blocks it; `refused`: the browser forbids it (a
 * private window); `newer`: a newer version of the application wrote it; `corrupt`: it cannot be read; `full`: there is no room; `failing`:
 * it opens and cannot be written.
 */
export interface StorageTrouble {
  readonly kind: 'hung' | 'refused' | 'newer' | 'corrupt' | 'full' | 'failing';
  /** Nothing is sent before the stored outbox can be read: what it holds comes first. */
  readonly held: boolean;
}
