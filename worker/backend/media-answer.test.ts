import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Backend, MediaBody } from '../../protocol/index.ts';
import { BASE_URL, fakeBackendWorld, problemAnswer, type FakeBackendWorld } from '../testing/fake-network.ts';
import { createHttpBackend } from './http-backend.ts';
import { ANSWER_WITHIN_MS } from './http-caller.ts';
import { readDigest } from './media-answer.ts';

const CHAT = '5f0a7c1e-6a55-4c2e-9d0e-0123456789ab';
const options = () => ({ signal: new AbortController().signal });
const text = (media: MediaBody): Promise<string> => new Response(media.body as BodyInit).text();
const digestOf = (content: string, encoding: 'hex' | 'base64'): string => createHash('sha256').update(content).digest(encoding);

function start(): FakeBackendWorld & { readonly media: NonNullable<Backend['media']> } {
  const world = fakeBackendWorld();
  return { ...world, media: createHttpBackend(world.env).media as NonNullable<Backend['media']> };
}

describe('media', () => {
  test('a file from its start, with what its headers tell', async () => {
    const { media, answer, requests, time } = start();
    answer(
      () =>
        new Response('whole file', {
          headers: { etag: '"v1"', 'content-length': '10', 'content-type': 'Image/PNG; x=y', 'repr-digest': `sha-256=:${digestOf('whole file', 'base64')}:` },
        }),
    );
    const body = await media(CHAT, 'Ä scan #1.png', { offset: 0, etag: '"v1"' }, options());
    expect(body).toMatchObject({ offset: 0, totalBytes: 10, etag: '"v1"', mimeType: 'image/png', digest: digestOf('whole file', 'hex') });
    await expect(text(body)).resolves.toBe('whole file');
    expect(requests[0]?.url).toBe(`${BASE_URL}/chat/media/${CHAT}/%C3%84%20scan%20%231.png`);
    expect(requests[0]?.headers.has('range')).toBe(false);
    expect(time.nextAt()).toBeNull();
  });

  test('#73 the rest of a file, if it is still the same', async () => {
    const { media, answer, requests } = start();
    answer(() => new Response('file', { status: 206, headers: { etag: '"v1"', 'content-range': 'bytes 6-9/10', 'content-length': '4' } }));
    const body = await media(CHAT, 'scan.png', { offset: 6, etag: '"v1"' }, options());
    expect(body).toMatchObject({ offset: 6, totalBytes: 10 });
    await expect(text(body)).resolves.toBe('file');
    expect(requests[0]?.headers.get('range')).toBe('bytes=6-');
    expect(requests[0]?.headers.get('if-range')).toBe('"v1"');
  });

  test('#73 a server that answers with the whole file says so by its offset', async () => {
    const { media, answer } = start();
    answer(() => new Response('another file', { headers: { etag: '"v2"' } }));
    await expect(media(CHAT, 'scan.png', { offset: 6, etag: '"v1"' }, options())).resolves.toMatchObject({ offset: 0, etag: '"v2"' });
  });

  test('#73 416 begins again, once', async () => {
    const { media, answer, requests } = start();
    answer(({ headers }) => (headers.has('range') ? problemAnswer(416) : new Response('short')));
    await expect(media(CHAT, 'scan.png', { offset: 6, etag: '"v1"' }, options())).resolves.toMatchObject({ offset: 0 });
    expect(requests).toHaveLength(2);
    answer(() => problemAnswer(416));
    await expect(media(CHAT, 'scan.png', { offset: 6, etag: '"v1"' }, options())).rejects.toMatchObject({ code: 'REJECTED' });
    expect(requests).toHaveLength(4);
  });

  test.each([null, 'W/"v1"'])('#73 without a strong tag (%s) no rest is asked for', async (etag) => {
    const { media, answer, requests } = start();
    answer(() => new Response('whole file'));
    await expect(media(CHAT, 'scan.png', { offset: 6, etag }, options())).resolves.toMatchObject({ offset: 0 });
    expect(requests[0]?.headers.has('range')).toBe(false);
  });

  test.each(['bytes 5-9/10', 'bytes 60-99/100', 'nonsense', ''])('another part than was asked for is refused: %s', async (contentRange) => {
    const { media, answer, time } = start();
    answer(() => new Response('file', { status: 206, headers: contentRange ? { 'content-range': contentRange } : {} }));
    await expect(media(CHAT, 'scan.png', { offset: 6, etag: '"v1"' }, options())).rejects.toMatchObject({ code: 'SERVER_FAILED' });
    expect(time.nextAt()).toBeNull();
  });

  test('the length of a compressed body is not the length of the file', async () => {
    const { media, answer } = start();
    answer(() => new Response('whole file', { headers: { 'content-encoding': 'gzip', 'content-length': '3' } }));
    await expect(media(CHAT, 'a.txt', { offset: 0, etag: null }, options())).resolves.toMatchObject({ totalBytes: null, etag: null, digest: null });
  });

  test.each(['', '.', '..'])('#83 the name "%s" leads nowhere else: it is refused', async (filename) => {
    const { media, requests } = start();
    await expect(media(CHAT, filename, { offset: 0, etag: null }, options())).rejects.toMatchObject({ code: 'INVALID' });
    expect(requests).toHaveLength(0);
  });

  test('#83 a name cannot leave its folder', async () => {
    const { media, answer, requests } = start();
    answer(() => new Response('x'));
    await media(CHAT, '../../x', { offset: 0, etag: null }, options());
    expect(new URL(requests[0]?.url ?? '').pathname).toBe(`/api/v1/chat/media/${CHAT}/..%2F..%2Fx`);
  });
});

