/**
 * How a daemon comes to life: leases, database, fence, and everything it has to remember.
 *
 * Owns: the order of these. The daemon's lease comes first, so that tabs see it die from the first moment; the writer lease comes before
 * the database is opened for writing. When the browser refuses storage, the daemon runs on memory and says so (T-3).
 */
import type { CachedMessage, CachedTicket, ChatSyncState, OfflineOperation, StorageTrouble } from '../protocol/index.ts';
import type { WorkerIdentity } from '../protocol/names.ts';
import { SIGNED_OUT_KEY, WIPING_KEY } from '../protocol/sign-out.ts';
import { recovered, type Carried } from './carry-over.ts';
import { inTime, openDurable, OPEN_DEADLINE_MS, pause, untilLoaded, type DaemonIdentity } from './durable-store.ts';
import type { Environment } from './env.ts';
import { readChatMeta, readPending } from './store/chat-reads.ts';
import { allOperations } from './store/outbox-rows.ts';
import type { Salvaged } from './store/salvage.ts';
import type { ReadTransaction, Store, StoreEvents } from './store/store.ts';
import { succeed } from './succession.ts';

/** Pause before a store that refused to be read is asked again. */
const RECALL_PAUSE_MS = 250;

/** What the store held. */
export interface Remembered {
  readonly chats: readonly { readonly meta: ChatSyncState; readonly pending: readonly CachedMessage[] }[];
  readonly tickets: readonly CachedTicket[];
  readonly cursor: string | null;
  readonly operations: readonly OfflineOperation[];
  /** Value of the record of messages that were discarded of late; undefined when there is none. */
  readonly discarded?: unknown;
  /** A download of all chats that goes on; undefined when there is none. */
  readonly download?: unknown;
  /** The user signed out: nothing is shown before the server has named the user again. */
  readonly signedOut: boolean;
}

const NOTHING: Remembered = { chats: [], tickets: [], cursor: null, operations: [], signedOut: false };

/** The store, and what is wrong with it. */
interface Opened {
  readonly store: Store;
  /** Not null: the store is memory. */
  readonly trouble: StorageTrouble | null;
  /** What was saved from a database that had to be built anew. */
  readonly saved: Carried | null;
  /** With trouble: resolves when storage can be used again. */
  readonly whenBack?: (tries: number, signal: AbortSignal) => Promise<void>;
}

/** A daemon that may begin. */
export interface Booted extends Remembered, Opened {
  /** Name of the lock that tabs wait for. */
  readonly lease: string;
  release(): void;
}

/** What can happen to a booted daemon. */
export interface BootEvents {
  /** Its writer lease was taken, or its connection cut: it must not write any more. */
  onLost(reason: string): void;
  /** Its connection to the database was cut, or hangs: a new life has to find out whether there is still one. */
  onCut(reason: string): void;
  /** A newer daemon asks this one to give way. */
  onAsked(): void;
}

/** Boots. Rejects when it is aborted, and with `FENCED` when a newer daemon runs. */
export async function boot(env: Environment, identity: WorkerIdentity, self: { readonly epoch: string; readonly url?: string | undefined }, signal: AbortSignal, events: BootEvents): Promise<Booted> {
  const { lease, release } = await succeed(env, identity, self, signal, { onAsked: events.onAsked, onLost: () => events.onLost('writer lease taken') });
  try {
    return { ...(await openAndRecall(env, { ...identity, ...self }, signal, events, null)), lease, release };
  } catch (thrown) {
    release();
    throw thrown;
  }
}

/** The database and what it holds; memory when it cannot be had. `saved` is from a database that was built anew. */
async function openAndRecall(env: Environment, identity: DaemonIdentity, signal: AbortSignal, events: BootEvents, saved: Salvaged | null): Promise<Opened & Remembered> {
  let store: Store | null = null;
  let error: unknown;
  let onLate: () => void = () => undefined;
  const late = new Promise<void>((resolve) => (onLate = resolve));
  const storeEvents: StoreEvents = {
    onBlocking: () => events.onLost('a newer version wants the database'),
    onTerminated: () => events.onCut('the browser cut the connection'),
    onHung: () => events.onCut('a transaction hangs'),
  };
  try {
    store = await openDurable(env, identity, storeEvents, onLate);
    const remembered = await recallFrom(store, env, signal);
    if (remembered !== 'wiping') return { ...remembered, signedOut: remembered.signedOut || saved?.signedOut === true, store, trouble: null, saved: saved?.carried ?? null };
    error = remembered;
  } catch (thrown) {
    // Nobody waits for this life any more, but others may for its leases (#89).
    if (signal.aborted) {
      store?.close();
      throw thrown;
    }
    error = thrown;
  }
  const { answerFailure } = await untilLoaded(env, () => import('./storage-failure.ts'));
  // Writing over what cannot be read would lose the outbox and leave rows without their records.
  const answer = await answerFailure({ env, identity, store, error, saved, late });
  if (!answer.memory) return openAndRecall(env, identity, signal, events, answer.saved);
  const { memory, trouble, whenBack } = answer;
  return { ...NOTHING, store: memory, trouble, whenBack, saved: saved?.carried ?? null };
}

/** What the store holds, asked for until it answers or the deadline is over; then rejects. */
async function recallFrom(store: Store, env: Environment, signal: AbortSignal): Promise<Remembered | 'wiping'> {
  for (let pausedMs = 0; ; pausedMs += RECALL_PAUSE_MS) {
    try {
      return await inTime(env, store.read(['messages', 'chat_meta', 'tickets', 'ticket_meta', 'offline_queue'], recall));
    } catch (error) {
      env.log.error('store not readable', { error: String(error) });
      // One that does not answer at all has had its time.
      if (signal.aborted || pausedMs >= OPEN_DEADLINE_MS || !(error as Error).cause) throw error;
    }
    await pause(env, RECALL_PAUSE_MS);
  }
}

/** Reads what the daemon keeps in memory all the time: every chat's record, the tickets, the outbox; rows only of pending messages. */
async function recall(tx: ReadTransaction): Promise<Remembered | 'wiping'> {
  const [metas, tickets, cursor, download, discarded, operations, signedOut, wiping] = await Promise.all([
    tx.getAll('chat_meta'),
    tx.getAll('tickets'),
    tx.get('ticket_meta', 'cursor'),
    tx.get('ticket_meta', '_downloadAll'),
    tx.get('ticket_meta', '_discarded'),
    allOperations(tx),
    tx.get('ticket_meta', SIGNED_OUT_KEY),
    tx.get('ticket_meta', WIPING_KEY),
  ]);
  if (wiping) return 'wiping';
  const sending = new Set(operations.filter((operation) => operation.type === 'send_message').map((operation) => operation.requestId));
  const chats = await Promise.all(
    metas.map(async (stored) => ({
      meta: (await readChatMeta(tx, stored.requestId)) ?? stored,
      pending: sending.has(stored.requestId) ? await readPending(tx, stored.requestId) : [],
    })),
  );
  return { chats, tickets, cursor: typeof cursor?.value === 'string' ? cursor.value : null, operations: operations.map(recovered), signedOut: signedOut !== undefined, download: download?.value, discarded: discarded?.value };
}
