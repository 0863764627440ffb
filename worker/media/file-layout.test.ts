import { expect, test } from 'vitest';
import { createFakeOpfs } from '../testing/fake-opfs.ts';
import { createVirtualTime } from '../testing/virtual-time.ts';
import { createCacheLog } from './cache-log.ts';
import { SETTINGS_PATH, writeCacheSettings } from './cache-settings.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test('settings.json tells the limits and keeps what is the application\'s; it is written only when it changes', async () => {
  const opfs = createFakeOpfs();
  const files = createOpfsFileHost(opfs.root);
  const read = async (): Promise<unknown> => JSON.parse((await (await files.read(SETTINGS_PATH))?.text()) ?? 'null');
  await writeCacheSettings(files, { limitBytes: 500, messageLimitBytes: 9 });
  expect(await read()).toEqual({ cache: { limitBytes: 500, messageLimitBytes: 9 } });
  await files.write(SETTINGS_PATH, new Blob([JSON.stringify({ theme: 'dark', cache: { limitBytes: 500, messageLimitBytes: 9, own: 1 } })]));
  const writes = opfs.writes();
  await writeCacheSettings(files, { limitBytes: 700, messageLimitBytes: 9 });
  expect(await read()).toEqual({ theme: 'dark', cache: { limitBytes: 700, messageLimitBytes: 9, own: 1 } });
  await writeCacheSettings(files, { limitBytes: 700, messageLimitBytes: 9 });
  expect(opfs.writes()).toBe(writes + 1);
});

test('a settings.json that is not ours to read is left as it is', async () => {
  const files = createOpfsFileHost(createFakeOpfs().root);
  for (const text of ['not json', '[1]', '"x"']) {
    await files.write(SETTINGS_PATH, new Blob([text]));
    expect(await writeCacheSettings(files, { limitBytes: 1, messageLimitBytes: 1 })).toBe(false);
    expect(await (await files.read(SETTINGS_PATH))?.text()).toBe(text);
  }
});

test('logs/cache.log gets a line for each event, collected; past a megabyte it is set aside once', async () => {
  const opfs = createFakeOpfs();
  const files = createOpfsFileHost(opfs.root);
  const time = createVirtualTime();
  const printed: string[] = [];
  const cacheLog = createCacheLog(files, { ...silent, warn: (event) => void printed.push(event) }, time.clock, time.timers);
  cacheLog.log.warn('files evicted', { bytes: 5 });
  cacheLog.log.info('stored');
  cacheLog.log.debug('detail');
  expect(opfs.writes()).toBe(0);
  await time.advance(2_000);
  const lines = ((await (await files.read(['logs', 'cache.log']))?.text()) ?? '').trim().split('\n').map((line) => JSON.parse(line) as object);
  expect(lines).toEqual([
    { at: '2026-01-16T09:00:00.000Z', level: 'warn', event: 'files evicted', bytes: 5 },
    { at: '2026-01-16T09:00:00.000Z', level: 'info', event: 'stored' },
  ]);
  expect(printed).toEqual(['files evicted']);
  cacheLog.log.error('x'.repeat(1024 * 1024));
  await cacheLog.close();
  cacheLog.log.info('after');
  await cacheLog.close();
  expect((await files.list(['logs'])).map(({ name }) => name).sort()).toEqual(['cache.log', 'cache.old.log']);
  expect(await (await files.read(['logs', 'cache.log']))?.text()).toContain('after');
});

test('a log that cannot be written troubles nobody', async () => {
  const opfs = createFakeOpfs();
  opfs.quotaBytes = 0;
  const time = createVirtualTime();
  const cacheLog = createCacheLog(createOpfsFileHost(opfs.root), silent, time.clock, time.timers);
  cacheLog.log.warn('full');
  await expect(cacheLog.close()).resolves.toBeUndefined();
});
