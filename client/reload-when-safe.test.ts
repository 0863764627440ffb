import { expect, test } from 'vitest';
import type { ClientStatus } from './api/status.ts';
import { NO_STATUS } from './no-status.ts';
import { nextReloadAt, reloadWhenSafe } from './reload-when-safe.ts';
import { createSource } from './source.ts';
import { fakeEnvironment } from './testing/fake-env.ts';
import { fakeLocks } from './testing/fake-locks.ts';
import { settle } from './testing/tab.ts';

const newer: ClientStatus['superseded'] = { buildId: '3.2.b', url: 'https://desk.example/w.js', name: 'n', options: { type: 'module', name: 'n', extendedLifetime: true }, works: true };

function page() {
  const { env, time, page: shown } = fakeEnvironment(fakeLocks(), () => {
    throw new Error('no worker here');
  });
  let status: ClientStatus = { ...NO_STATUS, connected: true, link: 'live' };
  const source = createSource(() => status);
  let typing = false;
  const watch = (): (() => void) => reloadWhenSafe(env, source, () => !typing);
  return {
    time, shown, watch,
    type: (now: boolean) => (typing = now),
    set: async (change: Partial<ClientStatus>) => {
      status = { ...status, ...change };
      source.touch();
      await settle();
    },
  };
}

test('#89 a superseded tab reloads once nothing is typed, and not before', async () => {
  const { time, shown, watch, type, set } = page();
  type(true);
  watch();
  time.advance(60_000);
  await set({ superseded: newer });
  time.advance(60_000);
  expect(shown.reloads()).toBe(0);
  type(false);
  time.advance(2_000);
  expect(shown.reloads()).toBe(1);
});

test('#89 an offline tab stays: the page would not come back', async () => {
  const { time, shown, watch, set } = page();
  watch();
  shown.set({ online: false });
  await set({ superseded: newer });
  time.advance(60_000);
  shown.set({ online: true });
  await set({ link: 'offline' });
  time.advance(60_000);
  expect(shown.reloads()).toBe(0);
  await set({ link: 'live' });
  time.advance(5_000);
  expect(shown.reloads()).toBe(1);
});

test('#89 a server that still delivers the old build makes no loop: each reload waits longer', async () => {
  const { time, shown, watch, set } = page();
  await set({ superseded: newer });
  for (let at = 0; at < 60 * 60_000; at += 5_000) {
    // After each reload the page begins anew, and finds itself superseded again.
    const before = shown.reloads();
    const stop = watch();
    for (let step = 0; step < 5 && shown.reloads() === before; step += 1) time.advance(1_000);
    stop();
  }
  expect(shown.reloads()).toBeGreaterThan(3);
  expect(shown.reloads()).toBeLessThanOrEqual(8);
});

test('#89 a tab that can remember nothing is not reloaded', async () => {
  const { time, shown, watch, set } = page();
  shown.forbidStorage();
  watch();
  await set({ superseded: newer });
  time.advance(60_000);
  expect(shown.reloads()).toBe(0);
});

test('the pause doubles from half a minute to an hour', () => {
  expect(nextReloadAt({ count: 0, lastAt: 5 })).toBe(0);
  expect([1, 2, 3, 20].map((count) => nextReloadAt({ count, lastAt: 0 }))).toEqual([30_000, 60_000, 120_000, 3_600_000]);
});

test('the undo leaves no timer behind', async () => {
  const { time, watch, type, set } = page();
  type(true);
  const stop = watch();
  await set({ superseded: newer });
  time.advance(10_000);
  stop();
  expect(time.timers()).toBe(0);
});
