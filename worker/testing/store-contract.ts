/**
 * The contract of the store port, run against every implementation.
 *
 * Owns: what both twins promise alike. What only IndexedDB can do (several connections, versions, durability) is tested beside it.
 */
import { describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE, type CachedMessage, type ChatSyncState } from '../../protocol/index.ts';
import { emptyChat } from '../store/empty-records.ts';
import type { KeyBounds, Selection, Store } from '../store/store.ts';
import { chatA, chatB, claimed, codeOf, filled, put, select, type Open } from './store-contract-fixture.ts';
import { fenceContract, transactionContract } from './store-contract-transactions.ts';
import { media, message, operation, uuid } from './store-records.ts';

const sequencesOf = (rows: readonly CachedMessage[]): number[] => rows.map((row) => row.sequenceNumber);

/** Declares the contract's tests. `open` gives an empty store that nobody has claimed. */
export function storeContract(kind: Store['kind'], open: Open): void {
  describe(`store contract: ${kind}`, () => {
    test('names its kind', async () => {
      expect((await open()).kind).toBe(kind);
    });

    describe('records', () => {
      test('get answers what was put, whole, and undefined for what was not', async () => {
        const store = await filled(open);
        expect(await store.read(['messages'], (tx) => tx.get('messages', uuid(3)))).toEqual(message(3, chatA, 3, { _cachedAt: 97 }));
        expect(await store.read(['messages'], (tx) => tx.get('messages', 'nobody'))).toBeUndefined();
      });
      test('put replaces the record of its key, and its places in the indexes', async () => {
        const store = await filled(open);
        await put(store, message(3, chatA, 33));
        const bounds: KeyBounds = { lower: [chatA, 1], upper: [chatA, 100] };
        expect(sequencesOf(await select(store, { index: 'by_request_sequence', bounds }))).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 33]);
      });
      test('delete removes a record and its places in the indexes; one that is not there is no error', async () => {
        const store = await filled(open);
        await store.write(['messages'], 'relaxed', async (tx) => {
          await tx.delete('messages', uuid(3));
          await tx.delete('messages', 'nobody');
        });
        const ofChat = { index: 'by_request' as const, bounds: { lower: chatA, upper: chatA } };
        expect(await store.read(['messages'], (tx) => tx.count('messages', ofChat))).toBe(10);
        await put(store, message(99, chatA, 3));
      });
      test('clear empties one store and its indexes only', async () => {
        const store = await filled(open);
        await store.write(['messages', 'offline_queue'], 'relaxed', async (tx) => {
          await tx.put('offline_queue', operation(1, chatA));
          await tx.clear('messages');
        });
        expect(await select(store, { index: 'by_request' })).toEqual([]);
        expect(await store.read(['offline_queue'], (tx) => tx.count('offline_queue'))).toBe(1);
        await put(store, message(99, chatA, 3));
        expect(await select(store)).toHaveLength(1);
      });
      test('changing an object that was put or read, at any depth, changes nothing in the store', async () => {
        const store = await claimed(open);
        const gap = { startSeq: 2, endSeq: 3, detectedAt: 1 };
        const expected = { ...emptyChat(chatA, 1), knownGaps: [{ ...gap }] };
        const put = { ...emptyChat(chatA, 1), knownGaps: [gap] };
        await store.write(['chat_meta'], 'relaxed', (tx) => tx.put('chat_meta', put));
        const read = (): Promise<ChatSyncState | undefined> => store.read(['chat_meta'], (tx) => tx.get('chat_meta', chatA));
        const spoil = (meta: ChatSyncState): void => {
          const changes = [() => (meta.unreadCount = 9), () => ((meta.knownGaps[0] ?? gap).endSeq = 9), () => meta.knownGaps.push(gap)];
          for (const apply of changes) {
            try {
              apply();
            } catch {
              // Frozen is as good.
            }
          }
        };
        spoil(put);
        expect(await read()).toEqual(expected);
        spoil((await read()) as ChatSyncState);
        expect(await read()).toEqual(expected);
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
        const store = await filled(open);
        const whole = { index: 'by_request_sequence' as const, ...selection };
        expect(sequencesOf(await select(store, whole))).toEqual(expected);
        if (selection.limit === undefined) {
          const { descending: _, ...counted } = whole;
          expect(await store.read(['messages'], (tx) => tx.count('messages', counted))).toBe(expected.length);
        }
      });
      test('without an index, order and bounds follow the primary key', async () => {
        const store = await filled(open);
        expect((await select(store, { limit: 2 })).map((row) => row.id)).toEqual([uuid(1), uuid(2)]);
        expect((await select(store, { descending: true, limit: 2 })).map((row) => row.id)).toEqual([uuid(30), uuid(23)]);
        expect(await select(store, { bounds: { lower: uuid(9), lowerOpen: true } })).toHaveLength(5);
      });
      test('equal index keys are ordered by primary key, in both directions', async () => {
        const store = await filled(open);
        const bounds = { lower: chatB, upper: chatB };
        expect((await select(store, { index: 'by_request', bounds })).map((row) => row.id)).toEqual([uuid(21), uuid(22), uuid(23)]);
        const turned = await select(store, { index: 'by_request', bounds, descending: true, limit: 2 });
        expect(turned.map((row) => row.id)).toEqual([uuid(23), uuid(22)]);
      });
      test('a number index orders by number', async () => {
        const store = await filled(open);
        const rows = await select(store, { index: 'by_cached_at', bounds: { lower: 91, upper: 99 } });
        expect(sequencesOf(rows)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
      });
      test('#14 null is no key: a row is not in an index over null or a missing field', async () => {
        const store = await claimed(open);
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

    transactionContract(open);
    fenceContract(open);

    test('close is idempotent; afterwards everything is refused', async () => {
      const store = await filled(open);
      store.close();
      store.close();
      expect(await codeOf(select(store))).toBe('STORAGE_FAILED');
      expect(await codeOf(put(store, message(70, chatA, 70)))).toBe('STORAGE_FAILED');
      expect(await codeOf(store.claimWriter('b', 1))).toBe('STORAGE_FAILED');
    });
    test('a transaction under way at close finishes', async () => {
      const store = await filled(open);
      const written = store.write(['messages'], 'relaxed', async (tx) => {
        await tx.put('messages', message(70, chatA, 70));
        return (await tx.getAll('messages')).length;
      });
      store.close();
      expect(await written).toBe(15);
    });
  });
}
