/**
 * Group commit: everything the daemon writes goes through one queue, in order, several changes to a transaction.
 *
 * Owns: order, batching (a few milliseconds, at most 500 rows a transaction), strict durability for what a person wrote, keeping
 * failed batches at the head of the queue, asking a store that refused whether it takes writes again. Does not know what is written. A change is never split over transactions (H-6), and
 * none overtakes another, so what is stored is always a state that was once true.
 */
import type { Environment } from '../env.ts';
import { COMMIT_DELAY_MS, COMMIT_ROWS_MAX } from '../../protocol/limits.ts';
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { isQuotaError } from './quota-error.ts';
import type { Durability, Store, StoreName, WriteTransaction } from './store.ts';

/** One change, written whole or not at all. */
export interface Write {
  readonly stores: readonly StoreName[];
  /** Roughly how many rows it touches. */
  readonly rows: number;
  /** `strict`: written at once, and the promise rejects when it cannot be. `relaxed`: written soon, and kept until it is. */
  readonly durability: Durability;
  work(tx: WriteTransaction): Promise<void>;
  /** The chat whose record or rows it writes. */
  readonly requestId?: string;
  /** What the log names when it fails: an operation's id. Default: its chat. */
  readonly about?: string;
  /** Writes of different keys touch different records, so they may change places; one without a key keeps its place. */
  readonly key?: string;
  /** What {@link Write.join} of another write of the same key needs. */
  readonly payload?: unknown;
  /** This write and a later one of the same key as one. */
  join?(later: Write): Write;
}

/** The queue. */
export interface Committer {
  /** Resolves when it is stored. Rejects with `STORAGE_FAILED` or `FENCED`; a relaxed change stays queued after `STORAGE_FAILED`. */
  add(write: Write): Promise<void>;
  /** Resolves when everything added before is stored or has failed; with a chat, when all that may concern its messages is. */
  flush(requestId?: string): Promise<void>;
  /** Changes not stored yet. */
  backlog(): number;
  /** Is a change of that chat not stored yet, or being stored? */
  waits(requestId: string): boolean;
  /** Writes what is queued and takes nothing more; idempotent. */
  close(): Promise<void>;
}

/** What a committer tells its owner. */
export interface CommitterEvents {
  /** A transaction about these operations and chats failed; `relaxed` changes are tried again. */
  onFailed(error: TabcachedError, about: readonly string[]): void;
  /** Transactions succeed again. */
  onRecovered(): void;
  /**
   * A small write that changes nothing, for a store that refused and has nothing else to write: otherwise nobody would ever learn that it
   * takes writes again. Nothing gives way to it. Default: none is tried.
   */
  probe?(tx: WriteTransaction): Promise<void>;
  /** The browser has no space left: make some. Answers whether any was made; then the transaction is tried once more. Default: none is. */
  onFull?(): Promise<boolean>;
  /** Another writer owns the database: nothing may be written any more. */
  onFenced(): void;
}

interface Queued {
  readonly write: Write;
  settle(error?: TabcachedError): void;
}

/** While one batch follows the other, each waits longer and carries more: a busy chat does not need a transaction a message. */
const BUSY_DELAY_MS = 50;
/** How long after a transaction the queue counts as busy. */
const BUSY_FOR_MS = 250;
/** Pause before a failed batch is tried again. */
const RETRY_MS = 1_000;
/** Pause before a store that refused is tried with nothing to write; doubled each time, up to the longest. */
const PROBE_MS = 2_000;
const PROBE_LONGEST_MS = 60_000;
/** Relaxed changes kept while storage fails. Past it none is written any more: what is stored stays a state that was once true. */
const BACKLOG_MAX = 2_000;

