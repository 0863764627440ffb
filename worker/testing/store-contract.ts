/**
 * The contract of the store port, run against every implementation.
 *
 * Owns: what both twins promise alike. What only IndexedDB can do (several connections, versions, durability) is tested beside it.
 */
import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE, TabcachedError, type CachedMessage } from '../../protocol/index.ts';
import { WRITER_KEY } from '../store/fence.ts';
import type { KeyBounds, Selection, Store, StoreName, WriteTransaction } from '../store/store.ts';
import { media, message, operation, uuid } from './store-records.ts';

const chatA = uuid(0xa);
const chatB = uuid(0xb);
const sequencesOf = (rows: readonly CachedMessage[]): number[] => rows.map((row) => row.sequenceNumber);

/** The error's code, or `none`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) => (error instanceof TabcachedError ? error.code : String(error)),
  );
}

/** Declares the contract's tests. `open` gives an empty store that nobody has claimed. */
export function storeContract(kind: Store['kind'], open: () => Promise<Store>): void {
  const claimed = async (): Promise<Store> => {
    const store = await open();
    await store.claimWriter('build', 1);
    return store;
  };
  const filled = async (): Promise<Store> => {
    const store = await claimed();
    await store.write(['messages'], 'relaxed', async (tx) => {
      for (let at = 1; at <= 10; at++) await tx.put('messages', message(at, chatA, at, { _cachedAt: 100 - at }));
      for (let at = 1; at <= 3; at++) await tx.put('messages', message(20 + at, chatB, at * 10));
      await tx.put('messages', message(30, chatA, PROVISIONAL_BASE, { status: 'pending' }));
    });
    return store;
  };
  const select = (store: Store, selection?: Selection<'messages'>): Promise<CachedMessage[]> =>
    store.read(['messages'], (tx) => tx.getAll('messages', selection));
  const put = (store: Store, row: CachedMessage): Promise<void> => store.write(['messages'], 'relaxed', (tx) => tx.put('messages', row));

  describe(`store contract: ${kind}`, () => {
    test('names its kind', async () => {
      expect((await open()).kind).toBe(kind);
    });

    describe('records', () => {
      test('get answers what was put, whole, and undefined for what was not', async () => {
        const store = await filled();
        expect(await store.read(['messages'], (tx) => tx.get('messages', uuid(3)))).toEqual(message(3, chatA, 3, { _cachedAt: 97 }));
        expect(await store.read(['messages'], (tx) => tx.get('messages', 'nobody'))).toBeUndefined();
      });
      test('put replaces the record of its key, and its places in the indexes', async () => {
        const store = await filled();
        await put(store, message(3, chatA, 33));
        const bounds: KeyBounds = { lower: [chatA, 1], upper: [chatA, 100] };
        expect(sequencesOf(await select(store, { index: 'by_request_sequence', bounds }))).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 33]);
      });
      test('delete removes a record and its places in the indexes; one that is not there is no error', async () => {
        const store = await filled();
        await store.write(['messages'], 'relaxed', async (tx) => {
          await tx.delete('messages', uuid(3));
          await tx.delete('messages', 'nobody');
        });
        expect(await store.read(['messages'], (tx) => tx.count('messages', { index: 'by_request', bounds: { lower: chatA, upper: chatA } }))).toBe(10);
        await put(store, message(99, chatA, 3));
      });
      test('clear empties one store and its indexes only', async () => {
        const store = await filled();
        await store.write(['messages', 'offline_queue'], 'relaxed', async (tx) => {
          await tx.put('offline_queue', operation(1, chatA));
          await tx.clear('messages');
        });
        expect(await select(store, { index: 'by_request' })).toEqual([]);
        expect(await store.read(['offline_queue'], (tx) => tx.count('offline_queue'))).toBe(1);
        await put(store, message(99, chatA, 3));
        expect(await select(store)).toHaveLength(1);
      });
      test('changing an object that was put or read changes nothing in the store', async () => {
        const store = await claimed();
        const row = message(1, chatA, 1);
        await put(store, row);
        row.content = 'changed';
        (row.sender as { username: string }).username = 'changed';
        const read = (await select(store))[0] as CachedMessage;
        try {
          (read.sender as { username: string }).username = 'changed';
        } catch {
          // Frozen is as good.
        }
        expect(await select(store)).toEqual([message(1, chatA, 1)]);
      });
    });

    describe('selections', () => {
      const cases: [string, Selection<'messages'>, number[]][] = [
        ['one chat by sequence', { bounds: { lower: [chatA, 0], upper: [chatA, 9] } }, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
        ['open bounds', { bounds: { lower: [chatA, 2], upper: [chatA, 6], lowerOpen: true, upperOpen: true } }, [3, 4, 5]],
        ['one key', { bounds: { lower: [chatA, 4], upper: [chatA, 4] } }, [4]],
        ['limit', { bounds: { lower: [chatA, 3] }, limit: 2 }, [3, 4]],
        ['descending', { bounds: { lower: [chatA, 7], upper: [chatA, 9] }, descending: true }, [9, 8, 7]],
        ['descending with limit', { bounds: { upper: [chatA, 9] }, descending: true, limit: 3 }, [9, 8, 7]],
        ['descending below an open bound', { bounds: { upper: [chatA, 9], upperOpen: true }, descending: true, limit: 2 }, [8, 7]],
        ['limit beyond the end', { bounds: { lower: [chatB, 20] }, limit: 50 }, [20, 30]],
        ['limit 0', { limit: 0 }, []],
        ['limit 0 descending', { limit: 0, descending: true }, []],
        ['lower bound alone', { bounds: { lower: [chatA, 10] } }, [10, PROVISIONAL_BASE, 10, 20, 30]],
        ['upper bound alone', { bounds: { upper: [chatA, 2] } }, [1, 2]],
        ['bounds that cross', { bounds: { lower: [chatA, 5], upper: [chatA, 4] } }, []],
        ['bounds that meet and exclude', { bounds: { lower: [chatA, 5], upper: [chatA, 5], upperOpen: true } }, []],
        ['an absent chat', { bounds: { lower: [uuid(0xc), 0], upper: [uuid(0xc), 9] } }, []],
      ];
      test.each(cases)('%s', async (_name, selection, expected) => {
        const store = await filled();
        const whole = { index: 'by_request_sequence' as const, ...selection };
        expect(sequencesOf(await select(store, whole))).toEqual(expected);
        if (selection.limit === undefined) {
          const { descending: _, ...counted } = whole;
          expect(await store.read(['messages'], (tx) => tx.count('messages', counted))).toBe(expected.length);
        }
      });
      test('without an index, order and bounds follow the primary key', async () => {
        const store = await filled();
        expect((await select(store, { limit: 2 })).map((row) => row.id)).toEqual([uuid(1), uuid(2)]);
        expect((await select(store, { descending: true, limit: 2 })).map((row) => row.id)).toEqual([uuid(30), uuid(23)]);
        expect(await select(store, { bounds: { lower: uuid(9), lowerOpen: true } })).toHaveLength(5);
      });
      test('equal index keys are ordered by primary key, in both directions', async () => {
        const store = await filled();
        const bounds = { lower: chatB, upper: chatB };
        expect((await select(store, { index: 'by_request', bounds })).map((row) => row.id)).toEqual([uuid(21), uuid(22), uuid(23)]);
        const turned = await select(store, { index: 'by_request', bounds, descending: true, limit: 2 });
        expect(turned.map((row) => row.id)).toEqual([uuid(23), uuid(22)]);
      });
      test('a number index orders by number', async () => {
        const store = await filled();
        const rows = await select(store, { index: 'by_cached_at', bounds: { lower: 91, upper: 99 } });
        expect(sequencesOf(rows)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
      });
      test('#14 null is no key: a row is not in an index over null or a missing field', async () => {
        const store = await claimed();
        const { lastAccessedAt: _, ...untouched } = media('m2');
        await store.write(['offline_queue', 'media_meta'], 'relaxed', async (tx) => {
          await tx.put('offline_queue', operation(1, chatA, { nextRetryAt: 7 }));
          await tx.put('offline_queue', operation(2, chatA));
          await tx.put('media_meta', media('m1'));
          await tx.put('media_meta', untouched as ReturnType<typeof media>);
        });
        await store.read(['offline_queue', 'media_meta'], async (tx) => {
          expect((await tx.getAll('offline_queue', { index: 'by_next_retry' })).map((row) => row._order)).toEqual([1]);
          expect(await tx.count('offline_queue', { index: 'by_next_retry' })).toBe(1);
          expect(await tx.count('offline_queue', { index: 'by_status' })).toBe(2);
          expect(await tx.count('media_meta', { index: 'by_last_accessed' })).toBe(1);
        });
        await store.write(['offline_queue'], 'relaxed', (tx) => tx.put('offline_queue', operation(1, chatA)));
        expect(await store.read(['offline_queue'], (tx) => tx.count('offline_queue', { index: 'by_next_retry' }))).toBe(0);
      });
    });

    describe('transactions', () => {
      /** Runs a write that must fail, and checks that the store is as before. */
      const refused = async (work: (tx: WriteTransaction) => Promise<unknown>, stores: StoreName[] = ['messages']): Promise<unknown> => {
        const store = await filled();
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
        const store = await claimed();
        expect(await store.write(['messages'], 'strict', async () => 5)).toBe(5);
        expect(await store.read(['messages'], async () => 6)).toBe(6);
      });
      test('a transaction reads what it wrote', async () => {
        const store = await filled();
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
        await refused(async (tx) => {
          await tx.put('messages', message(60, chatA, 60));
          await tx.clear('messages');
          await tx.put('messages', message(61, chatA, 1));
          await tx.put('messages', message(2, chatA, 2, { content: 'again' }));
          throw new Error('mine');
        });
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
      test('a failed transaction leaves the store usable', async () => {
        const store = await filled();
        expect(await codeOf(put(store, message(61, chatA, 5)))).toBe('STORAGE_FAILED');
        await put(store, message(61, chatA, 61));
        expect(await select(store)).toHaveLength(15);
      });
      test('a transaction that has ended is of no use', async () => {
        const store = await filled();
        let kept: WriteTransaction | undefined;
        await store.write(['messages'], 'relaxed', async (tx) => {
          kept = tx;
        });
        expect(await codeOf((kept as WriteTransaction).get('messages', uuid(1)))).toBe('STORAGE_FAILED');
        expect(await codeOf((kept as WriteTransaction).put('messages', message(70, chatA, 70)))).toBe('STORAGE_FAILED');
        expect(await select(store, { bounds: { lower: uuid(70) } })).toEqual([]);
      });
      test('writes take effect in the order of their calls, each seeing the one before; reads in between too', async () => {
        const store = await claimed();
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
        const store = await filled();
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
        const store = await claimed();
        await store.write(['ticket_meta'], 'strict', (tx) => tx.put('ticket_meta', { key: WRITER_KEY, value: 'nonsense' }));
        expect(await codeOf(put(store, message(1, chatA, 1)))).toBe('FENCED');
        expect(await store.claimWriter('b', 2)).toEqual({ generation: 1 });
      });
    });

    test('close is idempotent; afterwards everything is refused', async () => {
      const store = await filled();
      store.close();
      store.close();
      expect(await codeOf(select(store))).toBe('STORAGE_FAILED');
      expect(await codeOf(put(store, message(70, chatA, 70)))).toBe('STORAGE_FAILED');
      expect(await codeOf(store.claimWriter('b', 1))).toBe('STORAGE_FAILED');
    });
    test('a transaction under way at close finishes', async () => {
      const store = await filled();
      const written = store.write(['messages'], 'relaxed', async (tx) => {
        await tx.put('messages', message(70, chatA, 70));
        return (await tx.getAll('messages')).length;
      });
      store.close();
      expect(await written).toBe(15);
    });
  });
}
