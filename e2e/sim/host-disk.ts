/**
 * The database of a simulated browser, as several builds find it: versions, connections, upgrades that wait, and what goes wrong with all that.
 *
 * Owns: who has it open under which version, what an open meets, that a connection may be cut and a database deleted. Rows and transactions
 * are the memory store's, turns and refusals of transactions `durable-store.ts`'s. Times in milliseconds.
 */
import { TabcachedError } from '../../protocol/errors.ts';
import { carriedReadStores, carriedWriteStores, readCarried, writeCarried, type CarriedOutbox } from '../../worker/store/carry-outbox.ts';
import { createMemoryDatabase } from '../../worker/store/memory-store.ts';
import type { Store, StoreEvents } from '../../worker/store/store.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import type { DurableStore } from './durable-store.ts';
import { heardAwake, sleepyStore, whenAwake, type WorkerLife } from './host-life.ts';

/** What opening meets for a while. */
export type OpenTrouble = 'hangs' | 'refused' | 'full' | 'unknown';

/** A daemon that opens. */
export interface Opener {
  readonly life: WorkerLife;
  /** Number of the daemon. */
  readonly number: number;
  /** Version that its build works with. */
  readonly version: number;
  /** Does another daemon of this user live? Then nothing is deleted. */
  isAlone(): boolean;
}

/** What the disk tells. */
export interface DiskEvents {
  onOpen(opener: Opener): void;
  onClaimed(opener: Opener, generation: number): void;
  onWrote(opener: Opener, generation: number): void;
  /** Everything that was stored is gone, and generations begin anew. */
  onEmptied(why: Emptied): void;
}

/** `made`: there was nothing. `erased`: by a person, behind the daemon's back. `wiped`: by a daemon. `rebuilt`: what a person wrote is set aside. */
export type Emptied = 'made' | 'erased' | 'wiped' | 'rebuilt';

/** The disk. */
export interface HostDisk {
  open(opener: Opener, events: StoreEvents): Promise<Store>;
  /** Deletes it as the daemon does: whoever has it open is asked to close. Rejects after a while. */
  remove(): Promise<void>;
  exists(): boolean;
  /** The connections of a worker that died. */
  forget(life: WorkerLife): void;
  /** The browser cuts every connection. */
  cut(): void;
  /** Somebody clears the site's data. */
  erase(): void;
  trouble: { readonly kind: OpenTrouble; readonly untilAt: number } | null;
  /** Transactions find no space. */
  fullUntilAt: number;
  /** Transactions that begin until then do not end. */
  hangUntilAt: number;
  /** Until when somebody waits for one of those. */
  awaitedUntilAt(): number;
  /** A store over what is held now, for looking at it. */
  look(): Store;
}

const BLOCKED_AFTER_MS = 5_000;
const DELETE_MS = 2_000;
/** As `indexeddb-store.ts` bounds a transaction. */
const TRANSACTION_MS = 15_000;
const USER = 'agent';
const NAMES: Readonly<Record<Exclude<OpenTrouble, 'hangs'>, string>> = { refused: 'SecurityError', full: 'QuotaExceededError', unknown: 'UnknownError' };

/** What the simulated browser answers; told from what fails by itself by its text. */
export const diskError = (name: string): TabcachedError => new TabcachedError('STORAGE_FAILED', `simulated ${name}`, { cause: new DOMException('simulated', name) });
/** Is it one of {@link diskError}? */
export const isDiskError = (error: unknown): boolean => String((error as Error | null)?.message).startsWith('simulated');

interface Connection {
  readonly opener: Opener;
  readonly events: StoreEvents;
  dead: boolean;
}

