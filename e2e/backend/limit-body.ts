/**
 * Limits of bodies.
 *
 * Owns: that a body which is too large is still received before it is refused. Left unread, it would make the HTTP server cut the
 * connection half a second later, under whatever request its client had sent next.
 */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem, problemResponse } from './problem.ts';

/** Received and thrown away at most; a client that sends more than this loses its connection. */
const DISCARD_MAX_BYTES = 64 * 1024 * 1024;

async function discard(body: Request['body']): Promise<void> {
  // Locked: of a body without a length, the limit has read as much as it allows; the rest is not wanted.
  if (body === null || body.locked) return;
  const reader = body.getReader();
  for (let bytes = 0; bytes <= DISCARD_MAX_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return;
    bytes += (value as Uint8Array).byteLength;
  }
}

/** Refuses bodies of more than that many bytes with `payload-too-large`. */
export const limitBody = (maxSize: number): MiddlewareHandler =>
  bodyLimit({
    maxSize,
    onError: async (context) => {
      // Whoever goes away while sending has no use for an answer.
      await discard(context.req.raw.body).catch(() => undefined);
      return problemResponse(new Problem('payload-too-large'));
    },
  });
