/** A folder for one test file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** See the file's comment. */
export interface TempFolder {
  readonly path: string;
  /** Writes a file; its path. */
  write(name: string, text: string): string;
  remove(): void;
}

/** Makes a folder. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'tabcached-'));
  return {
    path,
    write: (name, text) => {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
