/** Random operations on both twins at once: every answer, every outcome and everything stored must be the same. */
import 'fake-indexeddb/auto';
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROVISIONAL_BASE } from '../../protocol/index.ts';
import { codeOf } from '../testing/store-contract-fixture.ts';
import { message, operation, uuid } from '../testing/store-records.ts';
import { WRITER_KEY } from './fence.ts';
import { openIndexedDbStore } from './indexeddb-store.ts';
import { createMemoryStore } from './memory-store.ts';
import type { ReadTransaction, Selection, Store, StoreKey, WriteTransaction } from './store.ts';

type Step = (tx: WriteTransaction) => Promise<unknown>;
type ReadStep = (tx: ReadTransaction) => Promise<unknown>;

const chat = fc.constantFrom(uuid(0xa), uuid(0xb));
const sequence = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(PROVISIONAL_BASE, PROVISIONAL_BASE + 1));
const id = fc.integer({ min: 1, max: 15 });
const cachedAt = fc.constantFrom(0, 1, 2.5, null as unknown as number);
const status = fc.constantFrom('pending' as const, 'failed' as const);

const key: fc.Arbitrary<StoreKey> = fc.oneof(chat, fc.tuple(chat, sequence), fc.integer({ min: 0, max: 3 }), id.map(uuid), fc.tuple(chat));
const selection: fc.Arbitrary<Selection<'messages'>> = fc.record(
  {
    index: fc.constantFrom('by_request' as const, 'by_request_sequence' as const, 'by_cached_at' as const),
    bounds: fc.record({ lower: key, upper: key, lowerOpen: fc.boolean(), upperOpen: fc.boolean() }, { requiredKeys: [] }),
    descending: fc.boolean(),
    limit: fc.integer({ min: 0, max: 6 }),
  },
  { requiredKeys: [] },
);
const operationSelection: fc.Arbitrary<Selection<'offline_queue'>> = fc.record(
  {
    index: fc.constantFrom('by_status' as const, 'by_created' as const, 'by_next_retry' as const),
    descending: fc.boolean(),
    limit: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: [] },
);

const readStep: fc.Arbitrary<ReadStep> = fc.oneof(
  id.map((number): ReadStep => (tx) => tx.get('messages', uuid(number))),
  selection.map((selected): ReadStep => (tx) => tx.getAll('messages', selected)),
  selection.map(({ descending: _, limit: __, ...counted }): ReadStep => (tx) => tx.count('messages', counted)),
  operationSelection.map((selected): ReadStep => (tx) => tx.getAll('offline_queue', selected)),
);
const putStep = fc
  .tuple(id, chat, sequence, cachedAt, fc.string({ maxLength: 3 }))
  .map(([number, requestId, at, _cachedAt, content]): Step => (tx) => tx.put('messages', message(number, requestId, at, { _cachedAt, content })));
const writeStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: putStep },
  { weight: 2, arbitrary: id.map((number): Step => (tx) => tx.delete('messages', uuid(number))) },
  { weight: 4, arbitrary: readStep },
  { weight: 1, arbitrary: fc.constant<Step>((tx) => tx.clear('messages')) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(id, status, fc.option(fc.integer({ min: 1, max: 3 })))
      .map(([number, state, nextRetryAt]): Step => (tx) => tx.put('offline_queue', operation(number, uuid(0xa), { status: state, nextRetryAt }))),
  },
);

/** One transaction: what it answered, or its code. */
type Action = (store: Store) => Promise<unknown>;
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.then((value) => value, (error: unknown) => codeOf(Promise.reject(error)));
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.array(writeStep, { maxLength: 8 }), fc.boolean(), fc.integer({ min: 0, max: 4 })).map(
      ([steps, waits, fate]): Action =>
        (store) =>
          outcome(
            store.write(['messages', 'offline_queue'], 'relaxed', async (tx) => {
              const results: unknown[] = [];
              for (const step of steps) results.push(waits ? await step(tx) : step(tx));
              const answers = await Promise.all(results);
              if (fate > 0) return answers;
              // By now every earlier failure is known, so that both twins name the same reason.
              await tx.count('messages');
              throw new Error('mine');
            }),
          ),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.array(readStep, { maxLength: 4 }).map(
      (steps): Action =>
        (store) =>
          outcome(store.read(['messages', 'offline_queue'], (tx) => Promise.all(steps.map((step) => step(tx))))),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Action>((store) => outcome(store.claimWriter('b', 1))) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 3 }).map(
      (generation): Action =>
        (store) =>
          outcome(store.write([], 'strict', (tx) => tx.put('ticket_meta', { key: WRITER_KEY, value: { generation } }))),
    ),
  },
);

const dump = (store: Store): Promise<unknown> =>
  store.read(['messages', 'offline_queue', 'ticket_meta'], (tx) =>
    Promise.all([
      tx.getAll('messages'),
      tx.getAll('messages', { index: 'by_request_sequence' }),
      tx.getAll('messages', { index: 'by_cached_at' }),
      tx.getAll('offline_queue', { index: 'by_next_retry' }),
      tx.getAll('offline_queue'),
      tx.getAll('ticket_meta'),
    ]),
  );

test.each([
  ['one after another', false],
  ['all at once', true],
])('both twins answer and store the same, transactions %s', async (_name, atOnce) => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 10 }), async (actions) => {
      const memory = createMemoryStore();
      const indexedDb = await openIndexedDbStore({
        userId: 'u1',
        events: { onBlocking: () => undefined, onTerminated: () => undefined },
        clock: { now: () => 1 },
        timers: { after: () => () => undefined },
        indexedDB: new FakeFactory(),
      });
      const run = async (store: Store): Promise<unknown[]> => {
        await store.claimWriter('b', 1);
        if (atOnce) return Promise.all(actions.map((act) => act(store)));
        const results: unknown[] = [];
        for (const act of actions) results.push(await act(store));
        return results;
      };
      const [expected, found] = [await run(memory), await run(indexedDb)];
      expect(found).toEqual(expected);
      expect(await dump(indexedDb)).toEqual(await dump(memory));
      indexedDb.close();
    }),
    { numRuns: 100 },
  );
}, 120_000);
