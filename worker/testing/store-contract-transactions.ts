/** The part of the store's contract about transactions and the fence. */
import { describe, expect, test } from 'vitest';
import { WRITER_KEY } from '../store/fence.ts';
import type { StoreName, WriteTransaction } from '../store/store.ts';
import type { CachedMessage } from '../../protocol/index.ts';
import { chatA, chatB, claimed, codeOf, filled, put, select, type Open } from './store-contract-fixture.ts';
import { message, operation, uuid } from './store-records.ts';

const sequencesOf = (rows: readonly CachedMessage[]): number[] => rows.map((row) => row.sequenceNumber);

/** Declares the tests of order, isolation, abort and errors. */
export function transactionContract(open: Open): void {
  describe('transactions', () => {
    /** Runs a write that must fail, and checks that the store is as before. */
    const refused = async (work: (tx: WriteTransaction) => Promise<unknown>, stores: StoreName[] = ['messages']): Promise<unknown> => {
      const store = await filled(open);
      const before = await select(store);
      const error: unknown = await store.write(stores, 'strict', work).then(
        () => 'resolved',
        (thrown: unknown) => thrown,
      );
      for (const index of [undefined, 'by_request', 'by_request_sequence', 'by_cached_at'] as const) {
        const rows = await select(store, index === undefined ? {} : { index });
        expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(new Set(before.map((row) => JSON.stringify(row))));
      }
      return error;
    };
    test('the result of the callback is the result', async () => {
      const store = await claimed(open);
      expect(await store.write(['messages'], 'strict', async () => 5)).toBe(5);
      expect(await store.read(['messages'], async () => 6)).toBe(6);
    });
    test('a transaction reads what it wrote', async () => {
      const store = await filled(open);
      await store.write(['messages'], 'relaxed', async (tx) => {
        void tx.put('messages', message(50, chatB, 50));
        void tx.delete('messages', uuid(21));
        const bounds = { lower: [chatB, 0], upper: [chatB, 99] };
        expect(sequencesOf(await tx.getAll('messages', { index: 'by_request_sequence', bounds }))).toEqual([20, 30, 50]);
        expect(await tx.get('messages', uuid(21))).toBeUndefined();
      });
    });
    test('a callback that rejects aborts: nothing of it is kept, and its own error comes out', async () => {
      const own = new Error('mine');
      const error = await refused(async (tx) => {
        await tx.put('messages', message(60, chatA, 60));
        await tx.put('messages', message(1, chatB, 1, { content: 'other' }));
        await tx.delete('messages', uuid(2));
        await tx.get('messages', uuid(2));
        throw own;
      });
      expect(error).toBe(own);
    });
    test('clear is taken back too, with what was put before and after it', async () => {
      const error = await refused(async (tx) => {
        await tx.put('messages', message(60, chatA, 60));
        await tx.clear('messages');
        await tx.put('messages', message(61, chatA, 1));
        await tx.put('messages', message(2, chatA, 2, { content: 'again' }));
        throw new Error('mine');
      });
      expect(error).toMatchObject({ message: 'mine' });
    });
    test('a callback that throws synchronously aborts', async () => {
      const own = new Error('mine');
      const error = await refused((tx) => {
        void tx.put('messages', message(60, chatA, 60));
        throw own;
      });
      expect(error).toBe(own);
    });
    test('#12 two records with one key in a unique index: STORAGE_FAILED, nothing kept', async () => {
      const error = await refused(async (tx) => {
        await tx.put('messages', message(60, chatA, 60));
        await tx.put('messages', message(61, chatA, 5));
      });
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringMatching('ConstraintError') as string });
    });
    test('a failure cannot be swallowed by the callback', async () => {
      const error = await refused(async (tx) => {
        await tx.put('messages', message(60, chatA, 60));
        await tx.put('messages', message(61, chatA, 5)).catch(() => undefined);
        return 'fine';
      });
      expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
    });
    test('what cannot be a record or a key is refused, as is a store that was not named', async () => {
      const bad: ((tx: WriteTransaction) => Promise<unknown>)[] = [
        (tx) => tx.put('messages', { ...message(60, chatA, 60), id: null as unknown as string }),
        (tx) => tx.put('messages', { ...message(60, chatA, 60), content: (() => 1) as unknown as string }),
        (tx) => tx.get('messages', null as unknown as string),
        (tx) => tx.delete('messages', undefined as unknown as string),
        (tx) => tx.getAll('messages', { bounds: { lower: Number.NaN } }),
        (tx) => tx.getAll('messages', { index: 'nonsense' as 'by_request' }),
        (tx) => tx.put('offline_queue', operation(1, chatA)),
      ];
      for (const work of bad) {
        const error = await refused(async (tx) => {
          void tx.put('messages', message(61, chatA, 61));
          await work(tx);
        });
        expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
        const unseen = await refused(async (tx) => {
          void tx.put('messages', message(61, chatA, 61));
          void work(tx);
        });
        expect(unseen).toMatchObject({ code: 'STORAGE_FAILED' });
      }
    });
    test('promises that nobody waits for do not leak when the transaction aborts', async () => {
      const leaked: unknown[] = [];
      const listen = (error: unknown): void => void leaked.push(error);
      process.on('unhandledRejection', listen);
      try {
        await refused(async (tx) => {
          void tx.put('messages', message(61, chatA, 5));
          for (let at = 0; at < 5; at++) {
            void tx.get('messages', uuid(at));
            void tx.getAll('messages', { descending: true, limit: 2 });
            void tx.count('messages');
            void tx.put('messages', message(62 + at, chatA, 62 + at));
          }
          throw new Error('mine');
        });
        await new Promise((resolve) => setTimeout(resolve, 0));
        await new Promise((resolve) => setTimeout(resolve, 0));
      } finally {
        process.off('unhandledRejection', listen);
      }
      expect(leaked).toEqual([]);
    });
    test('a read cannot swallow a failure either', async () => {
      const store = await filled(open);
      const reading = store.read(['messages'], async (tx) => {
        await tx.get('messages', null as unknown as string).catch(() => undefined);
        return 'fine';
      });
      expect(await codeOf(reading)).toBe('STORAGE_FAILED');
    });
    test('a read sees one state from its first request to its last, whatever is written meanwhile', async () => {
      const store = await filled(open);
      const reading = store.read(['messages'], async (tx) => {
        const counts: number[] = [];
        for (let turn = 0; turn < 20; turn++) counts.push(await tx.count('messages'));
        return counts;
      });
      const [counts] = await Promise.all([reading, put(store, message(70, chatA, 70))]);
      expect(new Set(counts)).toEqual(new Set([14]));
      expect(await select(store)).toHaveLength(15);
    });
    test('a failed transaction leaves the store usable', async () => {
      const store = await filled(open);
      expect(await codeOf(put(store, message(61, chatA, 5)))).toBe('STORAGE_FAILED');
      await put(store, message(61, chatA, 61));
      expect(await select(store)).toHaveLength(15);
    });
    test('a transaction that has ended is of no use', async () => {
      const store = await filled(open);
      let kept: WriteTransaction | undefined;
      await store.write(['messages'], 'relaxed', async (tx) => {
        kept = tx;
      });
      expect(await codeOf((kept as WriteTransaction).get('messages', uuid(1)))).toBe('STORAGE_FAILED');
      expect(await codeOf((kept as WriteTransaction).put('messages', message(70, chatA, 70)))).toBe('STORAGE_FAILED');
      expect(await select(store, { bounds: { lower: uuid(70) } })).toEqual([]);
    });
    test('writes take effect in the order of their calls, each seeing the one before; reads in between too', async () => {
      const store = await claimed(open);
      const increment = async (tx: WriteTransaction): Promise<number> => {
        const next = (((await tx.get('ticket_meta', 'n'))?.value as number | undefined) ?? 0) + 1;
        await tx.put('ticket_meta', { key: 'n', value: next });
        return next;
      };
      const read = (): Promise<unknown> => store.read(['ticket_meta'], async (tx) => (await tx.get('ticket_meta', 'n'))?.value);
      const write = (): Promise<number> => store.write(['ticket_meta'], 'relaxed', increment);
      const failing = (): Promise<string> =>
        store
          .write(['ticket_meta'], 'relaxed', async (tx) => {
            await increment(tx);
            throw new Error('mine');
          })
          .catch(() => 'failed');
      const results = await Promise.all([read(), write(), write(), read(), failing(), read(), write(), read(), read()]);
      expect(results).toEqual([undefined, 1, 2, 2, 'failed', 2, 3, 3, 3]);
    });
  });
}

