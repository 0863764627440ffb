/** The calls of the media store that concern records alone; the same in both twins. */
import type { Store } from '../store/store.ts';
import type { Clock } from '../env.ts';
import { listRecords, noted, recordStores, writeRecord } from './media-records.ts';
import type { MediaRecord, MediaStore } from './media-store.ts';

/** Adds records. Those that come while a transaction is under way share the next one: a page that comes into view asks for many files at once. */
function addingTogether(store: Store): MediaStore['add'] {
  type Waiting = { readonly record: MediaRecord; readonly resolve: (added: MediaRecord) => void; readonly reject: (thrown: unknown) => void };
  let waiting: Waiting[] = [];
  let isWriting = false;
  const write = async (): Promise<void> => {
    isWriting = true;
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      try {
        const added = await store.write(['media_meta'], 'relaxed', async (tx) => {
          const found = await Promise.all(now.map(({ record }) => tx.get('media_meta', record.id)));
          const held = new Map(found.filter((record) => record !== undefined).map((record) => [record.id, record]));
          return now.map(({ record }) => {
            if (!held.has(record.id)) void tx.put('media_meta', record);
            // The first of two wins, also within one transaction.
            return held.get(record.id) ?? (held.set(record.id, record), record);
          });
        });
        now.forEach(({ resolve }, at) => resolve(added[at] as MediaRecord));
      } catch (thrown) {
        for (const { reject } of now) reject(thrown);
      }
    }
    isWriting = false;
  };
  return (record) =>
    new Promise((resolve, reject) => {
      waiting.push({ record, resolve, reject });
      if (!isWriting) void write();
    });
}

/** Makes them, over the database that holds the records. */
export function recordCalls(store: Store, clock: Clock): Pick<MediaStore, 'get' | 'list' | 'add' | 'note' | 'size'> {
  return {
    get: (id) => store.read(['media_meta'], (tx) => tx.get('media_meta', id)),
    list: (requestId) => store.read(['media_meta'], (tx) => listRecords(tx, requestId)),
    add: addingTogether(store),
    note: (id, notes) =>
      store.write(recordStores, 'relaxed', async (tx) => {
        const before = await tx.get('media_meta', id);
        if (!before) return undefined;
        const after = noted(before, notes);
        await writeRecord(tx, { before, after, storedBytes: 0, now: clock.now() });
        return after;
      }),
    size: async () => (await store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats')))?.mediaSize ?? 0,
  };
}
