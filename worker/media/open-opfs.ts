/** A user's own folder in the browser's origin-private file system. Owns: its name, opening it, and removing it with everything in it. */
import { toTabcachedError } from '../../protocol/errors.ts';
import { databaseName } from '../../protocol/names.ts';
import type { FileHost } from './file-host.ts';
import { folderName } from './file-paths.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';

/** Opens the folder. Rejects with `STORAGE_FAILED` where the browser has no such file system, or refuses it. */
export async function openOpfs(storage: StorageManager | undefined, userId: string): Promise<FileHost> {
  try {
    const root = await (storage as StorageManager).getDirectory();
    return createOpfsFileHost(await root.getDirectoryHandle(folderName(databaseName(userId)), { create: true }));
  } catch (thrown) {
    throw toTabcachedError(thrown, 'STORAGE_FAILED');
  }
}