/** Declares the tests of who may write. */
export function fenceContract(open: Open): void {
  describe('fence', () => {
    test('#20 nobody writes without having claimed; reading is free', async () => {
      const store = await open();
      expect(await codeOf(put(store, message(1, chatA, 1)))).toBe('FENCED');
      expect(await select(store)).toEqual([]);
    });
    test('#20 each claim is one generation more, and is stored', async () => {
      const store = await open();
      expect(await store.claimWriter('b1', 5)).toEqual({ generation: 1 });
      expect(await store.claimWriter('b2', 6)).toEqual({ generation: 2 });
      const record = await store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', WRITER_KEY));
      expect(record).toEqual({ key: WRITER_KEY, value: { generation: 2, buildId: 'b2', claimedAt: 6 } });
      await put(store, message(1, chatA, 1));
      expect(await select(store)).toHaveLength(1);
    });
    test('#20 when the record names another writer, nothing of a write is kept: FENCED', async () => {
      const store = await filled(open);
      const usurp = { key: WRITER_KEY, value: { generation: 9, buildId: 'b', claimedAt: 1 } };
      await store.write(['ticket_meta'], 'strict', (tx) => tx.put('ticket_meta', usurp));
      const before = await select(store);
      expect(await codeOf(put(store, message(70, chatA, 70)))).toBe('FENCED');
      expect(await codeOf(store.write([], 'relaxed', async () => undefined))).toBe('FENCED');
      const failing = store.write(['messages'], 'relaxed', async (tx) => {
        await tx.put('messages', message(71, chatA, 71));
        await tx.get('messages', uuid(1));
        throw new Error('mine');
      });
      expect(await codeOf(failing)).toBe('FENCED');
      expect(await select(store)).toEqual(before);
      expect(await store.claimWriter('b', 2)).toEqual({ generation: 10 });
      await put(store, message(70, chatA, 70));
    });
    test('a record of another shape counts as no writer', async () => {
      const store = await claimed(open);
      await store.write(['ticket_meta'], 'strict', (tx) => tx.put('ticket_meta', { key: WRITER_KEY, value: 'nonsense' }));
      expect(await codeOf(put(store, message(1, chatA, 1)))).toBe('FENCED');
      expect(await store.claimWriter('b', 2)).toEqual({ generation: 1 });
    });
  });
}
