import { expect, test } from 'vitest';
import { createFakeOpfs } from '../testing/fake-opfs.ts';
import { SETTINGS_PATH, writeCacheSettings } from './cache-settings.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';

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
