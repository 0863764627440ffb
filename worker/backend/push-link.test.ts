import { describe, expect, test } from 'vitest';
import type { PushEvents, PushLink } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { fakeBackendWorld, type FakeBackendWorld, type ServerSocket } from '../testing/fake-network.ts';
import { openHttpPush } from './push-link.ts';
import { CLOSE_UNAUTHORIZED, DEAD_AFTER_MS, SILENCE_MS, WELCOME_WITHIN_MS } from './push-socket.ts';

const CHAT = '5f0a7c1e-6a55-4c2e-9d0e-0123456789ab';
const welcome = { type: 'welcome', n: 1, userId: 'u1' };
const ping = (n: number) => ({ type: 'ping', n });

interface Heard extends FakeBackendWorld {
  readonly link: PushLink;
  /** What the daemon was told, in order. */
  readonly heard: unknown[];
  /** The newest socket. */
  socket(): ServerSocket;
  /** Opens and welcomes the newest socket. */
  attach(): Promise<void>;
}

/** A link whose pauses are as long as they may be, unless `random` says otherwise. */
function start(random = 1, prepare: (world: FakeBackendWorld) => void = () => undefined, wrap: (events: PushEvents) => PushEvents = (events) => events): Heard {
  const world = fakeBackendWorld(random);
  prepare(world);
  const heard: unknown[] = [];
  const link = openHttpPush(
    world.env,
    wrap({
      onOpen: (userId) => heard.push(`open ${userId}`),
      onFrame: (frame) => heard.push(frame),
      onMalformed: (reason) => heard.push(`malformed ${reason}`),
      onDown: (code) => heard.push(`down ${code}`),
    }),
  );
  const socket = (): ServerSocket => world.sockets.at(-1) as ServerSocket;
  const attach = async (): Promise<void> => {
    await world.time.settle();
    socket().accept();
    socket().send(welcome);
  };
  return { ...world, link, heard, socket, attach };
}

describe('the handshake', () => {
  test('connects at once, says hello with the token, and names the user when welcomed', async () => {
    const { socket, sockets, heard, time } = start();
    await time.settle();
    expect(sockets.map(({ url }) => url)).toEqual(['ws://desk.example/api/v1/push']);
    socket().accept();
    expect(socket().received).toEqual([{ type: 'hello', token: 'token-1' }]);
    expect(heard).toEqual([]);
    socket().send(welcome);
    expect(heard).toEqual(['open u1']);
  });

  test('no event comes before the link is in the caller’s hands', () => {
    const { heard, sockets } = start();
    expect([heard, sockets]).toEqual([[], []]);
  });

  test('an https base leads to wss', async () => {
    const world = fakeBackendWorld();
    const silent: PushEvents = { onOpen: () => undefined, onFrame: () => undefined, onMalformed: () => undefined, onDown: () => undefined };
    openHttpPush({ ...world.env, baseUrl: 'https://desk.example/api/v1/' }, silent);
    await world.time.settle();
    expect(world.sockets[0]?.url).toBe('wss://desk.example/api/v1/push');
  });

  test('a server that does not welcome in time is tried again', async () => {
    const { socket, sockets, heard, time } = start();
    await time.settle();
    socket().accept();
    await time.advance(WELCOME_WITHIN_MS - 1);
    expect(socket().closedByClient()).toBe(false);
    await time.advance(1);
    expect(sockets[0]?.closedByClient()).toBe(true);
    expect(heard).toEqual(['down OFFLINE']);
    await time.advance(500);
    expect(sockets).toHaveLength(2);
  });

  test('frames before the welcome are nobody’s, and do not keep a connection that has none', async () => {
    const { socket, heard, time } = start();
    await time.settle();
    socket().accept();
    await time.advance(WELCOME_WITHIN_MS - 1);
    socket().send(ping(1));
    await time.advance(1);
    expect(heard).toEqual(['malformed a frame before the welcome', 'down OFFLINE']);
  });
});

