import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PushFrame } from '../../protocol/index.ts';
import type { Person, Session } from './people.ts';
import { acceptPushSockets, type PushSockets, type PushSocketsSetup } from './push-sockets.ts';
import { connectPush, type PushClient } from './testing/push-client.ts';

const PERSON: Person = { id: 'u1', username: 'tess', fullName: null, isTechnician: true };
const SESSION: Session = { person: PERSON, expiresAt: Number.POSITIVE_INFINITY };
const PATH = '/api/v1/push';

let server: Server;
let sockets: PushSockets;
const counts: number[] = [];

const accept = (setup: Partial<PushSocketsSetup> = {}): void => {
  sockets = acceptPushSockets(server, { path: PATH, pingMs: 60_000, whoHas: async () => SESSION, now: Date.now, onCount: (count) => counts.push(count), ...setup });
};
const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const join = async (): Promise<PushClient> => {
  const client = await connectPush(origin(), { token: 't' });
  await client.until((frames) => frames.length > 0);
  return client;
};

beforeEach(async () => {
  server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  sockets.close();
  server.close();
});

describe('a consumer that is too slow', () => {
  test('is cut, and nobody else waits for it', async () => {
    accept({ bufferMaxBytes: 64 * 1024 });
    const [slow, quick] = [await join(), await join()];
    slow.socket.pause();
    const text = 'x'.repeat(50_000);
    // As many as the kernel takes before anything waits in this process.
    let sent = 0;
    while (sockets.count() === 2 && sent < 2_000) {
      sockets.send(PERSON.id, { type: 'ticket', ticket: text });
      sent += 1;
      await quick.until((frames) => frames.length > sent);
    }
    expect(sockets.count()).toBe(1);
    expect(quick.frames.map((frame) => frame.n)).toEqual(quick.frames.map((_, i) => i + 1));
    slow.socket.resume();
    expect(await slow.closed).toBe(4408);
    expect(slow.frames.length).toBeLessThan(quick.frames.length);
  });
});

describe('admission', () => {
  test('#29 the welcome is the first frame, and a frame sent right after it is the second', async () => {
    accept();
    const client = await connectPush(origin(), { token: 't' });
    await expect.poll(() => sockets.count()).toBe(1);
    sockets.send(PERSON.id, { type: 'removed', requestId: 'r' });
    await client.until((frames) => frames.length === 2);
    expect(client.frames.map(({ type, n }) => [type, n])).toEqual([['welcome', 1], ['removed', 2]]);
  });

  test('#8 a role that changes while the token is looked up is the new one', async () => {
    const demoted: Person = { ...PERSON, isTechnician: false };
    const answers: ((session: Session) => void)[] = [];
    accept({ whoHas: () => new Promise((resolve) => answers.push(resolve)) });
    const client = await connectPush(origin(), { token: 't' });
    await expect.poll(() => answers.length).toBe(1);
    sockets.replace(demoted);
    answers[0]?.(SESSION);
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.({ ...SESSION, person: demoted });
    await client.until((frames) => frames.length > 0);
    expect(sockets.people()).toEqual([demoted]);
  });

  test('a database that fails closes the socket, for another attempt', async () => {
    accept({ whoHas: () => Promise.reject(new Error('gone')) });
    expect(await (await connectPush(origin(), { token: 't' })).closed).toBe(1011);
  });

  test.each(['//', '/elsewhere', `${PATH}/more`, '*'])('an upgrade at %s is refused and harms nothing', async (path) => {
    accept();
    const raw = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const ended = new Promise((resolve) => raw.on('close', resolve));
    raw.on('error', () => undefined);
    raw.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
    await ended;
    expect((await join()).frames[0]?.type).toBe('welcome');
  });
});

describe('beats', () => {
  test('a client that answers is kept, also when this process was held up for longer than a beat', async () => {
    accept({ pingMs: 60 });
    const client = await join();
    for (let i = 0; i < 3; i++) {
      const before = client.frames.length;
      await client.until((frames) => frames.length > before);
      const end = performance.now() + 100;
      while (performance.now() < end);
    }
    const { length } = client.frames;
    await client.until((frames) => frames.length > length + 3);
    expect(sockets.count()).toBe(1);
  });

  test('a client that does not answer pings is dropped', async () => {
    accept({ pingMs: 50 });
    const client = await join();
    // No automatic pong.
    client.socket.pong = () => undefined;
    expect(await client.closed).toBe(1006);
    await expect.poll(() => sockets.count()).toBe(0);
  });

  test('an expired token closes the connection with 4401', async () => {
    let now = 1_000;
    accept({ pingMs: 30, now: () => now, whoHas: async () => ({ ...SESSION, expiresAt: 2_000 }) });
    const client = await join();
    await client.until((frames: readonly PushFrame[]) => frames.some((frame) => frame.type === 'ping'));
    now = 2_000;
    expect(await client.closed).toBe(4401);
    expect(sockets.count()).toBe(0);
  });
});
