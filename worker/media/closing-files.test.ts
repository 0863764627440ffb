import { describe, expect, test } from 'vitest';
import { closingFiles } from './closing-files.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';
import { walkFiles, type FileHost } from './file-host.ts';
import { createFakeOpfs } from '../testing/fake-opfs.ts';

describe('files that are closed', () => {
  test('T-4 what is being written when they are closed is waited for, what comes later is refused', async () => {
    const host = createOpfsFileHost(createFakeOpfs().root);
    let goOn!: () => void;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const slow: FileHost = { ...host, write: async (path, data) => (await held, host.write(path, data)) };
    const files = closingFiles(slow);

    const writing = files.write(['cache', 'a'], new Blob(['a']));
    let closed = false;
    const closing = files.close().then(() => (closed = true));
    await expect(files.append(['logs', 'cache.log'], new Blob(['later']))).rejects.toMatchObject({ code: 'CLOSED' });
    expect(closed).toBe(false);
    goOn();
    await Promise.all([writing, closing]);
    expect((await walkFiles(host, [])).map(({ path }) => path)).toEqual([['cache', 'a']]);
  });

  test('a write that fails does not keep them open', async () => {
    const broken = { ...createOpfsFileHost(createFakeOpfs().root), write: () => Promise.reject(new Error('disk')) };
    const files = closingFiles(broken);
    const writing = files.write(['a'], new Blob([]));
    await files.close();
    await expect(writing).rejects.toThrow('disk');
  });
});