describe('frames', () => {
  test('pass in order, whatever their numbers; those that break the schema are reported, not passed', async () => {
    const { socket, heard, attach } = start();
    await attach();
    const change = { type: 'change', n: 3, requestId: CHAT, revision: 4, previousRevision: 3, change: { kind: 'upsert', message: { anything: 1 } } };
    const removed = { type: 'removed', n: 2, requestId: CHAT };
    socket().send(change);
    socket().send({ ...change, revision: 'a secret sentence' });
    socket().sendText('not { json');
    socket().send({ type: 'novelty', n: 4 });
    socket().send(welcome);
    socket().send({ ...removed, unknown: 'field' });
    expect(heard).toEqual([
      'open u1',
      change,
      'malformed revision is no number',
      'malformed not JSON',
      expect.stringMatching(/^malformed type is no /),
      'malformed a second welcome',
      removed,
    ]);
  });

  test('after close() nothing is told any more, not even by a socket that still talks', async () => {
    const { socket, heard, attach, link, time } = start();
    await attach();
    link.close();
    link.close();
    socket().send(ping(1));
    socket().sendText('{');
    socket().close(1006);
    link.wake();
    await time.advance(60_000);
    expect(heard).toEqual(['open u1']);
    expect(socket().closedByClient()).toBe(true);
    expect(time.nextAt()).toBeNull();
  });

  test('close() from within an event ends it there', async () => {
    let link: PushLink | null = null;
    const world = start(1, undefined, (events) => ({
      ...events,
      onOpen: (userId) => {
        events.onOpen(userId);
        link?.close();
      },
    }));
    link = world.link;
    await world.attach();
    world.socket().send(ping(1));
    expect(world.heard).toEqual(['open u1']);
    expect(world.time.nextAt()).toBeNull();
  });

  test('close() while the token is awaited opens no socket', async () => {
    let give!: (token: string) => void;
    const { link, sockets, heard, time } = start(1, (world) => world.giveToken(() => new Promise((resolve) => (give = resolve))));
    await time.settle();
    link.close();
    give('late');
    await time.advance(60_000);
    expect([sockets, heard]).toEqual([[], []]);
  });
});

describe('a dead link', () => {
  test('is asked after 20 seconds of silence, and given up 10 seconds later', async () => {
    const { socket, sockets, heard, attach, time } = start();
    await attach();
    await time.advance(SILENCE_MS - 1);
    expect(socket().received).toHaveLength(1);
    await time.advance(1);
    expect(socket().received.slice(1)).toEqual([{ type: 'ping' }]);
    await time.advance(DEAD_AFTER_MS - 1);
    expect(heard).toEqual(['open u1']);
    await time.advance(1);
    expect(heard).toEqual(['open u1', 'down OFFLINE']);
    expect(sockets[0]?.closedByClient()).toBe(true);
    await time.advance(500);
    expect(sockets).toHaveLength(2);
  });

  test('anything heard proves that it lives', async () => {
    const { socket, heard, attach, time } = start();
    await attach();
    for (let n = 1; n <= 5; n++) {
      await time.advance(SILENCE_MS + DEAD_AFTER_MS - 1);
      socket().sendText('nonsense');
    }
    expect(heard).not.toContain('down OFFLINE');
    expect(socket().received.slice(1)).toEqual(Array.from({ length: 5 }, () => ({ type: 'ping' })));
  });

  test('wake() asks at once, and once', async () => {
    const { socket, heard, attach, link, time } = start();
    await attach();
    link.wake();
    await time.advance(DEAD_AFTER_MS - 1);
    link.wake();
    expect(socket().received.slice(1)).toEqual([{ type: 'ping' }]);
    await time.advance(1);
    expect(heard).toEqual(['open u1', 'down OFFLINE']);
  });
});

