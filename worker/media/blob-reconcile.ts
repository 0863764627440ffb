/**
 * What records of files and records of bytes say of each other at the start, and putting it right.
 *
 * Owns: finding bytes without a record, records without bytes, and wrong counters. Only a browser that lost data, or somebody who changed the
 * database by hand, leaves such; a kill leaves at most the parts of a file that is complete.
 */
import type { CachedMediaBlob } from '../../protocol/index.ts';
import type { ReadTransaction, Store, WriteTransaction } from '../store/store.ts';
import { readBlobKey } from './blob-keys.ts';
import { bodiless, correctCounters, countRecords, unpictured, withPartial } from './media-records.ts';
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
  readonly orphans: readonly string[];
  readonly refs: ReadonlyMap<string, readonly string[]>;
  readonly missing: number;
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
  return { records: changed, orphans: blobs.filter((blob) => !isKnown(blob)).map((blob) => blob.key), refs, missing };
}

/** Puts everything right; nothing else may write meanwhile. One blob in each transaction, so that none is long. */
export async function reconcileBlobs(store: Store, now: number): Promise<MediaReconciled> {
  const write = (work: (tx: WriteTransaction) => Promise<void>): Promise<void> => store.write(['media_meta', 'media_blobs'], 'relaxed', work);
  const { records, orphans, refs, missing } = await store.read(['media_meta', 'media_blobs'], async (tx) => compare(await tx.getAll('media_meta'), await storedBlobs(tx)));
  if (records.length > 0) {
    await write(async (tx) => {
      for (const record of records) void tx.put('media_meta', record);
    });
  }
  for (const key of orphans) await write((tx) => tx.delete('media_blobs', key));
  for (const [key, ids] of refs) {
    await write(async (tx) => {
      const blob = await tx.get('media_blobs', key);
      if (blob) await tx.put('media_blobs', { ...blob, _refs: [...ids] });
    });
  }
  const counted = await store.read(['media_meta', 'media_blobs'], recountBlobs);
  const countersWrong = await store.write(['chat_meta', 'cache_stats'], 'relaxed', (tx) => correctCounters(tx, counted, now));
  return { missing, orphans: orphans.length, countersWrong };
}
