import { describe, expect, test } from 'vitest';
import { chatA, chatB, expectCounted, twins } from '../testing/chat-fixture.ts';
import { operation, uuid } from '../testing/store-records.ts';
import { allOperations, deleteOperation, outboxWriteStores, putOperation, putOrDeleteOperations } from './outbox-rows.ts';
import type { WriteTransaction } from './store.ts';

describe.each(twins)('the outbox in %s', (_name, open) => {
  test('operations come in order of acceptance; only those not completed are counted', async () => {
    const store = await open();
    const counted = async (work: (tx: WriteTransaction) => Promise<void>): Promise<number | undefined> => {
      await store.write(outboxWriteStores, 'strict', work);
      await expectCounted(store);
      return (await store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats')))?.pendingOperations;
    };
    expect(await counted((tx) => putOrDeleteOperations(tx, { puts: [operation(3, chatA), operation(1, chatA), operation(2, chatB)], now: 5 }))).toBe(3);
    expect((await store.read(['offline_queue'], allOperations)).map((row) => row._order)).toEqual([1, 2, 3]);
    expect(await counted((tx) => putOperation(tx, operation(1, chatA, { status: 'failed' }), 5))).toBe(3);
    expect(await counted((tx) => putOperation(tx, operation(1, chatA, { status: 'completed' }), 5))).toBe(2);
    expect(await counted((tx) => putOperation(tx, operation(1, chatA, { status: 'completed' }), 5))).toBe(2);
    expect(await counted((tx) => deleteOperation(tx, uuid(1), 5))).toBe(2);
    expect(await counted((tx) => deleteOperation(tx, uuid(2), 5))).toBe(1);
    expect(await counted((tx) => deleteOperation(tx, uuid(99), 5))).toBe(1);
    expect(await counted((tx) => putOrDeleteOperations(tx, { puts: [operation(3, chatA)], deletes: [uuid(3), uuid(3)], now: 5 }))).toBe(1);
  });
});