/** Creates a browser that has no database yet. `durable`: turns and refusals of transactions. */
export function createHostDisk(setup: { readonly time: VirtualTime; readonly durable: () => DurableStore } & DiskEvents): HostDisk {
  const { time } = setup;
  const connections = new Set<Connection>();
  let database: { version: number; readonly connect: () => Store } | null = null;
  let carried: CarriedOutbox | null = null;
  const waiting: (() => void)[] = [];
  let awaitedUntilAt = 0;
  let last: Promise<unknown> = Promise.resolve();

  const later = <T>(ms: number, run: () => T): Promise<T> => new Promise((resolve) => void time.timers.after(ms, () => resolve(run())));
  const closed = (connection: Connection): void => {
    connection.dead = true;
    connections.delete(connection);
    for (const look of waiting.splice(0)) look();
  };
  const empty = (version: number, why: Emptied): void => {
    database = { version, connect: createMemoryDatabase() };
    setup.onEmptied(why);
  };
  /** Asks everybody to close and waits until they have, or nobody waits for it any more. */
  const whenFree = async (isWanted: () => boolean): Promise<void> => {
    for (const { opener, events } of [...connections]) whenAwake(opener.life, () => opener.life.alive && events.onBlocking());
    while (connections.size > 0 && isWanted()) await new Promise<void>((resolve) => void waiting.push(resolve));
  };
  /** Opens and deletions come one after the other. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run);
    last = turn.catch(() => undefined);
    return turn;
  };

  /** A connection's own transactions; what ails the disk ails them. */
  const rawStore = (connection: Connection, store: Store): Store => {
    const { opener } = connection;
    let generation = 0;
    const check = async (): Promise<void> => {
      if (connection.dead) throw diskError('InvalidStateError');
      if (time.clock.now() >= disk.hangUntilAt) return;
      awaitedUntilAt = time.clock.now() + TRANSACTION_MS;
      await later(TRANSACTION_MS, () => undefined);
      if (connection.dead) throw diskError('InvalidStateError');
      whenAwake(opener.life, () => opener.life.alive && connection.events.onHung?.());
      throw new TabcachedError('STORAGE_FAILED', 'simulated hang');
    };
    return {
      kind: 'indexeddb',
      read: async (stores, work) => {
        await check();
        return store.read(stores, work);
      },
      write: async (stores, durability, work) => {
        await check();
        const full = time.clock.now() < disk.fullUntilAt;
        const value = await store.write(stores, durability, async (tx) => {
          const done = await work(tx);
          if (full) throw diskError('QuotaExceededError');
          return done;
        });
        setup.onWrote(opener, generation);
        return value;
      },
      claimWriter: async (buildId, now) => {
        await check();
        const fence = await store.claimWriter(buildId, now);
        ({ generation } = fence);
        setup.onClaimed(opener, generation);
        return fence;
      },
      close: () => closed(connection),
    };
  };

  const openNow = async (opener: Opener, events: StoreEvents): Promise<Store> => {
    const { life, version } = opener;
    if (!life.alive) throw diskError('AbortError');
    if (!database) empty(version, 'made');
    const found = database as NonNullable<typeof database>;
    if (found.version > version) {
      if (!opener.isAlone()) throw new TabcachedError('STORAGE_FAILED', 'simulated rollback', { cause: new DOMException('simulated', 'VersionError') });
      // As `rebuild-newer.ts` does it: what a person wrote is set aside, and everything else goes.
      carried = await found.connect().read(carriedReadStores, readCarried);
      await whenFree(() => life.alive);
      if (!life.alive) throw diskError('AbortError');
      empty(version, 'rebuilt');
    } else if (found.version < version) {
      await whenFree(() => life.alive);
      if (!life.alive) throw diskError('AbortError');
      if (database) database.version = version;
      else empty(version, 'made');
    }
    const connection: Connection = { opener, events, dead: false };
    connections.add(connection);
    const raw = rawStore(connection, (database as NonNullable<typeof database>).connect());
    const store = setup.durable().openFor(life, raw);
    return sleepyStore(life, {
      ...store,
      claimWriter: async (buildId, now) => {
        const fence = await store.claimWriter(buildId, now);
        const aside = carried;
        if (aside) await store.write(carriedWriteStores, 'strict', (tx) => writeCarried(tx, aside, USER, now));
        carried = null;
        return fence;
      },
      close: () => closed(connection),
    });
  };

  /** An upgrade that waits for others to close is told to be blocked after a while, and goes on waiting. */
  const openInTime = (opener: Opener, events: StoreEvents): Promise<Store> =>
    new Promise((resolve, reject) => {
      let over = false;
      const run = async (): Promise<void> => {
        const cancel = time.timers.after(BLOCKED_AFTER_MS, () => {
          over = true;
          reject(new TabcachedError('STORAGE_FAILED', 'BlockedError: simulated'));
        });
        try {
          const store = await openNow(opener, events);
          if (over) store.close();
          else resolve(store);
        } catch (error) {
          reject(error as Error);
        } finally {
          cancel();
        }
      };
      void inTurn(run);
    });

  const disk: HostDisk = {
    trouble: null,
    fullUntilAt: 0,
    hangUntilAt: 0,
    awaitedUntilAt: () => awaitedUntilAt,
    open: async (opener, events) => {
      setup.onOpen(opener);
      const { trouble } = disk;
      if (trouble && time.clock.now() < trouble.untilAt) {
        if (trouble.kind === 'hangs') return new Promise(() => undefined);
        throw diskError(NAMES[trouble.kind]);
      }
      return heardAwake(opener.life, openInTime(opener, events));
    },
    remove: () =>
      new Promise((resolve, reject) => {
        let wanted = true;
        const cancel = time.timers.after(DELETE_MS, () => {
          wanted = false;
          for (const look of waiting.splice(0)) look();
          reject(diskError('still open'));
        });
        void inTurn(async () => {
          await whenFree(() => wanted);
          if (!wanted) return;
          database = null;
          setup.onEmptied('wiped');
          cancel();
          resolve();
        });
      }),
    exists: () => database !== null,
    forget: (life) => {
      for (const connection of [...connections]) if (connection.opener.life === life) closed(connection);
      for (const look of waiting.splice(0)) look();
    },
    cut: () => {
      for (const connection of [...connections]) {
        const { opener, events } = connection;
        closed(connection);
        whenAwake(opener.life, () => opener.life.alive && events.onTerminated());
      }
    },
    erase: () => {
      disk.cut();
      database = null;
      carried = null;
      setup.onEmptied('erased');
    },
    look: () => {
      if (!database) empty(0, 'made');
      return (database as NonNullable<typeof database>).connect();
    },
  };
  return disk;
}
