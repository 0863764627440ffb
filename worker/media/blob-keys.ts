/**
 * Keys of `media_blobs`: a body's is its digest; thumbnails and parts are named after their file.
 *
 * Owns: that no two ever meet, whatever files are called: a name stands behind its own length.
 */

const named = (kind: 'thumb' | 'part', id: string): string => `${kind}:${id.length}:${id}`;

/** Key of a file's thumbnail. */
export const thumbnailKey = (id: string): string => named('thumb', id);

/** Key of the part of a file that begins at that byte. */
export const partKey = (id: string, offset: number): string => `${named('part', id)}:${`${offset}`.padStart(16, '0')}`;

/** Bounds of the keys of a file's parts, in the order of their offsets. */
export const partBounds = (id: string): { readonly lower: string; readonly upper: string } => ({ lower: partKey(id, 0), upper: partKey(id, Number.MAX_SAFE_INTEGER) });

/** What a key stands for. */
export type BlobKey = { readonly kind: 'body' } | { readonly kind: 'thumb' | 'part'; readonly id: string; readonly offset: number };

/** Reads a key. */
export function readBlobKey(key: string): BlobKey {
  const [, kind, length, rest = ''] = /^(thumb|part):(\d+):(.*)$/s.exec(key) ?? [];
  if (kind === undefined) return { kind: 'body' };
  return { kind: kind as 'thumb' | 'part', id: rest.slice(0, Number(length)), offset: Number(rest.slice(Number(length) + 1)) };
}
