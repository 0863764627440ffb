/**
 * Files as they are durably stored, as the oracle sees them: the part of the mirror that is about media.
 *
 * Owns: that copy, and what a transaction changed of it.
 */
import type { CachedMediaBlob, CachedMediaMeta } from '../../protocol/index.ts';
import type { WriteOp } from './mirror.ts';

/** A record before and after a transaction; undefined: not there. */
export interface Changed<T> {
  readonly before: T | undefined;
  after: T | undefined;
}

/** What a transaction changed. */
export interface MediaChanges {
  readonly records: ReadonlyMap<string, Changed<CachedMediaMeta>>;
  readonly blobs: ReadonlyMap<string, Changed<CachedMediaBlob>>;
}

/** The copy. */
export interface MediaMirror {
  readonly records: Map<string, CachedMediaMeta>;
  readonly blobs: Map<string, CachedMediaBlob>;
  /** Bytes of all blobs, counted. */
  bytes(): number;
  /** Takes over the writes that are about media; null: none is. */
  apply(ops: readonly WriteOp[]): MediaChanges | null;
}

/** Nothing is stored. */
export function createMediaMirror(): MediaMirror {
  const records = new Map<string, CachedMediaMeta>();
  const blobs = new Map<string, CachedMediaBlob>();
  let bytes = 0;

  const change = <T>(held: Map<string, T>, changes: Map<string, Changed<T>>, key: string, after: T | undefined): void => {
    const known = changes.get(key);
    if (known) known.after = after;
    else changes.set(key, { before: held.get(key), after });
    if (after === undefined) held.delete(key);
    else held.set(key, after);
  };

  return {
    records,
    blobs,
    bytes: () => bytes,
    apply: (ops) => {
      if (!ops.some(({ store }) => store === 'media_meta' || store === 'media_blobs')) return null;
      const changes = { records: new Map<string, Changed<CachedMediaMeta>>(), blobs: new Map<string, Changed<CachedMediaBlob>>() };
      for (const op of ops) {
        if (op.kind === 'clear') {
          // Bytes of a time when the folder could not be opened.
          for (const key of op.store === 'media_blobs' ? [...blobs.keys()] : []) {
            bytes -= blobs.get(key)?.data.size ?? 0;
            change(blobs, changes.blobs, key, undefined);
          }
          continue;
        }
        if (op.store === 'media_meta') {
          const record = op.kind === 'put' ? (op.value as CachedMediaMeta) : undefined;
          change(records, changes.records, record ? record.id : (op as { key: string }).key, record);
        } else if (op.store === 'media_blobs') {
          const blob = op.kind === 'put' ? (op.value as CachedMediaBlob) : undefined;
          const key = blob ? blob.key : (op as { key: string }).key;
          bytes += (blob?.data.size ?? 0) - (blobs.get(key)?.data.size ?? 0);
          change(blobs, changes.blobs, key, blob);
        }
      }
      return changes;
    },
  };
}
