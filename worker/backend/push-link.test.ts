import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { ping, startPushLink as start } from '../testing/push-link-rig.ts';
import { CLOSE_UNAUTHORIZED } from './push-socket.ts';

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
