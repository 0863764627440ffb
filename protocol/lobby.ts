/**
 * How a tab gets a line to a daemon that runs in another tab's dedicated worker.
 *
 * Owns: the messages of the lobby and of a line's two ends, beside calls and frames. A tab opens a channel of its own, asks for it in the
 * lobby, and uses it once the worker has said that it listens there: what is posted on a channel before is heard by nobody.
 */
import { nameFor, nameOf, type WorkerIdentity } from './names.ts';

/**
 * Channel on which the leader of a worker is elected. The election's lock carries its name, and so the user, the major and the generation.
 */
export const electionChannel = (worker: WorkerIdentity): string => nameFor('leader', worker);

/** Channel on which tabs ask a leader's worker for a line. */
export const lobbyChannel = (worker: WorkerIdentity): string => nameFor('lobby', worker);

/** Lock that a leader's worker holds as long as it lives, whatever daemons follow each other in it. `life` is random, another one for each worker. */
export const workerLock = (worker: WorkerIdentity, life: string): string => `${lobbyChannel(worker)}:${life}`;

/** Whether a lock is a {@link workerLock} of a worker of that name. */
export const isWorkerLock = (lock: string, worker: WorkerIdentity): boolean => lock.startsWith(workerLock(worker, ''));

/** Channel of one follower's session, and the lock that the follower holds as long as it is used. `id` is random. */
export const lineChannel = (id: string): string => nameOf('line', id);

/** Whether a text is the name of a line. */
export const isLineChannel = (text: unknown): text is string => typeof text === 'string' && text.startsWith(lineChannel(''));

/** What is said in the lobby. */
export type LobbyMessage =
  /** A tab wants a line: it listens on the channel of that name and holds the lock of that name. */
  | { readonly t: 'join'; readonly line: string }
  /** A worker has come up; who still waits asks again. `life` is random, another one for each worker. */
  | { readonly t: 'here'; readonly life: string };

/** What is said on a line itself. Objects without an id, so calls pass over them; frames are strings. */
export type LineMessage =
  /** The worker listens from now on. */
  | { readonly t: 'open'; readonly life: string }
  /** The tab has no use for the line any more. */
  | { readonly t: 'close' };
