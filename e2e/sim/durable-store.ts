/**
 * The store of a simulation: the real one, with latency, failures, and daemons that die during a transaction.
 *
 * Owns: that a transaction of a dead daemon is kept or lost as a whole, and that the mirror sees every commit. One transaction after the
 * other, in the order of their calls, as IndexedDB does it for overlapping stores.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import type { ReadTransaction, Store, WriteTransaction } from '../../worker/store/store.ts';
import type { Life } from '../../worker/testing/mortal.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import type { Committed, Mirror, WriteOp } from './mirror.ts';
import type { Random } from './random.ts';

/** What a simulated store is made with. */
export interface DurableSetup {
  readonly inner: Store;
  readonly mirror: Mirror;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly latencyMs: number;
  /** Something crosses the boundary between the daemon and its storage. */
  onBoundary(): void;
  onCommit(committed: Committed): void;
  /** Is there no room on the disk for these writes? */
  isFull(ops: readonly WriteOp[]): boolean;
  /** A transaction failed though nothing made it fail. */
  onUnexpected(error: unknown): void;
}

/** Its storage, and what can be done to it. */
export interface DurableStore {
  /** The store as one daemon has it; `connection`: its own, where several have one. */
  openFor(life: Life, connection?: Store): Store;
  failWritesUntilAt: number;
  failReadsUntilAt: number;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const full = (): TabcachedError => new TabcachedError('STORAGE_FAILED', 'QuotaExceededError: the disk of the simulation is full.');
const refused = (): TabcachedError => new TabcachedError('STORAGE_FAILED', 'The simulation refuses storage.');

/** Creates the storage. */
export function createDurableStore(setup: DurableSetup): DurableStore {
  const { inner, mirror, time, random } = setup;
  let last: Promise<unknown> = Promise.resolve();

  const pause = (): Promise<void> | undefined =>
    setup.latencyMs === 0 ? undefined : new Promise((resolve) => void time.timers.after(setup.latencyMs, resolve));

  /** Runs in turn; what a dead daemon began comes to nothing for it. */
  const inTurn = async <T>(life: Life, run: () => Promise<T>): Promise<T> => {
    const turn = last.then(async (): Promise<{ readonly value: T } | null> => {
      await pause();
      if (!life.alive) return null;
      setup.onBoundary();
      return { value: await run() };
    });
    last = turn.catch(() => undefined);
    const done = await turn.catch((error: unknown) => {
      if (!life.alive) return null;
      throw error;
    });
    if (done) await pause();
    return done && life.alive ? done.value : never<T>();
  };

  const read = async <T>(connection: Store, stores: Parameters<Store['read']>[0], work: (tx: ReadTransaction) => Promise<T>): Promise<T> => {
    if (time.clock.now() < store.failReadsUntilAt) throw refused();
    return connection.read(stores, work);
  };

  const write = async <T>(life: Life, connection: Store, [stores, durability, work]: [Parameters<Store['write']>[0], Parameters<Store['write']>[1], (tx: WriteTransaction) => Promise<T>]): Promise<T> => {
    const failing = time.clock.now() < store.failWritesUntilAt;
    const early = failing && random.chance(0.5);
    if (early) throw refused();
    const ops: WriteOp[] = [];
    let hasRoom = true;
    try {
      const value = await connection.write(stores, durability, async (tx) => {
        const done = await work(recorded(tx, ops));
        if (failing || (!life.alive && random.chance(0.5))) throw refused();
        if (setup.isFull(ops)) {
          hasRoom = false;
          throw full();
        }
        return done;
      });
      setup.onCommit(mirror.apply(ops));
      setup.onBoundary();
      return value;
    } catch (error) {
      if (!failing && hasRoom && life.alive) setup.onUnexpected(error);
      throw error;
    }
  };

  const store: DurableStore = {
    failWritesUntilAt: 0,
    failReadsUntilAt: 0,
    openFor: (life, connection = inner) => ({
      kind: 'indexeddb',
      read: (stores, work) => inTurn(life, () => read(connection, stores, work)),
      write: (stores, durability, work) => inTurn(life, () => write(life, connection, [stores, durability, work])),
      claimWriter: (buildId, now) => inTurn(life, () => connection.claimWriter(buildId, now)),
      close: () => undefined,
    }),
  };
  return store;
}

/** A transaction that notes what it writes. */
const recorded = (tx: WriteTransaction, ops: WriteOp[]): WriteTransaction => ({
  get: (store, key) => tx.get(store, key),
  getAll: (store, selection) => tx.getAll(store, selection),
  count: (store, selection) => tx.count(store, selection),
  put: (store, value) => {
    ops.push({ kind: 'put', store, value });
    return tx.put(store, value);
  },
  delete: (store, key) => {
    ops.push({ kind: 'delete', store, key });
    return tx.delete(store, key);
  },
  clear: (store) => {
    ops.push({ kind: 'clear', store });
    return tx.clear(store);
  },
});
