/**
 * The media cache, as the daemon's other parts see it.
 *
 * Owns: the shape, so that the daemon's first script needs nothing of the code behind it.
 */
import type { Backend, CachedMessage, DaemonSettings } from '../../protocol/index.ts';
import type { CheckedInput } from '../../protocol/daemon-api.ts';
import type { MediaCallOutputs } from '../../protocol/media-calls.ts';
import type { CacheLimits, Eviction, InspectedDownload } from '../../protocol/inspect.ts';
import type { MediaStats } from '../../protocol/media.ts';
import type { CacheUse } from '../cache-use.ts';
import type { Environment } from '../env.ts';
import type { EvictionHost } from '../eviction/eviction.ts';
import type { LimitsChange } from '../eviction/limits.ts';
import type { Journal } from '../journal.ts';
import type { Session } from '../sessions.ts';
import type { Store } from '../store/store.ts';
import type { TokenSource } from '../tokens.ts';

/** Calls of one tab about media, with inputs that were checked. */
export type MediaCalls = { readonly [Name in keyof MediaCallOutputs]: (input: CheckedInput<Name>) => Promise<MediaCallOutputs[Name]> };

/** The cache. */
export interface Media {
  /** A tab's call. Rejects with `PROTOCOL_MISMATCH` for a name that is none, `INVALID` for an input that breaks its schema. */
  call(session: Session, name: string, input: unknown): Promise<unknown>;
  /** The tab is gone. */
  drop(session: Session): void;
  /** The tab was left out of frames of these views: of the files among them it gets the states as they are now. */
  again(session: Session, views: readonly string[]): void;
  /** Tries what waits. `linked`: the link is new, so what failed for passing reasons is tried again too. */
  wake(linked: boolean): void;
  /** Messages of a chat were deleted: files that none shows any more go. */
  rowsRemoved(requestId: string, ids?: readonly string[]): void;
  /** Everything of a chat goes. */
  forget(requestId: string): void;
  stats(): MediaStats;
  /** Rows were stored: the budget of messages is looked at soon, and files whose message is back are fetched again for those who show them. */
  rowsStored(requestId: string, rows: readonly CachedMessage[]): void;
  /** The browser refused a write: gives up files, then messages. Answers whether anything was freed. */
  freeSpace(): Promise<boolean>;
  /** What was evicted lately, oldest first. */
  evictions(): readonly Eviction[];
  /** Files that are wanted and not there yet. */
  downloads(): readonly InspectedDownload[];
  /** The budgets, after a change of them if there is one. Rejects with `STORAGE_FAILED` when that cannot be kept. */
  limits(change: LimitsChange): Promise<CacheLimits>;
  /** Stops downloads; what is being stored ends. Idempotent. */
  close(): Promise<void>;
}

/** What the cache is made with. */
export interface MediaSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'random' | 'log' | 'estimateStorage'>;
  readonly store: Store;
  readonly backend: Pick<Backend, 'media'>;
  readonly settings: DaemonSettings;
  readonly userId: string;
  /** What the daemon logs, for `logs/cache.log`. */
  readonly journal: Pick<Journal, 'lines' | 'notes' | 'watch'>;
  readonly tokens: Pick<TokenSource, 'given'>;
  readonly cacheUse: Pick<CacheUse, 'asked'>;
  readonly eviction: EvictionHost;
  /** May anything be fetched? Not before the push link has named the user. */
  ready(): boolean;
  /** Writes that were queued are stored, so that `store` tells the truth; rejects when they cannot be. */
  flushed(): Promise<void>;
  /** The daemon has ended: nothing may be opened any more. */
  isOver(): boolean;
  isConnected(session: Session): boolean;
  post(session: Session, frame: string, view: string): void;
  onFenced(): void;
}

/** Makes small pictures; see `real-pictures.ts`. */
export interface Pictures {
  /** A picture at most that wide and high, or null: not a picture that can be decoded, or one that is small already. */
  shrink(picture: Blob, longestSidePx: number): Promise<Blob | null>;
}

/** Name of a file among the views of a session. */
export const mediaView = (id: string): string => `@media ${id}`;