describe('a body', () => {
  const slowBody = (world: FakeBackendWorld): { send(part: string): void; cancelled(): boolean } => {
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given), cancel: () => void (cancelled = true) });
    world.answer(() => new Response(stream));
    return { send: (part) => controller.enqueue(new TextEncoder().encode(part)), cancelled: () => cancelled };
  };

  test('that stalls fails with TIMEOUT, however long it took before', async () => {
    const world = start();
    const server = slowBody(world);
    const { body } = await world.media(CHAT, 'a', { offset: 0, etag: null }, options());
    const reader = body.getReader();
    for (let part = 0; part < 3; part++) {
      const read = reader.read();
      await world.time.advance(ANSWER_WITHIN_MS - 1);
      server.send('x');
      expect((await read).done).toBe(false);
    }
    // Nobody reads: a slow reader is not a slow server.
    await world.time.advance(10 * ANSWER_WITHIN_MS);
    const last = reader.read().catch((error: unknown) => error);
    await world.time.advance(ANSWER_WITHIN_MS);
    await expect(last).resolves.toMatchObject({ code: 'TIMEOUT' });
    expect(server.cancelled()).toBe(true);
    expect(world.time.nextAt()).toBeNull();
  });

  test('ends with CANCELLED when its caller gives up', async () => {
    const world = start();
    const server = slowBody(world);
    const given = new AbortController();
    const { body } = await world.media(CHAT, 'a', { offset: 0, etag: null }, { signal: given.signal });
    const read = body.getReader().read().catch((error: unknown) => error);
    await world.time.settle();
    given.abort();
    await expect(read).resolves.toMatchObject({ code: 'CANCELLED' });
    expect(server.cancelled()).toBe(true);
  });

  test('that is cancelled lets go of the connection', async () => {
    const world = start();
    const server = slowBody(world);
    const { body } = await world.media(CHAT, 'a', { offset: 0, etag: null }, options());
    await body.cancel();
    expect(server.cancelled()).toBe(true);
    expect(world.time.nextAt()).toBeNull();
  });
});

test.each([
  [`sha-256=:${digestOf('a', 'base64')}:`, digestOf('a', 'hex')],
  [`sha-512=:AAAA:, sha-256=:${digestOf('a', 'base64')}:`, digestOf('a', 'hex')],
  ['sha-256=:AAAA:', null],
  ['sha-256=:====:', null],
  ['sha-512=:AAAA:', null],
  [null, null],
])('the digest in %s', (header, digest) => {
  expect(readDigest(header)).toBe(digest);
});
