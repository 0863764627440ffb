/**
 * Wiping a user from a real browser: the origin-private file system, the Cache API and IndexedDB.
 *
 * Owns: how each place is emptied and looked at. A place that a browser does not have holds nothing.
 */
import type { Timers } from './env.ts';
import { opfsFolder } from './media/open-opfs.ts';
import type { OpenFiles, Scope } from './real-env.ts';
import { wipePlaces, type WipePlaces } from './wipe-user.ts';

/** What is read of a worker's global scope. */
export type WipeScope = Pick<Scope, 'navigator' | 'indexedDB' | 'caches'>;

/** Pause between two attempts. */
const PAUSE_MS = 200;
/** A database that is still open somewhere is not waited for any longer; the browser deletes it when it is closed. */
const DELETE_MS = 2_000;

/**
 * Removes everything of a user; answers what is left. `openFiles`: where the application keeps files of its daemons, beside the browser's own
 * place for them.
 */
export const wipeUser = (scope: WipeScope, timers: Timers, userId: string, openFiles?: OpenFiles): Promise<readonly string[]> =>
  wipePlaces(
    userId,
    { files: filesOf(scope, userId, openFiles), caches: cachesOf(scope), databases: databasesOf(scope, timers) },
    () => new Promise((resolve) => void timers.after(PAUSE_MS, resolve)),
  );

const isMissing = (error: unknown): boolean => (error as { name?: unknown } | null)?.name === 'NotFoundError';

function filesOf({ navigator }: WipeScope, userId: string, openFiles?: OpenFiles): WipePlaces['files'] {
  const storage = navigator.storage as Partial<StorageManager> | undefined;
  const folder = opfsFolder(userId);
  const root = async (): Promise<FileSystemDirectoryHandle | null> => (await storage?.getDirectory?.()) ?? null;
  const folderExists = async (): Promise<boolean> => {
    try {
      return (await (await root())?.getDirectoryHandle(folder)) !== undefined;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  };
  return {
    remove: async () => {
      const own = await openFiles?.(userId);
      for (const { name } of (await own?.list([])) ?? []) await own?.delete([name]);
      try {
        await (await root())?.removeEntry(folder, { recursive: true });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    },
    holdsAny: async () => ((await (await openFiles?.(userId))?.list([])) ?? []).length > 0 || folderExists(),
  };
}

const cachesOf = ({ caches }: WipeScope): WipePlaces['caches'] => {
  const storage = caches as CacheStorage | undefined;
  return {
    names: async () => (await storage?.keys()) ?? [],
    remove: async (name) => void (await storage?.delete(name)),
  };
};

function databasesOf({ indexedDB }: WipeScope, timers: Timers): WipePlaces['databases'] {
  const factory = indexedDB as IDBFactory | undefined;
  return {
    remove: (name) =>
      new Promise<void>((resolve, reject) => {
        if (!factory) return resolve();
        const cancel = timers.after(DELETE_MS, () => reject(new Error(`${name} is still open somewhere`)));
        const request = factory.deleteDatabase(name);
        const end = (settle: () => void) => () => {
          cancel();
          settle();
        };
        request.onsuccess = end(resolve);
        request.onerror = end(() => reject(request.error ?? new Error('deleteDatabase failed')));
      }),
    exists: async (name) => {
      const lists = factory as Partial<IDBFactory> | undefined;
      return lists?.databases ? (await lists.databases()).some((database) => database.name === name) : null;
    },
  };
}
