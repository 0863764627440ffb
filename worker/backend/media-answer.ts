/**
 * A media file, or the rest of one, from an answer to a request with or without a range.
 *
 * Owns: reading the headers, and a body that cannot stall for ever. Does not know requests.
 */
import type { MediaBody } from '../../protocol/index.ts';
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import type { OpenAnswer } from './http-caller.ts';

/** The media of an answer. Throws `SERVER_FAILED` when a part is not the one that was asked for; `offset` is that part's start. */
export function readMedia({ response, deadline }: OpenAnswer, offset: number): MediaBody {
  const { headers, status } = response;
  const partial = status === 206;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/i.exec(headers.get('content-range') ?? '');
  if (partial && Number(range?.[1]) !== offset) {
    throw new TabcachedError('SERVER_FAILED', 'The answer is another part of the file than was asked for.', { status });
  }
  return {
    body: guardedBody(response.body, deadline),
    offset: partial ? offset : 0,
    totalBytes: partial ? wholeNumber(range?.[2]) : headers.has('content-encoding') ? null : wholeNumber(headers.get('content-length')),
    etag: headers.get('etag'),
    // The digest is that of the coded bytes (RFC 9530, section 3), and the browser hands over decoded ones.
    digest: headers.has('content-encoding') ? null : readDigest(headers.get('repr-digest')),
    mimeType: headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() || 'application/octet-stream',
  };
}

/** Lowercase hex SHA-256 from a `Repr-Digest` header (RFC 9530), or null when it names none. */
export function readDigest(header: string | null): string | null {
  const text = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):/i.exec(header ?? '')?.[1];
  if (!text) return null;
  try {
    const hex = [...atob(text)].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
    return hex.length === 64 ? hex : null;
  } catch {
    return null;
  }
}

/** Only a strong tag proves that the rest of a file belongs to the part that is held. */
export const isStrongTag = (etag: string | null): etag is string => etag !== null && etag.startsWith('"');

function wholeNumber(text: string | null | undefined): number | null {
  return text != null && /^\d+$/.test(text) ? Number(text) : null;
}

/** The body, each part under the deadline while somebody waits for it; it fails with `TIMEOUT`, `CANCELLED` or `OFFLINE`. */
function guardedBody(body: ReadableStream<Uint8Array> | null, deadline: OpenAnswer['deadline']): ReadableStream<Uint8Array> {
  const reader = (body ?? new Blob([]).stream()).getReader();
  deadline.pause();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        deadline.restart();
        try {
          const { done, value } = await deadline.guard(reader.read());
          // A slow reader is not a slow server.
          deadline.pause();
          if (!done) return controller.enqueue(value);
          deadline.end();
          controller.close();
        } catch (thrown) {
          deadline.end();
          reader.cancel().catch(() => undefined);
          controller.error(toTabcachedError(thrown, 'OFFLINE'));
        }
      },
      cancel: (reason) => {
        deadline.end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
