/**
 * How a daemon comes to life: leases, database, fence, and everything it has to remember.
 *
 * Owns: the order of these. The daemon's lease comes first, so that tabs see it die from the first moment; the writer lease comes before
 * the database is opened for writing. When the browser refuses storage, the daemon runs on memory and says so (T-3).
 */
import type { CachedMessage, CachedTicket, ChatSyncState, OfflineOperation } from '../protocol/index.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import { TabcachedError } from '../protocol/errors.ts';
import type { Environment } from './env.ts';
import { readChatMeta, readPending } from './store/chat-reads.ts';
import { allOperations } from './store/outbox-rows.ts';
import type { ReadTransaction, Store } from './store/store.ts';
import { succeed } from './succession.ts';

/** An open that takes longer is given up: a view from the network beats no view. */
const OPEN_DEADLINE_MS = 5_000;
/** Pause before a store that refused to be read is asked again. */
const RECALL_PAUSE_MS = 250;

/** What the store held. */
export interface Remembered {
  readonly chats: readonly { readonly meta: ChatSyncState; readonly pending: readonly CachedMessage[] }[];
  readonly tickets: readonly CachedTicket[];
  readonly cursor: string | null;
  readonly operations: readonly OfflineOperation[];
  /** A download of all chats that goes on; undefined when there is none. */
  readonly download?: unknown;
}

/** A daemon that may begin. */
export interface Booted extends Remembered {
  readonly store: Store;
  /** Name of the lock that tabs wait for. */
  readonly lease: string;
  release(): void;
}

/** What can happen to a booted daemon. */
export interface BootEvents {
  /** Its writer lease was taken, or its connection cut: it must not write any more. */
  onLost(reason: string): void;
  /** A newer daemon asks this one to give way. */
  onAsked(): void;
}

/** Boots. Rejects when it is aborted, and with `FENCED` when a newer daemon runs. */
export async function boot(env: Environment, identity: WorkerIdentity, self: { readonly epoch: string; readonly url?: string | undefined }, signal: AbortSignal, events: BootEvents): Promise<Booted> {
  const { lease, release } = await succeed(env, identity, self, signal, { onAsked: events.onAsked, onLost: () => events.onLost('writer lease taken') });
  const opened = await openStore(env, identity, events);
  const remembered = await recallFrom(opened, env);
  return {
    ...(remembered ?? { chats: [], tickets: [], cursor: null, operations: [] }),
    // Writing over what cannot be read would lose the outbox and leave rows without their records.
    store: remembered ? opened : await openMemory(env, identity),
    lease,
    release,
  };
}

async function openStore(env: Environment, identity: WorkerIdentity, events: BootEvents): Promise<Store> {
  try {
    const opening = env.openStore(identity.userId, {
      onBlocking: () => events.onLost('a newer version wants the database'),
      onTerminated: () => events.onLost('the browser cut the connection'),
    });
    const store = await withDeadline(env, opening);
    await store.claimWriter(identity.buildId, env.clock.now());
    return store;
  } catch (error) {
    env.log.error('storage refused: running on memory', { error: String(error) });
    return openMemory(env, identity);
  }
}

/** The store of last resort, asked for until its code is there: without any store there is no daemon. */
async function openMemory(env: Environment, identity: WorkerIdentity): Promise<Store> {
  for (;;) {
    try {
      const store = await env.openMemoryStore();
      await store.claimWriter(identity.buildId, env.clock.now());
      return store;
    } catch (error) {
      env.log.error('memory store not loaded', { error: String(error) });
    }
    await pause(env, OPEN_DEADLINE_MS);
  }
}

const pause = (env: Environment, delayMs: number): Promise<void> => new Promise((resolve) => void env.timers.after(delayMs, resolve));

/** What the store holds, asked for until it answers or the deadline is over; then null. */
async function recallFrom(store: Store, env: Environment): Promise<Remembered | null> {
  for (let pausedMs = 0; ; pausedMs += RECALL_PAUSE_MS) {
    try {
      return await store.read(['messages', 'chat_meta', 'tickets', 'ticket_meta', 'offline_queue'], recall);
    } catch (error) {
      env.log.error('store not readable', { error: String(error) });
      if (pausedMs >= OPEN_DEADLINE_MS) return null;
    }
    await pause(env, RECALL_PAUSE_MS);
  }
}

function withDeadline(env: Environment, opening: Promise<Store>): Promise<Store> {
  return new Promise((resolve, reject) => {
    let late = false;
    const cancel = env.timers.after(OPEN_DEADLINE_MS, () => {
      late = true;
      reject(new TabcachedError('STORAGE_FAILED', 'The database did not open in time.'));
    });
    opening.then(
      (store) => {
        cancel();
        // Nobody waits for it any more, and an open connection would only block others.
        if (late) store.close();
        else resolve(store);
      },
      (error: unknown) => {
        cancel();
        reject(error as Error);
      },
    );
  });
}

/** Reads what the daemon keeps in memory all the time: every chat's record, the tickets, the outbox; rows only of pending messages. */
async function recall(tx: ReadTransaction): Promise<Remembered> {
  const [metas, tickets, cursor, download, operations] = await Promise.all([
    tx.getAll('chat_meta'),
    tx.getAll('tickets'),
    tx.get('ticket_meta', 'cursor'),
    tx.get('ticket_meta', '_downloadAll'),
    allOperations(tx),
  ]);
  const sending = new Set(operations.filter((operation) => operation.type === 'send_message').map((operation) => operation.requestId));
  const chats = await Promise.all(
    metas.map(async (stored) => ({
      meta: (await readChatMeta(tx, stored.requestId)) ?? stored,
      pending: sending.has(stored.requestId) ? await readPending(tx, stored.requestId) : [],
    })),
  );
  return { chats, tickets, cursor: typeof cursor?.value === 'string' ? cursor.value : null, operations: operations.map(recovered), download: download?.value };
}

/** An operation that a dead daemon was sending: whether the server has it is not known, so it is asked first. */
const recovered = (operation: OfflineOperation): OfflineOperation =>
  operation.status === 'syncing' ? { ...operation, status: 'pending', _outcomeUnknown: true } : operation;
