import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROVISIONAL_BASE } from '../../protocol/index.ts';
import { change, chatA, chatB, expectCounted, rowsOf, twins } from '../testing/chat-fixture.ts';
import { message, uuid } from '../testing/store-records.ts';
import { chatWriteStores, deleteChat, writeChat } from './chat-writes.ts';
import type { WriteTransaction } from './store.ts';

test.each(twins)('H-6 D-2 after random writes in %s the counters equal a recount, no sequence is held twice, no revision goes down', async (_name, open) => {
  const sequence = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1_000, max: 1_002 }));
  const row = fc.record({
    id: fc.integer({ min: 1, max: 12 }),
    at: fc.oneof({ weight: 6, arbitrary: sequence }, { weight: 1, arbitrary: fc.constantFrom(PROVISIONAL_BASE, PROVISIONAL_BASE + 1) }),
    content: fc.string({ minLength: 1, maxLength: 9 }),
    _revision: fc.integer({ min: 0, max: 6 }),
  });
  const writes = fc.record({
    kind: fc.constantFrom('write' as const, 'write' as const, 'write' as const, 'large' as const, 'delete' as const, 'abort' as const),
    requestId: fc.constantFrom(chatA, chatB),
    rows: fc.array(row, { maxLength: 6 }),
    deletions: fc.array(fc.record({ sequenceNumber: sequence, revision: fc.integer({ min: 0, max: 6 }) }), { maxLength: 3 }),
    removeIds: fc.array(fc.integer({ min: 1, max: 12 }).map(uuid), { maxLength: 2 }),
    everything: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(writes, { minLength: 1, maxLength: 12 }), async (steps) => {
      const store = await open();
      for (const [at, { kind, requestId, rows, deletions, removeIds, everything }] of steps.entries()) {
        const upserts = rows.map(({ id, at: sequenceNumber, content, _revision }) => {
          // In large batches ids are not looked up in other chats: there, each chat has ids of its own.
          const own = kind === 'large' ? id + (requestId === chatA ? 100 : 200) : id;
          return message(own, requestId, sequenceNumber, { content, _revision });
        });
        if (kind === 'large') for (let more = 0; more < 70; more++) upserts.push(message((requestId === chatA ? 3_000 : 4_000) + more, requestId, 2_000 + more + at));
        const work = (tx: WriteTransaction): Promise<unknown> =>
          kind === 'delete' ? deleteChat(tx, requestId, { everything, now: at }) : writeChat(tx, change(requestId, { upserts, deletions, removeIds, now: at }));
        const before = await rowsOf(store, requestId);
        const stores = [...chatWriteStores, 'offline_queue'] as const;
        const failing = (tx: WriteTransaction): Promise<unknown> => work(tx).then(() => Promise.reject(new Error('mine')));
        await store.write(stores, 'relaxed', kind === 'abort' ? failing : work).catch((error: unknown) => {
          if (kind !== 'abort') throw error;
        });
        const after = new Map((await rowsOf(store, requestId)).map((found) => [found.sequenceNumber, found]));
        if (kind === 'abort') expect([...after.values()]).toEqual(before);
        for (const held of kind === 'write' ? before : []) {
          const now = after.get(held.sequenceNumber);
          if (now && !removeIds.includes(held.id)) expect(now._revision).toBeGreaterThanOrEqual(held._revision);
        }
        await expectCounted(store);
      }
      store.close();
    }),
    { numRuns: 60 },
  );
}, 120_000);
