import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBed, type TestBed } from './testing/test-bed.ts';

let bed: TestBed;

beforeAll(async () => {
  bed = await startTestBed();
}, 60_000);
afterAll(() => bed.server.close());

/** Longer than the HTTP server waits for the rest of a body that nobody reads. */
const SLOW_MS = 700;

test('a body that is too large and arrives slowly is refused, and its connection goes on', async () => {
  const { hostname, port } = new URL(bed.server.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  let ended = false;
  const statuses = new Promise<string[]>((resolve) => {
    const look = (): void => {
      const found = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1] ?? '');
      if (found.length === 2 || ended) resolve(found);
    };
    socket.on('data', (chunk) => {
      received += String(chunk);
      look();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      ended = true;
      look();
    });
  });
  const half = 'x'.repeat(100_000);
  socket.write(`POST /api/v1/session HTTP/1.1\r\nHost: desk\r\nContent-Type: application/json\r\nContent-Length: ${2 * half.length}\r\n\r\n${half}`);
  await pause(SLOW_MS);
  socket.write(`${half}GET /health HTTP/1.1\r\nHost: desk\r\n\r\n`);
  expect(await statuses).toEqual(['413', '200']);
  socket.destroy();
});

test('a body without a length is refused as soon as it is too large', async () => {
  const chunk = new TextEncoder().encode('x'.repeat(50_000));
  let left = 4;
  const body = new ReadableStream<Uint8Array>({ pull: (stream) => (left-- > 0 ? stream.enqueue(chunk) : stream.close()) });
  const answer = await fetch(`${bed.server.url}/api/v1/session`, { method: 'POST', body, duplex: 'half' } as RequestInit);
  expect(answer.status).toBe(413);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});