/** Starts a queue in front of a store. */
export function createCommitter(store: Store, env: Pick<Environment, 'timers' | 'clock'>, events: CommitterEvents): Committer {
  let queue: Queued[] = [];
  let writing: readonly Queued[] = [];
  let running: Promise<void> | null = null;
  let cancelTimer: (() => void) | null = null;
  let cancelProbe: (() => void) | null = null;
  let failing = false;
  let closed = false;
  let abandoned: TabcachedError | null = null;
  let committedAt = Number.NEGATIVE_INFINITY;

  const delayMs = (): number => (Math.abs(env.clock.now() - committedAt) < BUSY_FOR_MS ? BUSY_DELAY_MS : COMMIT_DELAY_MS);

  const enqueue = (write: Write, settle: Queued['settle']): void => {
    for (let at = queue.length - 1; at >= 0; at--) {
      const { write: waiting, settle: first } = queue[at] as Queued;
      if (waiting.key === undefined || write.key === undefined) break;
      if (waiting.key !== write.key) continue;
      if (!waiting.join || waiting.rows + write.rows > COMMIT_ROWS_MAX) break;
      queue[at] = {
        write: waiting.join(write),
        settle: (error) => {
          first(error);
          settle(error);
        },
      };
      return;
    }
    queue.push({ write, settle });
  };

  const takeBatch = (): Queued[] => {
    let rows = 0;
    let count = 0;
    for (const { write } of queue) {
      rows += write.rows;
      if (count > 0 && rows > COMMIT_ROWS_MAX) break;
      count++;
    }
    return queue.splice(0, count);
  };

  const commit = async (batch: readonly Queued[]): Promise<void> => {
    const stores = [...new Set(batch.flatMap(({ write }) => write.stores))];
    const durability = batch.some(({ write }) => write.durability === 'strict') ? 'strict' : 'relaxed';
    await store.write(stores, durability, async (tx) => {
      for (const { write } of batch) await write.work(tx);
    });
    committedAt = env.clock.now();
  };

  /** For want of space, something else goes and it is tried once more. */
  const commitOrMakeRoom = async (batch: readonly Queued[]): Promise<void> => {
    try {
      await commit(batch);
    } catch (thrown) {
      if (!isQuotaError(thrown) || !(await events.onFull?.().catch(() => false))) throw thrown;
      await commit(batch);
    }
  };

  const failed = (batch: readonly Queued[], error: TabcachedError): void => {
    if (error.code === 'FENCED' || closed) {
      for (const queued of [...batch, ...queue]) queued.settle(error);
      queue = [];
      if (error.code === 'FENCED') events.onFenced();
      return;
    }
    failing = true;
    for (const queued of batch) if (queued.write.durability === 'strict') queued.settle(error);
    queue = [...batch.filter(({ write }) => write.durability === 'relaxed'), ...queue];
    if (queue.length > BACKLOG_MAX) {
      // Later changes build on the dropped ones, so from here on only what a person wrote is tried.
      abandoned = error;
      for (const queued of queue.splice(0)) queued.settle(error);
    }
    events.onFailed(error, batch.flatMap(({ write }) => write.about ?? write.requestId ?? []));
  };

  const recovered = (): void => {
    if (!failing) return;
    failing = false;
    events.onRecovered();
  };

  /** Without a queue, a store that refused is tried by itself. */
  const probeLater = (afterMs: number): void => {
    cancelProbe?.();
    cancelProbe = env.timers.after(afterMs, () => {
      if (closed || !failing || running || queue.length > 0) return;
      const probe = store.write(['cache_stats'], 'relaxed', async (tx) => events.probe?.(tx));
      probe.then(recovered, (error: unknown) => (toTabcachedError(error).code === 'FENCED' ? events.onFenced() : probeLater(Math.min(PROBE_LONGEST_MS, 2 * afterMs))));
    });
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = (writing = takeBatch());
      try {
        await commitOrMakeRoom(batch);
      } catch (thrown) {
        failed(batch, toTabcachedError(thrown, 'STORAGE_FAILED'));
        if (queue.length > 0) schedule(RETRY_MS);
        else if (failing && events.probe) probeLater(PROBE_MS);
        return;
      }
      recovered();
      for (const queued of batch) queued.settle();
    }
  };

  const run = (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = null;
    running ??= drain().finally(() => {
      running = null;
      writing = [];
      if (queue.length > 0 && !failing) schedule(delayMs());
    });
    return running;
  };

  const schedule = (inMs: number): void => {
    cancelTimer ??= env.timers.after(inMs, () => {
      cancelTimer = null;
      void run();
    });
  };

  const touches = (requestId: string, { write }: Queued): boolean => write.stores.includes('messages') && (write.requestId ?? requestId) === requestId;
  const flush = async (requestId?: string): Promise<void> => {
    // Opening a chat does not wait for what another one is about to write.
    if (requestId !== undefined && ![...queue, ...writing].some((queued) => touches(requestId, queued))) return;
    // A drain that is about to end may have missed the latest additions.
    while (queue.length > 0 || running) {
      const before = queue.length;
      await run();
      if (failing && queue.length >= before) return;
    }
  };

  return {
    add: (write) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new TabcachedError('CLOSED'));
        if (abandoned && write.durability === 'relaxed') return reject(abandoned);
        enqueue(write, (error) => (error ? reject(error) : resolve()));
        if (write.durability === 'strict') void run();
        else schedule(failing ? RETRY_MS : delayMs());
      }),
    flush,
    backlog: () => queue.length,
    waits: (requestId) => [...queue, ...writing].some(({ write }) => write.requestId === requestId),
    close: async () => {
      if (closed) return;
      await flush();
      closed = true;
      cancelTimer?.();
      cancelProbe?.();
      const error = new TabcachedError('CLOSED');
      for (const queued of queue.splice(0)) queued.settle(error);
    },
  };
}
