/**
 * Finding PostgreSQL's programs, or installing them.
 *
 * Owns: the places where Debian and others put them, and Debian's package. Does not start anything.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NEEDED = ['initdb', 'pg_ctl', 'postgres'];
const DEBIAN = '/usr/lib/postgresql';
const APT = '/usr/bin/apt-get';

/** Oldest version with `pg_current_xact_id` and `gen_random_uuid`. */
const OLDEST_MAJOR = 13;

const isComplete = (folder: string): boolean => NEEDED.every((name) => existsSync(join(folder, name)));

/** Folder of the programs, the newest version first. */
function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).filter((name) => Number(name) >= OLDEST_MAJOR) : [];
  const debian = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'));
  const others = ['/opt/homebrew/bin', '/usr/local/pgsql/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return [...debian, ...others].find(isComplete);
}

const apt = (args: readonly string[]): void => {
  spawnSync(APT, args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
};

/** Folder of PostgreSQL's programs. Installs Debian's package when there is none and this is root; throws when that is of no use. */
export function ensurePostgres(): string {
  const found = findPostgres();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync(APT)) {
    throw new Error('PostgreSQL is not installed. Install it (Debian: apt-get install postgresql), or run this as root on Debian.');
  }
  console.log('Installing PostgreSQL …');
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', 'postgresql']);
  const installed = findPostgres();
  if (installed === undefined) throw new Error('PostgreSQL could not be installed.');
  return installed;
}
