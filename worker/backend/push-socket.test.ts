import { describe, expect, test } from 'vitest';
import type { PushEvents, PushLink } from '../../protocol/index.ts';
import { fakeBackendWorld } from '../testing/fake-network.ts';
import { ping, startPushLink as start, welcome } from '../testing/push-link-rig.ts';
import { openHttpPush } from './push-link.ts';
import { DEAD_AFTER_MS, SILENCE_MS, WELCOME_WITHIN_MS } from './push-socket.ts';

const CHAT = '5f0a7c1e-6a55-4c2e-9d0e-0123456789ab';

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

  test('#100 on a machine that slept for eight hours is asked when it is woken, given up, and replaced', async () => {
    const { socket, sockets, heard, attach, link, time } = start();
    await attach();
    time.jump(8 * 3_600_000);
    link.wake();
    expect(socket().received.slice(1)).toEqual([{ type: 'ping' }]);
    await time.advance(DEAD_AFTER_MS);
    expect(heard).toEqual(['open u1', 'down OFFLINE']);
    expect(sockets[0]?.closedByClient()).toBe(true);
    await time.advance(500);
    await attach();
    expect([sockets.length, heard.at(-1)]).toEqual([2, 'open u1']);
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
