/**
 * Stored media in the database: bodies, thumbnails and parts as records of `media_blobs`. Twin of the file layout.
 *
 * Owns: which transaction holds what: one blob put or delete each, with its record and counters. Putting right what is found at the start
 * is in `blob-reconcile.ts`.
 */
import type { CachedMediaBlob } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import type { Clock } from '../env.ts';
import type { Store, StoreName, WriteTransaction } from '../store/store.ts';
import { partBounds, partKey, thumbnailKey } from './blob-keys.ts';
import { reconcileBlobs, recountBlobs } from './blob-reconcile.ts';
import { bodiless, completed, isHeld, recordStores, unpictured, withPartial, writeRecord } from './media-records.ts';
import type { MediaRecord, MediaStore } from './media-store.ts';
import { recordCalls } from './record-calls.ts';

const blobStores: readonly StoreName[] = [...recordStores, 'media_blobs'];

/** The media store over a database; IndexedDB or, where that is refused, memory. `onLeft`: bytes that nobody needs could not be deleted. */
export function createBlobMediaStore(store: Store, clock: Clock, onLeft: () => void = () => undefined): MediaStore {
  const write = <T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T> => store.write(blobStores, 'relaxed', work);
  const calls = recordCalls(store, clock);
  const { get } = calls;
  const partsOf = (id: string): Promise<CachedMediaBlob[]> => store.read(['media_blobs'], (tx) => tx.getAll('media_blobs', { bounds: partBounds(id) }));
  const blob = (key: string, data: Blob, mimeType: string): CachedMediaBlob => ({
    key,
    data,
    size: data.size,
    mimeType,
    createdAt: clock.now(),
    lastAccessedAt: clock.now(),
  });

  /** From the end backwards, so that what is left after a kill is still a beginning. */
  const discardPartial = async (id: string): Promise<number> => {
    let freed = 0;
    for (const part of (await partsOf(id)).toReversed()) {
      await write(async (tx) => {
        const before = await tx.get('media_meta', id);
        void tx.delete('media_blobs', part.key);
        if (before) {
          const left = (before._partial?.size ?? 0) - part.size;
          await writeRecord(tx, { before, after: withPartial(before, Math.max(0, left), before._partial?.etag ?? ''), storedBytes: -part.size, now: clock.now() });
        }
      });
      freed += part.size;
    }
    return freed;
  };

  /** One file less that is this body. Answers the bytes freed. */
  const letGo = async (tx: WriteTransaction, record: MediaRecord): Promise<number> => {
    if (!isHeld(record)) return 0;
    const held = await tx.get('media_blobs', record.localBlobKey as string);
    if (!held) return 0;
    const refs = (held._refs ?? []).filter((ref) => ref !== record.id);
    if (refs.length > 0) {
      void tx.put('media_blobs', { ...held, _refs: refs });
      return 0;
    }
    void tx.delete('media_blobs', held.key);
    return held.size;
  };

  /** The body is gone behind our back: every file that was it is a miss, and it counts no more. */
  const miss = async (key: string): Promise<void> => {
    await write(async (tx) => {
      const records = (await tx.getAll('media_meta')).filter((record) => record.localBlobKey === key);
      if (await tx.get('media_blobs', key)) return;
      let lost = records[0]?.fileSize ?? 0;
      for (const before of records) {
        await writeRecord(tx, { before, after: bodiless(before), storedBytes: -lost, now: clock.now() });
        lost = 0;
      }
    });
  };

  const missThumbnail = (id: string): Promise<void> =>
    write(async (tx) => {
      const before = await tx.get('media_meta', id);
      if (before) await writeRecord(tx, { before, after: unpictured(before), storedBytes: -(before._thumbnailSize ?? 0), now: clock.now() });
    });

  /** Answers the bytes freed. */
  const discardThumbnail = (id: string): Promise<number> =>
    write(async (tx) => {
      const before = await tx.get('media_meta', id);
      if (!before || before.thumbnailBlobKey === null) return 0;
      const freed = before._thumbnailSize ?? 0;
      void tx.delete('media_blobs', before.thumbnailBlobKey);
      await writeRecord(tx, { before, after: unpictured(before), storedBytes: -freed, now: clock.now() });
      return freed;
    });

  return {
    kind: 'indexeddb',
    ...calls,

    append: (id, offset, bytes, etag) =>
      write(async (tx) => {
        const before = await tx.get('media_meta', id);
        const size = before?._partial?.size ?? 0;
        if (!before || size !== offset || (before._partial && before._partial.etag !== etag)) {
          throw new TabcachedError('INVALID', `${bytes.size} bytes at ${offset} do not follow the ${size} that are held.`);
        }
        void tx.put('media_blobs', blob(partKey(id, offset), bytes, before.mimeType));
        const after = withPartial(before, size + bytes.size, etag);
        await writeRecord(tx, { before, after, storedBytes: bytes.size, now: clock.now() });
        return after;
      }),
    readPartial: async (id) => {
      const [record, parts] = await Promise.all([get(id), partsOf(id)]);
      const size = parts.reduce((sum, part) => sum + part.data.size, 0);
      return record?._partial && size === record._partial.size ? new Blob(parts.map((part) => part.data)) : null;
    },
    discardPartial: async (id) => void (await discardPartial(id)),

    publish: async (id, body, now) => {
      let parts: readonly CachedMediaBlob[] = [];
      const published = await write(async (tx) => {
        const [before, held, found] = await Promise.all([tx.get('media_meta', id), tx.get('media_blobs', body.digest), tx.getAll('media_blobs', { bounds: partBounds(id) })]);
        if (!before) return undefined;
        parts = found;
        const data = new Blob([...parts.map((part) => part.data), body.rest], { type: body.mimeType });
        if (data.size !== body.size) throw new TabcachedError('INVALID', `A body of ${body.size} bytes was announced, ${data.size} are there.`);
        const freed = before.localBlobKey === body.digest ? 0 : await letGo(tx, before);
        const refs = new Set(held?._refs).add(id);
        void tx.put('media_blobs', { ...(held ?? blob(body.digest, data, body.mimeType)), _refs: [...refs] });
        const after = completed(before, body, body.digest, now);
        await writeRecord(tx, { before, after, storedBytes: (held ? 0 : body.size) - freed, now });
        return after;
      });
      if (!published || parts.length === 0) return published;
      // The body is visible: parts that cannot be deleted now go when all is put right.
      return discardPartial(id).then(
        () => withPartial(published, 0, ''),
        () => {
          onLeft();
          return published;
        },
      );
    },
    putThumbnail: (id, thumbnail) =>
      write(async (tx) => {
        const before = await tx.get('media_meta', id);
        if (!before) return undefined;
        const after = { ...before, thumbnailBlobKey: thumbnailKey(id), _thumbnailSize: thumbnail.size };
        void tx.put('media_blobs', blob(after.thumbnailBlobKey, thumbnail, thumbnail.type));
        await writeRecord(tx, { before, after, storedBytes: thumbnail.size - (before._thumbnailSize ?? 0), now: clock.now() });
        return after;
      }),
    read: async (id, what) => {
      const { record, key, held } = await store.read(['media_meta', 'media_blobs'], async (tx) => {
        const known = await tx.get('media_meta', id);
        const at = what === 'body' ? known?.localBlobKey : known?.thumbnailBlobKey;
        return { record: known, key: at, held: at == null ? undefined : await tx.get('media_blobs', at) };
      });
      if (!record || key == null) return null;
      if (!held) await (what === 'body' ? miss(key) : missThumbnail(id));
      if (!held) return null;
      const type = what === 'body' ? record.mimeType : held.mimeType;
      return held.data.type === type ? held.data : held.data.slice(0, held.data.size, type);
    },

    evict: async (id, mayGo = () => true) => {
      // Most files are a body alone: one transaction.
      const { known, bytes } = await write(async (tx) => {
        const before = await tx.get('media_meta', id);
        if (!before || !mayGo(before)) return { known: undefined, bytes: 0 };
        if (!isHeld(before)) return { known: before, bytes: 0 };
        const gone = await letGo(tx, before);
        await writeRecord(tx, { before, after: bodiless(before), storedBytes: -gone, now: clock.now() });
        return { known: before, bytes: gone };
      });
      const parts = known?._partial ? await discardPartial(id) : 0;
      return bytes + parts + (known && known.thumbnailBlobKey !== null ? await discardThumbnail(id) : 0);
    },
    remove: async (id) => {
      const freed = (await discardPartial(id)) + (await discardThumbnail(id));
      const bytes = await write(async (tx) => {
        const before = await tx.get('media_meta', id);
        if (!before) return 0;
        const gone = await letGo(tx, before);
        await writeRecord(tx, { before, after: undefined, storedBytes: -gone, now: clock.now() });
        return gone;
      });
      return freed + bytes;
    },

    recount: () => store.read(['media_meta', 'media_blobs'], recountBlobs),
    reconcile: () => reconcileBlobs(store, clock.now()),
    close: () => undefined,
  };
}
