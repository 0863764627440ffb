/**
 * Names of everything that two scripts of one origin have to find each other by. All carry the protocol's major, so that
 * incompatible versions never meet (SPEC.md, chapter 3).
 *
 * Owns: the spelling of names. Does not know locks, channels or workers.
 */
import { PROTOCOL_MAJOR } from './limits.ts';

/** What a daemon's worker is named after. */
export interface WorkerIdentity {
  /** Build of the package's worker script; two builds never share a worker. */
  readonly buildId: string;
  readonly userId: string;
  /** Counts up when a hung worker is left behind under its old name. */
  readonly generation: number;
}

const prefix = `tabcached:${PROTOCOL_MAJOR}`;

/** A name of that kind. `:` separates segments, so it is escaped in them. */
export const nameOf = (kind: string, ...segments: readonly (string | number)[]): string => [prefix, kind, ...segments.map(encodeURIComponent)].join(':');

/** Name of something that belongs to one worker. */
export const nameFor = (kind: string, { buildId, userId, generation }: WorkerIdentity, ...segments: readonly string[]): string =>
  nameOf(kind, buildId, userId, generation, ...segments);

/** The text of a segment, or null for one that nobody of ours wrote. */
function textOf(part: string | undefined): string | null {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return null;
  }
}

/** The identity in three segments, or null. */
function identityIn(build: string | undefined, user: string | undefined, count: string | undefined): WorkerIdentity | null {
  const [buildId, userId, generation] = [textOf(build), textOf(user), Number(count)];
  if (buildId === null || userId === null || !Number.isSafeInteger(generation) || generation < 0) return null;
  return { buildId, userId, generation };
}

/** Name of the database of a user (data model). */
export const databaseName = (userId: string): string => `support-center-${userId}-cache`;

/** Name of the database in which a user's outbox waits while the other one is rebuilt (`worker/store/rebuild-newer.ts`). */
export const carriedDatabaseName = (userId: string): string => `${databaseName(userId)}-carried`;

/** What every key of ours in local and session storage, and the name of every cache of ours in the Cache API, begins with, for one user. */
export const ownedPrefix = (userId: string): string => `${nameOf('own', userId)}:`;

/** Name of the SharedWorker. */
export const workerName = (worker: WorkerIdentity): string => nameFor('worker', worker);

/** The identity in a worker's name, or null if it is not one of ours. */
export function parseWorkerName(name: string): WorkerIdentity | null {
  const parts = name.split(':');
  if (parts.length !== 6 || `${parts[0]}:${parts[1]}` !== prefix || parts[2] !== 'worker') return null;
  return identityIn(parts[3], parts[4], parts[5]);
}

/**
 * Lock that a daemon holds while it lives; tabs wait for it. The epoch makes every life's lock another one. `url` is the worker's script:
 * tabs of other builds join a SharedWorker by it; without it only tabs of the same build can.
 */
export const daemonLease = (worker: WorkerIdentity, epoch: string, url = ''): string => nameFor('daemon', worker, epoch, url);

/** What a daemon's lease tells. */
export interface DaemonLease extends WorkerIdentity {
  readonly epoch: string;
  /** See {@link daemonLease}; null when it has none. */
  readonly url: string | null;
}

/** What a lock says of the daemon that holds it, or null for another lock. */
export function parseDaemonLease(lock: string): DaemonLease | null {
  const parts = lock.split(':');
  if (parts.length !== 8 || `${parts[0]}:${parts[1]}` !== prefix || parts[2] !== 'daemon') return null;
  const identity = identityIn(parts[3], parts[4], parts[5]);
  return identity && { ...identity, epoch: parts[6] ?? '', url: textOf(parts[7]) || null };
}

/** Lock that a daemon holds beside its lease until a newer one steals it: that asks it to write what is queued and to give way. */
export const handoverLock = (userId: string, epoch: string): string => nameOf('handover', userId, epoch);

/** Lock that a tab holds while it lives; `tabId` is random, so nobody else ever asks for it but its daemon. */
export const tabLease = (userId: string, tabId: string): string => nameOf('tab', userId, tabId);

/** Lock that the one daemon holds which may write a user's database. */
export const writerLease = (userId: string): string => nameOf('writer', userId);

/** What the `broadcast-channel` package puts before a channel's name to make its election's lock. */
const ELECTION = 'pubkey-bc||native||';

/** Whether a lock is held by the tab that leads for a user where there are no shared workers, whichever build and generation. */
export function isElectionLock(lock: string, userId: string): boolean {
  const parts = lock.split(':');
  return `${parts[0]}:${parts[1]}:${parts[2]}` === `${ELECTION}${prefix}:leader` && textOf(parts[4]) === userId;
}

/** `broadcast-channel` on which a user's updates are published. */
export const updatesChannel = (userId: string): string => nameOf('updates', userId);

/**
 * Names of the locks that prove a life, of those that are held. Whoever waits for a lease to end asks for it as one of many (`shared`), and is
 * given it at its end; a tab that is frozen then has it until it is thawed, and nobody lives because of that (#87).
 */
export const livingNames = (held: readonly { readonly name?: string; readonly mode?: string }[] = []): string[] =>
  held.flatMap(({ name, mode }) => (mode === 'exclusive' && name) || []);
