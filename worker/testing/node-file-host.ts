/** Files below a folder of a real disk, over Node's `fs`: the twin of the browser's in the contract suite, and a pattern for desktop hosts. */
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { checkEntry, checkPath, type FileEntry, type FileHost, type FilePath } from '../media/file-host.ts';

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;
const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(codeOf(error)));

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return null;
    throw toTabcachedError(error, 'STORAGE_FAILED');
  }
}

const bytesOf = async (data: Blob | Uint8Array<ArrayBuffer>): Promise<Uint8Array> => (data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data);

/** Files below `root`, which is created when something is written. */
export function createNodeFileHost(root: string): FileHost {
  const entryAt = (path: FilePath): string => join(root, ...checkEntry(path).folder, checkEntry(path).name);
  const prepared = async (path: FilePath): Promise<string> => {
    const at = entryAt(path);
    await mkdir(dirname(at), { recursive: true });
    return at;
  };
  const statFile = async (at: string): Promise<number | null> => {
    const found = await orNull(stat(at));
    return found?.isFile() ? found.size : null;
  };
  const trying = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toTabcachedError(error, 'STORAGE_FAILED');
    }
  };
  return {
    read: async (path) => {
      const bytes = await orNull(readFile(entryAt(path)));
      return bytes && new Blob([new Uint8Array(bytes)]);
    },
    sizeBytes: async (path) => statFile(entryAt(path)),
    write: (path, data) =>
      trying(async () => {
        const at = await prepared(path);
        await writeFile(`${at}~`, await bytesOf(data));
        await rename(`${at}~`, at);
      }),
    append: (path, data) =>
      trying(async () => {
        const at = await prepared(path);
        await appendFile(at, await bytesOf(data));
        return (await stat(at)).size;
      }),
    move: async (from, to) => {
      checkEntry(to);
      if ((await statFile(entryAt(from))) === null) throw new TabcachedError('NOT_FOUND', 'There is no such file.');
      await trying(async () => rename(entryAt(from), await prepared(to)));
    },
    delete: async (path) => void (await orNull(rm(entryAt(path), { recursive: true, force: true }))),
    list: async (folder) => {
      const at = join(root, ...checkPath(folder));
      const entries = (await orNull(readdir(at, { withFileTypes: true }))) ?? [];
      const found = entries.map(async (entry): Promise<FileEntry | null> => {
        if (entry.isDirectory()) return { name: entry.name, kind: 'folder', sizeBytes: 0 };
        const sizeBytes = await statFile(join(at, entry.name));
        return sizeBytes === null ? null : { name: entry.name, kind: 'file', sizeBytes };
      });
      return (await Promise.all(found)).filter((entry) => entry !== null);
    },
  };
}
