import { describe, expect, test } from 'vitest';
import { message, uuid } from '../testing/store-records.ts';
import { storeContract } from '../testing/store-contract.ts';
import { createMemoryStore } from './memory-store.ts';

storeContract('memory', async () => createMemoryStore());

describe('memory store', () => {
  test('an index of many thousands keeps its order, whatever the order of insertion and removal', async () => {
    const store = createMemoryStore();
    await store.claimWriter('b', 1);
    const order = Array.from({ length: 5_000 }, (_, at) => ((at * 7_919) % 5_000) + 1);
    await store.write(['messages'], 'relaxed', async (tx) => {
      for (const sequence of order) await tx.put('messages', message(sequence, uuid(1), sequence));
      for (const sequence of order) if (sequence % 3 === 0) await tx.delete('messages', uuid(sequence));
    });
    const kept = order.filter((sequence) => sequence % 3 !== 0).sort((a, b) => a - b);
    await store.read(['messages'], async (tx) => {
      const rows = await tx.getAll('messages', { index: 'by_request_sequence' });
      expect(rows.map((row) => row.sequenceNumber)).toEqual(kept);
      const bounds = { lower: [uuid(1), 1_501], upper: [uuid(1), 4_499], upperOpen: true };
      const between = kept.filter((sequence) => sequence >= 1_501 && sequence < 4_499);
      expect(await tx.count('messages', { index: 'by_request_sequence', bounds })).toBe(between.length);
      const newest = await tx.getAll('messages', { index: 'by_request_sequence', bounds, descending: true, limit: 1_200 });
      expect(newest.map((row) => row.sequenceNumber)).toEqual(between.slice(-1_200).reverse());
    });
  });
  test('a read record is frozen', async () => {
    const store = createMemoryStore();
    await store.claimWriter('b', 1);
    await store.write(['messages'], 'relaxed', (tx) => tx.put('messages', message(1, uuid(1), 1)));
    const [row] = await store.read(['messages'], (tx) => tx.getAll('messages'));
    expect(Object.isFrozen(row) && Object.isFrozen(row?.sender)).toBe(true);
  });
});
