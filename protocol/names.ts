/**
 * Names of everything that two scripts of one origin have to find each other by. All carry the protocol's major, so that
 * incompatible versions never meet (DESIGN.md, section 10, item 18).
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

/** Any text as one segment of a name: `:` separates segments, so it is escaped. */
const segment = (text: string): string => encodeURIComponent(text);

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

/** Name of the SharedWorker. */
export const workerName = (worker: WorkerIdentity): string =>
  `${prefix}:worker:${segment(worker.buildId)}:${segment(worker.userId)}:${worker.generation}`;

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
export const daemonLease = (worker: WorkerIdentity, epoch: string, url = ''): string =>
  `${prefix}:daemon:${segment(worker.buildId)}:${segment(worker.userId)}:${worker.generation}:${epoch}:${segment(url)}`;

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
export const handoverLock = (userId: string, epoch: string): string => `${prefix}:handover:${segment(userId)}:${epoch}`;

/** Lock that a tab holds while it lives; `tabId` is random, so nobody else ever asks for it but its daemon. */
export const tabLease = (userId: string, tabId: string): string => `${prefix}:tab:${segment(userId)}:${tabId}`;

/** Lock that the one daemon holds which may write a user's database. */
export const writerLease = (userId: string): string => `${prefix}:writer:${segment(userId)}`;

/**
 * Channel on which the fallback's leader of a worker is elected. The election's lock carries its name, and so the user, the major and the
 * generation.
 */
export const electionChannel = (worker: WorkerIdentity): string =>
  `${prefix}:leader:${segment(worker.buildId)}:${segment(worker.userId)}:${worker.generation}`;

/** What the `broadcast-channel` package puts before a channel's name to make its election's lock. */
const ELECTION_LOCK = 'pubkey-bc||native||';

/** The worker that a lock's holder was elected to host, or null for another lock. */
export function parseElectionLock(lock: string): WorkerIdentity | null {
  if (!lock.startsWith(ELECTION_LOCK)) return null;
  const parts = lock.slice(ELECTION_LOCK.length).split(':');
  if (parts.length !== 6 || `${parts[0]}:${parts[1]}` !== prefix || parts[2] !== 'leader') return null;
  return identityIn(parts[3], parts[4], parts[5]);
}

/** Channel on which tabs ask a leader's worker for a line. */
export const lobbyChannel = (worker: WorkerIdentity): string =>
  `${prefix}:lobby:${segment(worker.buildId)}:${segment(worker.userId)}:${worker.generation}`;

/** Channel of one follower's session, and the lock that the follower holds as long as it is used. `id` is random. */
export const lineChannel = (id: string): string => `${prefix}:line:${id}`;

/** Whether a text is the name of a line. */
export const isLineChannel = (text: unknown): text is string => typeof text === 'string' && text.startsWith(`${prefix}:line:`);

/** `broadcast-channel` on which a user's updates are published. */
export const updatesChannel = (userId: string): string => `${prefix}:updates:${segment(userId)}`;
