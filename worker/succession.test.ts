import { beforeEach, describe, expect, test } from 'vitest';
import { daemonLease, handoverLock, writerLease, type WorkerIdentity } from '../protocol/names.ts';
import { createFakeLocks, type FakeLocks } from './testing/fake-locks.ts';
import { createVirtualTime, type VirtualTime } from './testing/virtual-time.ts';
import { succeed, type Succession } from './succession.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let locks: FakeLocks;
let time: VirtualTime;
beforeEach(() => {
  locks = createFakeLocks();
  time = createVirtualTime();
});

/** A daemon that takes its leases; `polite` ones give way when asked. */
function daemon(buildId: string, { epoch = buildId, generation = 0, polite = true, userId = 'anna' } = {}) {
  const identity: WorkerIdentity = { buildId, userId, generation };
  const stop = new AbortController();
  const told: string[] = [];
  const state: { held: Succession | null; error: unknown } = { held: null, error: null };
  const giveWay = (): void => {
    told.push('asked');
    if (!polite) return;
    stop.abort();
    state.held?.release();
    state.held = null;
  };
  succeed({ locks, timers: time.timers, log }, identity, { epoch, url: 'https://desk.example/w.js' }, stop.signal, { onAsked: giveWay, onLost: () => told.push('lost') }).then(
    (held) => (state.held = held),
    (error: unknown) => (state.error = error),
  );
  return { told, state, lease: daemonLease(identity, epoch, 'https://desk.example/w.js') };
}

describe('T-2 #89 one writer of several daemons', () => {
  test('a newer build asks the older one, waits for it, and writes then', async () => {
    const older = daemon('3.1.a');
    await time.settle();
    const newer = daemon('3.2.a');
    await time.settle();
    expect(older.told).toEqual(['asked']);
    expect(newer.state.held?.lease).toBe(newer.lease);
    expect(locks.heldNow().filter((name) => name.includes('3.1.a'))).toEqual([]);
  });

  test('an older build that starts beside a newer one gives way at once, and leaves nothing held', async () => {
    const newer = daemon('4.1.a');
    await time.settle();
    const older = daemon('3.9.z');
    await time.settle();
    expect(older.state.error).toMatchObject({ code: 'FENCED' });
    expect(newer.told).toEqual([]);
    expect(locks.heldNow().toSorted()).toEqual([newer.lease, handoverLock('anna', '4.1.a'), writerLease('anna')].toSorted());
  });

  test('one that does not give way loses the right to write after three seconds', async () => {
    const hung = daemon('3.1.a', { polite: false });
    await time.settle();
    const newer = daemon('3.2.a');
    await time.advance(2_900);
    expect(newer.state.held).toBeNull();
    await time.advance(200);
    expect(newer.state.held).not.toBeNull();
    expect(hung.told).toEqual(['asked', 'lost']);
  });

  test('a later generation does not wait for the hung one before it', async () => {
    daemon('3.1.a', { epoch: 'hung', polite: false });
    await time.settle();
    const next = daemon('3.1.a', { epoch: 'next', generation: 1 });
    await time.advance(1);
    expect(next.state.held).not.toBeNull();
  });

  test('of builds that start at the same moment, in any order, the newest writes and the others are gone', async () => {
    for (const order of [[1, 2, 3], [3, 2, 1], [2, 3, 1]]) {
      locks = createFakeLocks();
      const all = order.map((number) => daemon(`3.${number}.a`));
      await time.advance(10);
      const writing = all.filter(({ state }) => state.held);
      expect(writing.map(({ lease }) => lease)).toEqual([daemonLease({ buildId: '3.3.a', userId: 'anna', generation: 0 }, '3.3.a', 'https://desk.example/w.js')]);
      expect(locks.heldNow()).toHaveLength(3);
    }
  });

  test('T-5 daemons of other users are left alone', async () => {
    const other = daemon('3.1.a', { userId: 'bert' });
    const own = daemon('3.2.a', { epoch: 'own' });
    await time.settle();
    expect(other.told).toEqual([]);
    expect([other.state.held, own.state.held]).not.toContain(null);
  });

  test('a daemon that is closed while it waits leaves nothing held', async () => {
    const stop = new AbortController();
    await locks.hold(writerLease('anna'));
    const waiting = succeed({ locks, timers: time.timers, log }, { buildId: '3.1.a', userId: 'anna', generation: 0 }, { epoch: 'e' }, stop.signal, { onAsked: () => undefined, onLost: () => undefined });
    await time.settle();
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(locks.heldNow()).toEqual([writerLease('anna')]);
  });
});