describe('reconnecting', () => {
  test('pauses double from 0.5 to 15 seconds, and being down is told once', async () => {
    const { socket, sockets, heard, time } = start();
    await time.settle();
    for (const pauseMs of [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      const before = sockets.length;
      socket().close(1006);
      await time.advance(pauseMs - 1);
      expect(sockets).toHaveLength(before);
      await time.advance(1);
      expect(sockets).toHaveLength(before + 1);
    }
    expect(heard).toEqual(['down OFFLINE']);
  });

  test('pauses are drawn from nothing to the bound', async () => {
    const { socket, sockets, time } = start(0.25);
    await time.settle();
    socket().close(1006);
    await time.advance(125);
    socket().close(1006);
    await time.advance(249);
    expect(sockets).toHaveLength(2);
    await time.advance(1);
    expect(sockets).toHaveLength(3);
  });

  test('a welcome that lasted makes the next pause a first one; one that did not does not', async () => {
    const { socket, sockets, attach, heard, time } = start();
    await time.settle();
    socket().close(1006);
    await time.advance(500);
    await attach();
    socket().close(1012);
    await time.advance(999);
    expect(sockets).toHaveLength(2);
    await time.advance(1);
    await attach();
    await time.advance(5_000);
    socket().close(1012);
    await time.advance(500);
    expect(sockets).toHaveLength(4);
    expect(heard).toEqual(['down OFFLINE', 'open u1', 'down OFFLINE', 'open u1', 'down OFFLINE']);
  });

  test('wake() ends the pause', async () => {
    const { socket, sockets, link, time } = start();
    await time.settle();
    socket().close(1006);
    link.wake();
    await time.settle();
    expect(sockets).toHaveLength(2);
    // Two wakes in one pause are one attempt.
    socket().close(1006);
    link.wake();
    link.wake();
    await time.settle();
    expect(sockets).toHaveLength(3);
  });

  test('a browser that refuses to open sockets is tried again', async () => {
    const { sockets, heard, refuseSockets, attach, time } = start(1, (world) => world.refuseSockets(new Error('SecurityError')));
    await time.settle();
    expect(heard).toEqual(['down OFFLINE']);
    refuseSockets(null);
    await time.advance(500);
    await attach();
    expect(sockets).toHaveLength(1);
    expect(heard).toEqual(['down OFFLINE', 'open u1']);
  });

  test('an old socket that talks late is not heard', async () => {
    const { sockets, socket, heard, attach, time } = start();
    await attach();
    socket().close(1006);
    await time.advance(500);
    await attach();
    sockets[0]?.send(ping(9));
    sockets[0]?.close(1006);
    socket().send(ping(1));
    expect(heard).toEqual(['open u1', 'down OFFLINE', 'open u1', ping(1)]);
  });
});

describe('#47 a refused token', () => {
  test('that just expired is replaced at once', async () => {
    const { socket, sockets, heard, rejected, attach, giveToken, time } = start();
    await attach();
    await time.advance(5_000);
    giveToken(async (refused) => (refused === 'token-1' ? 'token-2' : 'token-1'));
    socket().close(CLOSE_UNAUTHORIZED);
    await attach();
    expect(sockets).toHaveLength(2);
    expect(socket().received).toEqual([{ type: 'hello', token: 'token-2' }]);
    expect(rejected).toEqual([null, 'token-1']);
    expect(heard).toEqual(['open u1', 'down UNAUTHORIZED', 'open u1']);
  });

  test('is not sent again: without another one the link waits, longer each time', async () => {
    const { socket, sockets, heard, rejected, time } = start();
    await time.settle();
    socket().close(CLOSE_UNAUTHORIZED);
    await time.advance(60_000);
    expect(sockets).toHaveLength(1);
    expect(heard).toEqual(['down UNAUTHORIZED']);
    // After 0, 1, 3, 7, 15, 30, 45 and 60 seconds.
    expect(rejected).toEqual([null, ...Array.from({ length: 8 }, () => 'token-1')]);
  });

  test('when nobody has one, the link waits until it is woken', async () => {
    const { sockets, heard, giveToken, link, attach, time } = start(1, (world) => world.giveToken(() => Promise.reject(new TabcachedError('UNAUTHORIZED'))));
    await time.advance(20_000);
    expect(sockets).toHaveLength(0);
    expect(heard).toEqual(['down UNAUTHORIZED']);
    giveToken(async () => 'token-2');
    link.wake();
    await attach();
    expect(heard).toEqual(['down UNAUTHORIZED', 'open u1']);
  });

  test('a server that refuses every token is not asked without end', async () => {
    const { socket, sockets, giveToken, time } = start();
    let number = 0;
    giveToken(async () => `token-${++number}`);
    await time.settle();
    for (let elapsedMs = 0; elapsedMs < 60_000; elapsedMs += 500) {
      socket().close(CLOSE_UNAUTHORIZED);
      await time.advance(500);
    }
    expect(sockets.length).toBeLessThanOrEqual(10);
  });

  test('going from refused to unreachable is told', async () => {
    const { socket, heard, giveToken, time } = start();
    await time.settle();
    giveToken(async () => 'token-2');
    socket().close(CLOSE_UNAUTHORIZED);
    await time.settle();
    socket().close(1006);
    expect(heard).toEqual(['down UNAUTHORIZED', 'down OFFLINE']);
  });
});
