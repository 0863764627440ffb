/**
 * The ports through which a tab's side reaches the page.
 *
 * Owns: their shapes. `browser-env.ts` reads the globals; tests pass doubles. Nothing else in `client` touches a clock, a timer,
 * locks, random numbers, the page's events or a worker.
 */
import type { TabReport } from '../protocol/daemon-api.ts';
import type { Host } from './open-host.ts';

/** Monotonic clock, in milliseconds from an arbitrary start. */
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
  /** Idempotent. */
  release(): void;
}

/** Web Locks, as far as leases need them. */
export interface Locks {
  /** Waits for the lock and holds it. Rejects with `CANCELLED` when aborted. */
  hold(name: string, signal: AbortSignal): Promise<HeldLock>;
  /** Resolves when nobody holds the lock exclusively. Rejects with `CANCELLED` when aborted. */
  whenFree(name: string, signal: AbortSignal): Promise<void>;
  /** Names of all locks of the origin that somebody holds now who did not only wait for them to be free. */
  held(): Promise<readonly string[]>;
}

/** The page that the tab shows. */
export interface Page {
  /** Base for relative URLs. */
  readonly href: string;
  report(): TabReport;
  /** Called after anything in `report` may have changed; returns the undo. */
  onReport(listener: () => void): () => void;
  /** The page goes away, for good or into the back/forward cache. */
  onHide(listener: () => void): () => void;
  /** The page is shown; also when it comes back from the back/forward cache. */
  onShow(listener: () => void): () => void;
}

/** Object URLs, which belong to the page that made them. */
export interface ObjectUrls {
  create(blob: Blob): string;
  revoke(url: string): void;
}

/** The page's timeline (User Timing), on the environment's clock. */
export type Timeline = Pick<Performance, 'measure' | 'clearMeasures'>;

/** What of the page is needed only once a daemon has answered. */
export interface LatePage {
  /** Loads the page anew. */
  reload(): void;
  /** Asks the browser to bring the page to the front. It may do nothing. */
  focus(): void;
  /** Asks the browser to keep what the origin stores; a browser may ask the person. Whatever comes of it, nothing depends on it. */
  askPersistence(): void;
  /** Requests of the page itself, for the time without a daemon. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Wall clock, milliseconds since the Unix epoch: what is remembered over a reload needs it. */
  wallTime(): number;
  /** What lives as long as the tab, over reloads. `set` answers whether it could be stored. */
  readonly session: { get(key: string): string | null; set(key: string, value: string): boolean };
  /** What outlives the tab. `set` answers whether it could be stored; `onChange` tells of keys that other tabs wrote, and returns its undo. */
  readonly local: { keys(prefix: string): readonly string[]; get(key: string): string | null; set(key: string, value: string): boolean; remove(key: string): void; onChange(listener: (key: string) => void): () => void };
  /** Removes every key with that beginning from local and session storage. */
  removeKeys(prefix: string): void;
  readonly urls: ObjectUrls;
  readonly timeline: Timeline;
}

/** The environment once its later half is loaded. */
export interface LoadedEnvironment extends Environment {
  readonly later: LatePage;
}

/** Everything the client takes from its platform to get to a daemon. */
export interface Environment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly locks: Locks;
  readonly page: Page;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly ids: { uuid(): string; short(): string };
  /** Loads what is needed only once a daemon has answered. */
  loadLatePage(): Promise<LatePage>;
  /** Starts or joins the package's own worker of that name. Throws where there are no shared workers. */
  createWorker(name: string): SharedWorker;
  /** Starts or joins a worker of another build by its URL. */
  joinWorker(name: string, url: string): SharedWorker;
  /** Loads the host for browsers without shared workers; `createWorker` runs a team's own worker. Rejects with `HOST_UNAVAILABLE`. */
  loadFallback(createWorker: ((name: string) => Worker) | undefined): Promise<Host>;
}
