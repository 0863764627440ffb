/**
 * What records of files and records of bytes say of each other at the start, and putting it right.
 *
 * Owns: finding bytes without a record, records without bytes, and wrong counters. Only a browser that lost data, or somebody who changed the
 * database by hand, leaves such; a kill leaves at most the parts of a file that is complete.
 */
import type { CachedMediaBlob } from '../../protocol/index.ts';
import type { ReadTransaction, Store, WriteTransaction } from '../store/store.ts';
import { readBlobKey } from './blob-keys.ts';
import { bodiless, correctCounters, countRecords, recordStores, setMediaCounters, unpictured, withPartial } from './media-records.ts';
import type { MediaReconciled, MediaRecord, MediaRecount } from './media-store.ts';

/** Records of bytes read at once. */
const SLICE = 200;

/** Key, size and owners of every stored blob; the bytes themselves are not kept. */
type Stored = Pick<CachedMediaBlob, 'key' | 'size' | '_refs'>;

async function storedBlobs(tx: ReadTransaction): Promise<Stored[]> {
  const all: Stored[] = [];
  for (let lower: string | null = ''; lower !== null; ) {
    const slice: CachedMediaBlob[] = await tx.getAll('media_blobs', { limit: SLICE, bounds: { lower, lowerOpen: true } });
    for (const { key, data, _refs } of slice) all.push({ key, size: data.size, ...(_refs ? { _refs } : {}) });
    lower = slice.length < SLICE ? null : (slice.at(-1)?.key ?? null);
  }
  return all;
}

const sizeOf = (blobs: readonly Stored[]): number => blobs.reduce((sum, blob) => sum + blob.size, 0);

/** Counts what is stored. The transaction needs `media_meta` and `media_blobs`. */
export async function recountBlobs(tx: ReadTransaction): Promise<MediaRecount> {
  const [records, blobs] = await Promise.all([tx.getAll('media_meta'), storedBlobs(tx)]);
  return { ...countRecords(records), mediaSize: sizeOf(blobs) };
}

/** What has to change. */
interface Repairs {
  readonly records: readonly MediaRecord[];
  readonly orphans: readonly Stored[];
  readonly refs: ReadonlyMap<string, readonly string[]>;
  readonly missing: number;
  /** What there is to count when the records are changed and the orphans are not deleted yet. */
  readonly counted: MediaRecount;
}

/** Compares records and blobs. Pure. */
function compare(records: readonly MediaRecord[], blobs: readonly Stored[]): Repairs {
  const keys = new Set(blobs.map((blob) => blob.key));
  const parts = new Map<string, number>();
  for (const blob of blobs) {
    const key = readBlobKey(blob.key);
    // Parts follow each other; one behind a hole is of no use.
    if (key.kind === 'part' && key.offset === (parts.get(key.id) ?? 0)) parts.set(key.id, key.offset + blob.size);
  }
  const changed: MediaRecord[] = [];
  let missing = 0;
  const next = records.map((record) => {
    let after = record;
    if (after.localBlobKey !== null && !keys.has(after.localBlobKey)) after = bodiless(after);
    if (after.thumbnailBlobKey !== null && !keys.has(after.thumbnailBlobKey)) after = unpictured(after);
    if (after !== record) missing += 1;
    if (after._partial && (after.localBlobKey !== null || parts.get(after.id) !== after._partial.size)) after = withPartial(after, 0, '');
    if (after.downloadStatus === 'downloading') after = { ...after, downloadStatus: 'pending' };
    if (after !== record) changed.push(after);
    return after;
  });
  const byId = new Map(next.map((record) => [record.id, record]));
  const owners = new Map<string, string[]>();
  for (const { id, localBlobKey } of next) if (localBlobKey !== null) owners.set(localBlobKey, [...(owners.get(localBlobKey) ?? []), id]);
  const isKnown = ({ key }: Stored): boolean => {
    const read = readBlobKey(key);
    if (read.kind === 'body') return owners.has(key);
    if (read.kind === 'thumb') return byId.get(read.id)?.thumbnailBlobKey === key;
    return read.offset < (byId.get(read.id)?._partial?.size ?? 0);
  };
  const refs = new Map<string, readonly string[]>();
  for (const { key, _refs = [] } of blobs) {
    const right = owners.get(key) ?? [];
    if (right.length > 0 && (right.length !== _refs.length || right.some((id) => !_refs.includes(id)))) refs.set(key, right);
  }
  return { records: changed, orphans: blobs.filter((blob) => !isKnown(blob)), refs, missing, counted: { ...countRecords(next), mediaSize: sizeOf(blobs) } };
}

/** Puts everything right; nothing else may write files meanwhile. One blob in each transaction, so that none is long; counters go with it (D-2). */
export async function reconcileBlobs(store: Store, now: number): Promise<MediaReconciled> {
  const write = <T>(work: (tx: WriteTransaction) => Promise<T>): Promise<T> => store.write([...recordStores, 'media_blobs'], 'relaxed', work);
  const { records, orphans, refs, missing, counted } = await store.read(['media_meta', 'media_blobs'], async (tx) => compare(await tx.getAll('media_meta'), await storedBlobs(tx)));
  const countersWrong = await write((tx) => {
    for (const record of records) void tx.put('media_meta', record);
    return correctCounters(tx, counted, now);
  });
  let { mediaSize } = counted;
  for (const { key, size } of orphans) {
    mediaSize -= size;
    const left = mediaSize;
    await write((tx) => {
      void tx.delete('media_blobs', key);
      return setMediaCounters(tx, left, counted.mediaCount, now);
    });
  }
  for (const [key, ids] of refs) {
    await write(async (tx) => {
      const blob = await tx.get('media_blobs', key);
      if (blob) await tx.put('media_blobs', { ...blob, _refs: [...ids] });
    });
  }
  return { missing, orphans: orphans.length, countersWrong, left: 0 };
}
