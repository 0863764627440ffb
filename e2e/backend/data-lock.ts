/**
 * One process per data folder: the embedded database would be damaged by a second one and does not notice it.
 *
 * Owns: the lock file with the id of the process that uses the folder. A file whose process is gone is taken over.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'tabcached.lock';

/** The folder is in use. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';

  constructor(folder: string, pid: number) {
    super(`The folder ${folder} is in use by process ${pid}; stop it, or choose another folder with --data.`);
  }
}

/** Folders that this process itself has locked: its own id in a file it did not write is a leftover of a namesake. */
const mine = new Set<string>();

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not allowed to signal it, so it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function create(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Removes a leftover. Renamed first and looked at again, so that a lock that somebody took meanwhile is put back. */
function removeLeftover(path: string, leftover: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  try {
    if (read(aside) !== leftover) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Locks a folder that exists. Throws {@link FolderInUse}, or the system's error when it cannot be written. Answers the undo. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, FILE);
  if (mine.has(path)) throw new FolderInUse(folder, process.pid);
  if (!create(path)) {
    const holder = read(path);
    const pid = Number(holder);
    if (Number.isSafeInteger(pid) && pid > 0 && isRunning(pid)) throw new FolderInUse(folder, pid);
    removeLeftover(path, holder);
    if (!create(path)) throw new FolderInUse(folder, Number(read(path)));
  }
  mine.add(path);
  return () => {
    if (mine.delete(path)) rmSync(path, { force: true });
  };
}
