/**
 * The port over a folder of files: what the file-layout media store, its settings and its log need of a platform.
 *
 * Owns: the shape, and which paths there are. Implementations: the browser's origin-private file system (`opfs-file-host.ts`), Node's `fs`
 * in the tests; a desktop application gives its own. All pass one contract suite (`testing/file-host-contract.ts`). Does not know media.
 */
import { TabcachedError } from '../../protocol/errors.ts';

/** Names from the root down; never empty names, never a way out. See {@link checkPath}. */
export type FilePath = readonly string[];

/** What a folder contains. */
export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** 0 for folders. */
  readonly sizeBytes: number;
}

/**
 * Files below one root, which nobody else writes. Folders come into being when a file is written into them. Every method rejects with
 * `INVALID` for a path that {@link checkPath} refuses, and with `STORAGE_FAILED` when the platform refuses.
 */
export interface FileHost {
  /** The file as it is now; null when there is none. */
  read(path: FilePath): Promise<Blob | null>;
  /** Its size; null when there is none. */
  sizeBytes(path: FilePath): Promise<number | null>;
  /** Puts a whole file, in place of an older one. When it rejects, the older one is as it was, or gone; never half a file. */
  write(path: FilePath, data: Blob | Uint8Array<ArrayBuffer>): Promise<void>;
  /** Adds to the end of a file, which is created when there is none. Answers its size then. May leave a part of it when it is cut off. */
  append(path: FilePath, data: Blob | Uint8Array<ArrayBuffer>): Promise<number>;
  /** Renames a file, in place of an older one. Rejects with `NOT_FOUND` when there is none. */
  move(from: FilePath, to: FilePath): Promise<void>;
  /** Deletes a file, or a folder with everything in it; idempotent. */
  delete(path: FilePath): Promise<void>;
  /** What is in a folder, in no order; nothing when there is no such folder. */
  list(folder: FilePath): Promise<readonly FileEntry[]>;
}

/** Longest name, in bytes, of file systems. */
const NAME_MAX = 255;
/** The characters of safe names (`safe-name.ts`): none separates, none is special on any platform. */
const NAME = /^[a-z0-9 ._()+,=@%!~-]+$/;

/** Throws `INVALID` unless every segment is a plain name in lower case. The last line of defence: callers made their names safe before. */
export function checkPath(path: FilePath): FilePath {
  for (const segment of path) {
    const plain = NAME.test(segment) && segment.length <= NAME_MAX && !/[. ]$/.test(segment) && !segment.startsWith(' ');
    if (!plain) throw new TabcachedError('INVALID', `"${segment}" is not a name of a cached file.`);
  }
  return path;
}

/** As {@link checkPath}, for a path that names something below the root. */
export function checkEntry(path: FilePath): { readonly folder: FilePath; readonly name: string } {
  const name = checkPath(path).at(-1);
  if (name === undefined) throw new TabcachedError('INVALID', 'The root is not an entry.');
  return { folder: path.slice(0, -1), name };
}

/** Everything below a folder, with its path from the root. */
export async function walkFiles(host: FileHost, folder: FilePath): Promise<{ readonly path: FilePath; readonly sizeBytes: number }[]> {
  const found: { path: FilePath; sizeBytes: number }[] = [];
  for (const entry of await host.list(folder)) {
    const path = [...folder, entry.name];
    if (entry.kind === 'folder') found.push(...(await walkFiles(host, path)));
    else found.push({ path, sizeBytes: entry.sizeBytes });
  }
  return found;
}
