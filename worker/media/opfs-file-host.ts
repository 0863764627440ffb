/**
 * Files in the browser's origin-private file system.
 *
 * Owns: handles, and what stands in where a browser lacks a method. SharedWorkers have no synchronous access handles, so every write goes
 * through `createWritable`, which shows nothing of a file before it is closed. Does not know media.
 */
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { checkEntry, checkPath, type FileEntry, type FileHost, type FilePath } from './file-host.ts';

/** Typings of `lib.dom` lack it; browsers have it at different times. */
type MovableFile = FileSystemFileHandle & { move?(folder: FileSystemDirectoryHandle, name: string): Promise<void> };

const isNamed = (error: unknown, ...names: readonly string[]): boolean => names.includes(String((error as { name?: unknown } | null)?.name));
const refused = (thrown: unknown): TabcachedError => toTabcachedError(thrown, 'STORAGE_FAILED');

/** What is asked for, or null when it, or a folder above it, does not exist. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isNamed(error, 'NotFoundError', 'TypeMismatchError')) return null;
    throw refused(error);
  }
}

/** Files below a folder of the browser. */
export function createOpfsFileHost(root: FileSystemDirectoryHandle): FileHost {
  const folderAt = async (folder: FilePath, create: boolean): Promise<FileSystemDirectoryHandle> => {
    let at = root;
    for (const name of folder) at = await at.getDirectoryHandle(name, { create });
    return at;
  };
  const findFile = async (path: FilePath): Promise<FileSystemFileHandle | null> => {
    const { folder, name } = checkEntry(path);
    return orNull(folderAt(folder, false).then((at) => at.getFileHandle(name)));
  };
  const fileAt = async (path: FilePath): Promise<FileSystemFileHandle> => {
    const { folder, name } = checkEntry(path);
    return (await folderAt(folder, true)).getFileHandle(name, { create: true });
  };
  // A handle can outlive its file, so also asking it may find nothing.
  const read = async (path: FilePath): Promise<File | null> => {
    const handle = await findFile(path);
    return handle && orNull(handle.getFile());
  };

  const put = async (path: FilePath, data: Blob | Uint8Array<ArrayBuffer>, keep: boolean): Promise<number> => {
    try {
      const handle = await fileAt(path);
      const position = keep ? (await handle.getFile()).size : 0;
      const stream = await handle.createWritable({ keepExistingData: keep });
      try {
        await stream.write({ type: 'write', position, data });
        await stream.close();
      } catch (error) {
        await stream.abort().catch(() => undefined);
        throw error;
      }
      return position + (data instanceof Blob ? data.size : data.byteLength);
    } catch (error) {
      throw refused(error);
    }
  };

  const remove = async (path: FilePath): Promise<void> => {
    const { folder, name } = checkEntry(path);
    await orNull(folderAt(folder, false).then((at) => at.removeEntry(name, { recursive: true })));
  };

  const move = async (from: FilePath, to: FilePath): Promise<void> => {
    const { folder, name } = checkEntry(to);
    const source: MovableFile | null = await findFile(from);
    if (!source) throw new TabcachedError('NOT_FOUND', 'There is no such file.');
    try {
      if (source.move) return await source.move(await folderAt(folder, true), name);
    } catch (error) {
      // Some browsers have `move` and refuse it, for instance onto a file that is there.
      if (isNamed(error, 'QuotaExceededError')) throw refused(error);
    }
    await put(to, await source.getFile(), false);
    await remove(from);
  };

  return {
    read,
    sizeBytes: async (path) => (await read(path))?.size ?? null,
    write: async (path, data) => void (await put(path, data, false)),
    append: (path, data) => put(path, data, true),
    move,
    delete: remove,
    list: async (folder) => {
      const handle = await orNull(folderAt(checkPath(folder), false));
      const entries: FileEntry[] = [];
      if (!handle) return entries;
      for await (const [name, entry] of handle.entries()) {
        const size = entry.kind === 'file' ? (await orNull((entry as FileSystemFileHandle).getFile()))?.size : 0;
        if (size !== undefined) entries.push({ name, kind: entry.kind === 'file' ? 'file' : 'folder', sizeBytes: size });
      }
      return entries;
    },
  };
}
