import { expect, test } from 'vitest';
import type { Broadcast } from './env.ts';
import { lateBroadcast } from './late-broadcast.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function channel(): Broadcast & { readonly posted: unknown[]; closed: boolean } {
  const posted: unknown[] = [];
  const made = { posted, closed: false, post: (message: unknown) => void posted.push(message), close: () => void (made.closed = true) };
  return made;
}

test('messages keep their order over the loading of the code', async () => {
  const real = channel();
  let loaded!: (made: Broadcast) => void;
  const late = lateBroadcast(() => new Promise((resolve) => (loaded = resolve)), log);
  late.post(1);
  late.post(2);
  expect(real.posted).toEqual([]);
  loaded(real);
  await expect.poll(() => real.posted).toEqual([1, 2]);
  late.post(3);
  expect(real.posted).toEqual([1, 2, 3]);
  late.close();
  expect(real.closed).toBe(true);
  late.post(4);
  expect(real.posted).toEqual([1, 2, 3]);
});

test('code that does not load is asked for again with the next message; the oldest of too many are dropped', async () => {
  const real = channel();
  let loads = 0;
  const late = lateBroadcast(() => (++loads === 1 ? Promise.reject(new Error('offline')) : Promise.resolve(real)), log);
  for (let i = 0; i < 1_500; i++) late.post(i);
  await expect.poll(() => loads).toBe(1);
  await Promise.resolve();
  late.post(1_500);
  await expect.poll(() => real.posted.length).toBe(1_000);
  expect(real.posted.at(0)).toBe(501);
  expect(real.posted.at(-1)).toBe(1_500);
});

test('closed while it loads, it publishes what was posted before and closes', async () => {
  const real = channel();
  const late = lateBroadcast(() => Promise.resolve(real), log);
  late.post('last');
  late.close();
  await expect.poll(() => real.closed).toBe(true);
  expect(real.posted).toEqual(['last']);
});
