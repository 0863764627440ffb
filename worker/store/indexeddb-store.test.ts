import 'fake-indexeddb/auto';
import { forceCloseDatabase, IDBFactory as FakeFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { databaseName } from '../../protocol/index.ts';
import { codeOf } from '../testing/store-contract-fixture.ts';
import { storeContract } from '../testing/store-contract.ts';
import { message, operation, uuid } from '../testing/store-records.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { isNewerDatabase, type OpenOptions } from './indexeddb-open.ts';
import { forgetDirectionSupport } from './indexeddb-selection.ts';
import { openIndexedDbStore } from './indexeddb-store.ts';
import { readOutboxOfNewerDatabase } from './newer-outbox.ts';
import type { Store } from './store.ts';

const silent = { onBlocking: () => undefined, onTerminated: () => undefined };
const quietTimers = { after: () => () => undefined };
const open = (indexedDB: IDBFactory, more: Partial<OpenOptions> = {}): Promise<Store> =>
  openIndexedDbStore({ userId: 'u1', events: silent, clock: { now: () => 7 }, timers: quietTimers, indexedDB, ...more });
const name = databaseName('u1');
const row = (id: number): ReturnType<typeof message> => message(id, uuid(0xa), id);

/** Opens a database bare. */
function bare(indexedDB: IDBFactory, version?: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

storeContract('indexeddb', () => open(new FakeFactory()));

describe('without getAll by direction', () => {
  const { getAll } = IDBIndex.prototype;
  const { getAll: getAllOfStore } = IDBObjectStore.prototype;
  const openCursor = vi.spyOn(IDBIndex.prototype, 'openCursor');
  beforeEach(() => {
    forgetDirectionSupport();
    const old = (original: typeof getAll) =>
      function (this: IDBIndex & IDBObjectStore, query?: IDBKeyRange | null, count?: number) {
        if (query && !(query instanceof IDBKeyRange)) throw new DOMException('no key', 'DataError');
        return original.call(this, query, count);
      };
    IDBIndex.prototype.getAll = old(getAll) as typeof getAll;
    IDBObjectStore.prototype.getAll = old(getAllOfStore as typeof getAll) as typeof getAllOfStore;
  });
  afterEach(() => {
    IDBIndex.prototype.getAll = getAll;
    IDBObjectStore.prototype.getAll = getAllOfStore;
    forgetDirectionSupport();
  });
  test('the newest rows are read with a cursor', async () => {
    const store = await open(new FakeFactory());
    await store.claimWriter('b', 1);
    await store.write(['messages'], 'relaxed', async (tx) => {
      for (let at = 1; at <= 5; at++) await tx.put('messages', row(at));
    });
    openCursor.mockClear();
    const newest = await store.read(['messages'], (tx) =>
      tx.getAll('messages', { index: 'by_request_sequence', bounds: { upper: [uuid(0xa), 4] }, descending: true, limit: 2 }),
    );
    expect(newest.map((found) => found.sequenceNumber)).toEqual([4, 3]);
    expect(openCursor).toHaveBeenCalledTimes(1);
  });
  storeContract('indexeddb', () => open(new FakeFactory()));
});

describe('IndexedDB store', () => {
  test('what was written is there when the database is opened again, strict and relaxed', async () => {
    const factory = new FakeFactory();
    const first = await open(factory);
    await first.claimWriter('b', 1);
    await first.write(['messages'], 'strict', (tx) => tx.put('messages', row(1)));
    await first.write(['messages'], 'relaxed', (tx) => tx.put('messages', row(2)));
    first.close();
    const second = await open(factory);
    expect(await second.read(['messages'], (tx) => tx.getAll('messages'))).toEqual([row(1), row(2)]);
    expect(await second.claimWriter('b', 2)).toEqual({ generation: 2 });
  });
  test('durability reaches the transaction, and every write includes ticket_meta', async () => {
    const store = await open(new FakeFactory());
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await store.claimWriter('b', 1);
    await store.write(['messages'], 'relaxed', async () => undefined);
    await store.write(['messages'], 'strict', async () => undefined);
    await store.read(['messages'], async () => undefined);
    expect(transaction.mock.calls).toEqual([
      [['ticket_meta'], 'readwrite', { durability: 'strict' }],
      [['messages', 'ticket_meta'], 'readwrite', { durability: 'relaxed' }],
      [['messages', 'ticket_meta'], 'readwrite', { durability: 'strict' }],
      [['messages'], 'readonly'],
    ]);
    transaction.mockRestore();
  });
  test('T-2 §10.20 a second connection that claims fences the first, also for writes already under way behind it', async () => {
    const factory = new FakeFactory();
    const [older, newer] = [await open(factory), await open(factory)];
    await older.claimWriter('b1', 1);
    const claim = newer.claimWriter('b2', 2);
    const late = older.write(['messages'], 'strict', async (tx) => {
      for (let at = 1; at <= 20; at++) void tx.put('messages', row(at));
    });
    expect(await codeOf(late)).toBe('FENCED');
    expect(await claim).toEqual({ generation: 2 });
    expect(await newer.read(['messages'], (tx) => tx.count('messages'))).toBe(0);
    await newer.write(['messages'], 'strict', (tx) => tx.put('messages', row(1)));
  });
  test('a callback that waits for something else is told so, because part of it may be kept', async () => {
    const store = await open(new FakeFactory());
    await store.claimWriter('b', 1);
    const broken = store.write(['messages'], 'relaxed', async (tx) => {
      await tx.put('messages', row(1));
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
      await tx.put('messages', row(2));
    });
    expect(await codeOf(broken)).toBe('INTERNAL');
  });
  test('that is told also when the callback does not look at what was refused', async () => {
    const store = await open(new FakeFactory());
    await store.claimWriter('b', 1);
    const broken = store.write(['messages'], 'relaxed', async (tx) => {
      await tx.put('messages', row(1));
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
      void tx.put('messages', row(2));
    });
    expect(await codeOf(broken)).toBe('INTERNAL');
  });
  test('a request that fails by the browser: STORAGE_FAILED, its cause kept, nothing else kept', async () => {
    const store = await open(new FakeFactory());
    await store.claimWriter('b', 1);
    const quota = new DOMException('full', 'QuotaExceededError');
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: { id?: string }, key?: IDBValidKey) {
      if (value.id === uuid(2)) throw quota;
      return put.call(this, value, key);
    };
    const failing = store.write(['messages'], 'strict', async (tx) => {
      for (let at = 1; at <= 3; at++) void tx.put('messages', row(at));
    });
    await expect(failing).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: 'QuotaExceededError: full', cause: quota });
    IDBObjectStore.prototype.put = put;
    expect(await store.read(['messages'], (tx) => tx.count('messages'))).toBe(0);
  });
});

