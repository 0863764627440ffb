/**
 * Files of a chat: stored whole in the database, served in parts.
 *
 * Owns: digest, ETag and the single range of a request. Files never run as pages: types outside the list of pictures are downloads.
 */
import { createHash } from 'node:crypto';
import { requestFor } from './access.ts';
import type { Database } from './database.ts';
import type { Person } from './people.ts';
import { Problem } from './problem.ts';

/** Largest file. */
export const MEDIA_MAX_BYTES = 25 * 1024 * 1024;

const PICTURES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** Is a file of that type a picture that a browser may show? SVG can run scripts and is none. */
export const isPicture = (mimeType: string): boolean => PICTURES.has(mimeType);

/** Stores a file; the same name again replaces it. */
export async function putMedia(database: Database, person: Person, requestId: string, filename: string, bytes: Uint8Array, mimeType: string): Promise<{ size: number; digest: string }> {
  await requestFor(database, person, requestId);
  const digest = createHash('sha256').update(bytes).digest('base64');
  await database.query(
    `insert into media (request_id, filename, bytes, size, mime_type, digest) values ($1, $2, $3, $4, $5, $6)
     on conflict (request_id, filename) do update set bytes = excluded.bytes, size = excluded.size, mime_type = excluded.mime_type, digest = excluded.digest`,
    [requestId, filename, Buffer.from(bytes), bytes.byteLength, mimeType, digest],
  );
  return { size: bytes.byteLength, digest };
}

interface MediaRow {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly mime_type: string;
  readonly digest: string;
}

/** First and last byte of a `Range` header, null for none or one that is ignored (several ranges, another unit). */
export function parseRange(header: string | undefined, size: number): { readonly start: number; readonly end: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  // The wrong way round is no range at all, unlike one beyond the end.
  if (match[1] !== '' && match[2] !== '' && Number(match[2]) < Number(match[1])) return null;
  const suffix = match[1] === '';
  const start = suffix ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = suffix || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start >= size || end < start) throw new Problem('range-not-satisfiable', undefined, { 'content-range': `bytes */${size}` });
  return { start, end };
}

/** A file, or the part of it that was asked for. */
export async function getMedia(database: Database, person: Person, requestId: string, filename: string, headers: { range?: string | undefined; ifRange?: string | undefined }): Promise<Response> {
  await requestFor(database, person, requestId);
  const [row] = await database.query<MediaRow>('select bytes, size, mime_type, digest from media where request_id = $1 and filename = $2', [requestId, filename]);
  if (!row) throw new Problem('not-found', 'There is no such file.');
  const etag = `"${row.digest}"`;
  const same = headers.ifRange === undefined || headers.ifRange === etag;
  const range = same ? parseRange(headers.range, row.size) : null;
  const body = range ? row.bytes.subarray(range.start, range.end + 1) : row.bytes;
  return new Response(new Uint8Array(body), {
    status: range ? 206 : 200,
    headers: {
      'content-type': row.mime_type,
      'content-length': `${body.byteLength}`,
      'accept-ranges': 'bytes',
      etag,
      'repr-digest': `sha-256=:${row.digest}:`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, no-cache',
      'content-disposition': isPicture(row.mime_type) ? 'inline' : 'attachment',
      ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${row.size}` } : {}),
    },
  });
}
