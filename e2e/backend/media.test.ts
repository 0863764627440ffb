import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRange } from './media.ts';
import { startTestBed, type TestBed } from './testing/test-bed.ts';

describe('#73 a range', () => {
  test.each<[string | undefined, number, [number, number] | null]>([
    ['bytes=0-', 10, [0, 9]],
    ['bytes=3-5', 10, [3, 5]],
    ['bytes=9-9', 10, [9, 9]],
    ['bytes=3-99', 10, [3, 9]],
    ['bytes=-4', 10, [6, 9]],
    ['bytes=-99', 10, [0, 9]],
    [' bytes=1-2 ', 10, [1, 2]],
    // Ignored: none, nothing in it, several, another unit, signs.
    [undefined, 10, null],
    ['bytes=', 10, null],
    ['bytes=-', 10, null],
    ['bytes=0-1,3-4', 10, null],
    ['lines=1-2', 10, null],
    ['bytes=+1-2', 10, null],
    ['bytes=5-3', 10, null],
  ])('%j of %i bytes is %j', (header, size, expected) => {
    expect(parseRange(header, size)).toEqual(expected && { start: expected[0], end: expected[1] });
  });

  test.each<[string, number]>([
    ['bytes=10-', 10],
    ['bytes=10-20', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
    ['bytes=99999999999999999999-', 10],
  ])('%j of %i bytes is not in it', (header, size) => {
    expect(() => parseRange(header, size)).toThrow(expect.objectContaining({ kind: 'range-not-satisfiable', headers: { 'content-range': `bytes */${size}` } }));
  });
});

describe('a file', () => {
  let bed: TestBed;
  let id = '';
  beforeAll(async () => {
    bed = await startTestBed();
    id = await bed.filled(1);
  }, 60_000);
  afterAll(() => bed.server.close());

  const put = (name: string, body: string, type: string | null): Promise<Response> =>
    fetch(`${bed.server.url}/api/v1/chat/media/${id}/${name}`, {
      method: 'PUT',
      body: new TextEncoder().encode(body),
      headers: { authorization: `Bearer ${bed.tokens.get('rosa')}`, ...(type === null ? {} : { 'content-type': type }) },
    });
  const get = (name: string, headers: Record<string, string> = {}): Promise<Response> => bed.call('tess', 'GET', `/chat/media/${id}/${name}`, undefined, headers);

  test('#73 has ranges, ETag, digest and If-Range; nobody else sees it', async () => {
    expect((await put('a.png', 'hello world', 'image/png')).status).toBe(201);
    const whole = await get('a.png');
    expect([await whole.text(), whole.headers.get('repr-digest')]).toEqual(['hello world', 'sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:']);
    const etag = whole.headers.get('etag') ?? '';
    const part = await get('a.png', { range: 'bytes=6-', 'if-range': etag });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'world', 'bytes 6-10/11']);
    expect((await get('a.png', { range: 'bytes=6-', 'if-range': '"other"' })).status).toBe(200);
    expect((await get('a.png', { range: 'bytes=11-' })).status).toBe(416);
    expect((await bed.call('raj', 'GET', `/chat/media/${id}/a.png`)).status).toBe(404);
    await put('a.png', 'another file', 'image/png');
    expect((await get('a.png', { range: 'bytes=6-', 'if-range': etag })).status).toBe(200);
  });

  test('goes with the message that names it: name, size and type', async () => {
    await put('shot.png', '12345', 'image/png');
    const send = async (screenshotFileName: string): Promise<Record<string, unknown>> =>
      (await (await bed.call('rosa', 'POST', '/chat/messages', { requestId: id, content: 'look', isScreenshot: true, screenshotFileName })).json()) as Record<string, unknown>;
    expect(await send('shot.png')).toMatchObject({ isScreenshot: true, screenshotFileName: 'shot.png', fileName: 'shot.png', fileSize: 5, fileMimeType: 'image/png' });
    expect(await send('other.png')).toMatchObject({ isScreenshot: true, screenshotFileName: 'other.png', fileName: null, fileSize: null, fileMimeType: null });
  });

  test('answers HEAD with its size and type', async () => {
    await put('head.png', '12345', 'image/png');
    const head = await bed.call('tess', 'HEAD', `/chat/media/${id}/head.png`);
    expect([head.status, head.headers.get('content-length'), head.headers.get('content-type'), await head.text()]).toEqual([200, '5', 'image/png', '']);
  });

  test('never runs as a page', async () => {
    for (const [name, type] of [['a.html', 'text/html'], ['a.svg', 'image/svg+xml'], ['none.bin', null]] as const) {
      expect((await put(name, '<script>alert(1)</script>', type)).status).toBe(201);
      const { headers } = await get(name);
      expect([headers.get('content-disposition'), headers.get('x-content-type-options'), headers.get('content-type')]).toEqual(['attachment', 'nosniff', type ?? 'application/octet-stream']);
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
    await put('upper.png', 'x', 'Image/PNG; charset=binary');
    expect([(await get('upper.png')).headers.get('content-type'), (await get('upper.png')).headers.get('content-disposition')]).toEqual(['image/png', 'inline']);
  });

  test.each(['image', 'image/', '/png', 'ima ge/png', 'image/p"ng', `image/${'x'.repeat(300)}`])('of type %j is refused', async (type) => {
    expect((await put('x.png', 'x', type)).status).toBe(400);
  });

  test.each(['a%2fb.png', 'a%5cb.png', 'a%00b.png', 'a%0ab.png', `${'x'.repeat(256)}`])('called %s is refused', async (name) => {
    expect((await put(name, 'x', 'image/png')).status).toBe(400);
    expect((await get(name)).status).toBe(400);
  });

  test('of more than 25 MiB is refused', async () => {
    expect((await put('big.bin', 'x'.repeat(25 * 1024 * 1024 + 1), 'application/octet-stream')).status).toBe(413);
  });
});