describe('events of a connection', () => {
  test('a newer version that wants the database is told to the owner, and goes ahead when it closes', async () => {
    const factory = new FakeFactory();
    const onBlocking = vi.fn(() => store.close());
    const store = await open(factory, { events: { ...silent, onBlocking } });
    const newer = await bare(factory, 4);
    expect(newer.version).toBe(4);
    expect(onBlocking).toHaveBeenCalledTimes(1);
  });
  test('B-6 a connection cut by the browser is told to the owner; transactions reject', async () => {
    const factory = new FakeFactory();
    const opened = vi.spyOn(factory, 'open');
    const onTerminated = vi.fn();
    const store = await open(factory, { events: { ...silent, onTerminated } });
    const request = opened.mock.results.at(-1)?.value as IDBOpenDBRequest;
    forceCloseDatabase(request.result as never);
    await vi.waitFor(() => expect(onTerminated).toHaveBeenCalledTimes(1));
    expect(await codeOf(store.read(['messages'], async () => 1))).toBe('STORAGE_FAILED');
  });
});

describe('B-2 #91 a transaction that never ends', () => {
  test.each(['read', 'write'] as const)('a %s: after 15 seconds the owner is told, and whoever waits', async (kind) => {
    const time = createVirtualTime();
    const onHung = vi.fn();
    const store = await open(new FakeFactory(), { events: { ...silent, onHung }, timers: time.timers });
    await store.claimWriter('b', 1);
    // The browser takes the request and never answers it.
    const { get } = IDBObjectStore.prototype;
    const silence = vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, ...args) {
      return Object.defineProperty(get.apply(this, args), 'onsuccess', { set() {} });
    });
    onTestFinished(() => silence.mockRestore());
    const hang = () => new Promise<never>(() => undefined);
    const asked = codeOf(kind === 'read' ? store.read(['messages'], hang) : store.write(['messages'], 'relaxed', hang));
    let ended = false;
    void asked.then(() => (ended = true));
    await time.advance(14_999);
    expect([ended, onHung.mock.calls.length]).toEqual([false, 0]);
    await time.advance(1);
    expect(await asked).toBe('STORAGE_FAILED');
    expect(onHung).toHaveBeenCalledTimes(1);
  });
  test('one that ends in time leaves no alarm behind', async () => {
    const time = createVirtualTime();
    const onHung = vi.fn();
    const store = await open(new FakeFactory(), { events: { ...silent, onHung }, timers: time.timers });
    await store.claimWriter('b', 1);
    await store.write(['messages'], 'relaxed', (tx) => tx.put('messages', row(1)));
    expect(await store.read(['messages'], (tx) => tx.count('messages'))).toBe(1);
    expect(time.nextAt()).toBeNull();
    await time.advance(60_000);
    expect(onHung).not.toHaveBeenCalled();
  });
});

