/** How much of the disk files take. Owns: that a body which several files share counts once. Pure. */
import type { CachedMediaMeta } from '../../protocol/index.ts';

const besides = ({ _partial, _thumbnailSize }: CachedMediaMeta): number => (_partial?.size ?? 0) + (_thumbnailSize ?? 0);

/** Bytes that these files take, parts and thumbnails included. */
export function mediaBytes(records: Iterable<CachedMediaMeta>): number {
  const bodies = new Map<string, number>();
  let bytes = 0;
  for (const record of records) {
    bytes += besides(record);
    if (record.localBlobKey !== null) bodies.set(record.localBlobKey, record.fileSize);
  }
  return [...bodies.values()].reduce((sum, size) => sum + size, bytes);
}

/** Bytes that are freed when all files of those chats go: a body that another chat shares stays. */
export function freedBytes(records: readonly CachedMediaMeta[], requestIds: ReadonlySet<string>): number {
  return mediaBytes(records) - mediaBytes(records.filter(({ requestId }) => !requestIds.has(requestId)));
}
