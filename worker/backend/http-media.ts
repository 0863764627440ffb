/**
 * Files over HTTP: a request with or without a range, and its answer. Loads with the first file that is asked for.
 *
 * Owns: when a rest is asked for, and that one which cannot be had becomes the whole. Does not know addresses.
 */
import type { MediaBody, MediaRange } from '../../protocol/index.ts';
import { isTabcachedError } from '../../protocol/errors.ts';
import type { HttpCaller } from './http-caller.ts';
import { isStrongTag, readMedia } from './media-answer.ts';

/** Fetches the file at that path, or the rest of it. */
export async function fetchMedia(http: HttpCaller, path: string, { offset, etag }: MediaRange, signal: AbortSignal): Promise<MediaBody> {
  const fetchFrom = async (start: number): Promise<MediaBody> => {
    const range = start > 0 ? { range: `bytes=${start}-`, 'if-range': etag ?? '' } : {};
    const answer = await http.open({ path, headers: { accept: '*/*', ...range } }, signal);
    try {
      return readMedia(answer, start);
    } catch (thrown) {
      answer.deadline.end();
      answer.response.body?.cancel().catch(() => undefined);
      throw thrown;
    }
  };
  if (offset === 0 || !isStrongTag(etag)) return fetchFrom(0);
  try {
    return await fetchFrom(offset);
  } catch (thrown) {
    // The part that is held is longer than the file that is there now.
    if (isTabcachedError(thrown) && thrown.status === 416) return fetchFrom(0);
    throw thrown;
  }
}