describe('opening', () => {
  test('B-1 an upgrade that an older connection blocks is given up after the time, and closed when it comes late', async () => {
    const factory = new FakeFactory();
    const old = await bare(factory, 2);
    let ring = (): void => undefined;
    const delays: number[] = [];
    const after = (delayMs: number, run: () => void): (() => void) => {
      delays.push(delayMs);
      ring = run;
      return () => undefined;
    };
    const opening = codeOf(open(factory, { timers: { after } }));
    await vi.waitFor(() => expect(delays).toEqual([5_000]));
    ring();
    expect(await opening).toBe('STORAGE_FAILED');
    old.close();
    // Only possible when the late connection was closed again.
    const newer = await bare(factory, 4);
    expect(newer.version).toBe(4);
  });
  test('an upgrade that is blocked for a moment goes ahead, and its timer is undone', async () => {
    const factory = new FakeFactory();
    const old = await bare(factory, 2);
    const undo = vi.fn();
    const after = vi.fn(() => undo);
    const opening = open(factory, { timers: { after } });
    await vi.waitFor(() => expect(after).toHaveBeenCalledTimes(1));
    old.close();
    expect((await opening).kind).toBe('indexeddb');
    expect(undo).toHaveBeenCalledTimes(1);
  });
  test('B-5 §10.21 a database newer than the code: STORAGE_FAILED, recognisable, untouched, its outbox readable', async () => {
    const factory = new FakeFactory();
    const store = await open(factory);
    await store.claimWriter('b', 1);
    await store.write(['offline_queue'], 'strict', (tx) => tx.put('offline_queue', operation(1, uuid(0xa))));
    store.close();
    (await bare(factory, 4)).close();
    const error: unknown = await open(factory).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringMatching(/^VersionError/) as string });
    expect(isNewerDatabase(error)).toBe(true);
    expect(isNewerDatabase(new Error('other'))).toBe(false);
    expect(await readOutboxOfNewerDatabase('u1', factory)).toEqual([operation(1, uuid(0xa))]);
    expect(await factory.databases()).toEqual([{ name, version: 4 }]);
  });
  test('§10.21 reading an outbox creates no database', async () => {
    const factory = new FakeFactory();
    expect(await readOutboxOfNewerDatabase('u1', factory)).toEqual([]);
    expect(await factory.databases()).toEqual([]);
  });
  test('B-3 a browser that refuses to open: STORAGE_FAILED', async () => {
    const refuse = (): never => {
      throw new DOMException('private window', 'SecurityError');
    };
    const refusing = { open: refuse } as unknown as IDBFactory;
    expect(await codeOf(open(refusing))).toBe('STORAGE_FAILED');
    expect(await codeOf(readOutboxOfNewerDatabase('u1', refusing))).toBe('STORAGE_FAILED');
  });
});
