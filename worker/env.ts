/**
 * The ports through which the daemon reaches its platform.
 *
 * Owns: their shapes. `real-env.ts` reads the globals; the simulator and the tests pass doubles. Nothing else in `worker`
 * touches a clock, a timer, random numbers, locks, the network or a log.
 */
import type { Media } from './media/media.ts';
import type { MediaOwner } from './media/media-owner.ts';
import type { Store, StoreEvents } from './store/store.ts';

/** Wall clock, milliseconds since the Unix epoch. May jump. */
export interface Clock {
  now(): number;
}

/** One-shot timers. */
export interface Timers {
  /** Calls `run` once after at least `delayMs`; returns the undo, which is idempotent. */
  after(delayMs: number, run: () => void): () => void;
}

/** A lock that is held. */
export interface HeldLock {
  /** Resolves when it was stolen; never after `release`. */
  readonly lost: Promise<void>;
  /** Idempotent. */
  release(): void;
}

/** Web Locks, as far as leases need them. */
export interface Locks {
  /** Waits for the lock and holds it. With `steal`, takes it from whoever holds it. Rejects with `CANCELLED` when aborted. */
  hold(name: string, options?: { readonly steal?: boolean; readonly signal?: AbortSignal }): Promise<HeldLock>;
  /** Resolves when nobody holds the lock any more. Rejects with `CANCELLED` when aborted. */
  whenFree(name: string, signal: AbortSignal): Promise<void>;
  /** Names of all locks of the origin that somebody holds now who did not only wait for them to be free. */
  held(): Promise<readonly string[]>;
}

/** A socket as the push link uses it. Callbacks are set once, right after opening. */
export interface Socket {
  onOpen: () => void;
  onText: (text: string) => void;
  /** Closed or failed, once. `code` is the WebSocket close code, 1006 when there was none. */
  onClose: (code: number) => void;
  send(text: string): void;
  close(): void;
}

/** The network, as far as the HTTP backend needs it. */
export interface Network {
  fetch(url: string, init: RequestInit): Promise<Response>;
  openSocket(url: string): Socket;
}

/** One end of a broadcast: what is posted reaches every other context of the origin that listens. */
export interface Broadcast {
  post(message: unknown): void;
  close(): void;
}

/** Sizes by the browser's own account, in bytes; null when it does not tell. */
export interface StorageEstimate {
  readonly usageBytes: number;
  readonly quotaBytes: number;
}

/** Structured log. Fields never hold message text or tokens. */
export interface Log {
  debug(event: string, fields?: Readonly<Record<string, unknown>>): void;
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Everything the daemon takes from its platform. */
export interface Environment {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly ids: { uuid(): string; short(): string };
  readonly locks: Locks;
  readonly network: Network;
  readonly log: Log;
  /** Opens a user's database. Rejects with `STORAGE_FAILED`; the daemon then runs on memory and says so. */
  openStore(userId: string, events: StoreEvents): Promise<Store>;
  /** A store that forgets everything when the daemon ends. Rejects when its code cannot be loaded. */
  openMemoryStore(): Promise<Store>;
  /**
   * Removes everything of a user from this browser: files, caches, at last the database, so that a wipe that was interrupted is finished
   * by the next daemon. Answers what is left, for a person. Rejects when its code cannot be loaded.
   */
  wipe(userId: string): Promise<readonly string[]>;
  openBroadcast(name: string): Broadcast;
  estimateStorage(): Promise<StorageEstimate | null>;
  /** Opens the media cache. Rejects when its code cannot be loaded. */
  openMedia(owner: MediaOwner): Promise<Media>;
}
