import { BroadcastChannel } from 'broadcast-channel';
import { afterEach, expect, test, vi } from 'vitest';
import type { Log } from './env.ts';
import { openBroadcast } from './open-broadcast.ts';

const warnings: string[] = [];
const log: Log = { debug: () => undefined, info: () => undefined, warn: (event) => void warnings.push(event), error: () => undefined };

afterEach(() => {
  warnings.length = 0;
  vi.unstubAllGlobals();
});

test('what is posted reaches an observer made with the same package, and nobody after close()', async () => {
  const received: unknown[] = [];
  const observer = new BroadcastChannel('tabcached:1:updates:u1', { type: 'native', webWorkerSupport: true });
  observer.onmessage = (message) => void received.push(message);
  const broadcast = openBroadcast('tabcached:1:updates:u1', log);
  const last = openBroadcast('tabcached:1:updates:u1', log);
  broadcast.post({ n: 1 });
  broadcast.close();
  broadcast.close();
  broadcast.post({ n: 2 });
  last.post({ n: 3 });
  await vi.waitFor(() => expect(received).toContainEqual({ n: 3 }));
  expect(received).toEqual([{ n: 1 }, { n: 3 }]);
  expect(warnings).toEqual([]);
  last.close();
  await observer.close();
});

test('without channels in the browser, posting is harmless', () => {
  vi.stubGlobal('BroadcastChannel', undefined);
  const broadcast = openBroadcast('tabcached:1:updates:u3', log);
  broadcast.post({ n: 1 });
  broadcast.close();
  expect(warnings).toEqual(['broadcast failed']);
});
