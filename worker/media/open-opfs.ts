/** A user's own folder in the browser's origin-private file system. Owns: its name, and opening it. */
import { toTabcachedError } from '../../protocol/errors.ts';
import { databaseName } from '../../protocol/names.ts';
import type { FileHost } from './file-host.ts';
import { folderName } from './file-paths.ts';
import { createOpfsFileHost } from './opfs-file-host.ts';

/** Name of a user's folder: media, thumbnails, `settings.json` and the log are all below it. */
export const opfsFolder = (userId: string): string => folderName(databaseName(userId));

/** Opens the folder. Rejects with `STORAGE_FAILED` where the browser has no such file system, or refuses it. */
export async function openOpfs(storage: StorageManager | undefined, userId: string): Promise<FileHost> {
  try {
    const root = await (storage as StorageManager).getDirectory();
    return createOpfsFileHost(await root.getDirectoryHandle(opfsFolder(userId), { create: true }));
  } catch (thrown) {
    throw toTabcachedError(thrown, 'STORAGE_FAILED');
  }
}

/** Removes the folder of a time when media were files; no error when there is none, or no such file system. */
export async function dropOpfs(storage: StorageManager | undefined, userId: string): Promise<void> {
  try {
    await (await storage?.getDirectory())?.removeEntry(opfsFolder(userId), { recursive: true });
  } catch (thrown) {
    if ((thrown as { readonly name?: unknown }).name !== 'NotFoundError') throw toTabcachedError(thrown, 'STORAGE_FAILED');
  }
}
