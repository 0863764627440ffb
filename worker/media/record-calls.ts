/** The calls of the media store that concern records alone; the same in both twins. */
import type { Store } from '../store/store.ts';
import type { Clock } from '../env.ts';
import { listRecords, noted, recordStores, writeRecord } from './media-records.ts';
import type { MediaStore } from './media-store.ts';

/** Makes them, over the database that holds the records. */
export function recordCalls(store: Store, clock: Clock): Pick<MediaStore, 'get' | 'list' | 'add' | 'note' | 'size'> {
  return {
    get: (id) => store.read(['media_meta'], (tx) => tx.get('media_meta', id)),
    list: (requestId) => store.read(['media_meta'], (tx) => listRecords(tx, requestId)),
    add: (record) =>
      store.write(['media_meta'], 'relaxed', async (tx) => {
        const held = await tx.get('media_meta', record.id);
        if (!held) await tx.put('media_meta', record);
        return held ?? record;
      }),
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
