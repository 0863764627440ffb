import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createFakeOpfs } from '../testing/fake-opfs.ts';
import { fileHostContract } from '../testing/file-host-contract.ts';
import { createNodeFileHost } from '../testing/node-file-host.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

fileHostContract('origin-private file system', async () => createOpfsFileHost(createFakeOpfs().root));
fileHostContract('origin-private file system without move()', async () => createOpfsFileHost(createFakeOpfs({ movable: false }).root));
fileHostContract('Node', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tabcached-files-'));
  folders.push(folder);
  return createNodeFileHost(join(folder, 'root'));
});

test('a write that the browser refuses for lack of space says so and keeps the older file', async () => {
  const opfs = createFakeOpfs();
  const host = createOpfsFileHost(opfs.root);
  await host.write(['f'], new Blob(['old']));
  opfs.quotaBytes = 5;
  await expect(host.write(['f'], new Blob(['too long']))).rejects.toMatchObject({ code: 'STORAGE_FAILED', cause: { name: 'QuotaExceededError' } });
  expect(await (await host.read(['f']))?.text()).toBe('old');
});
