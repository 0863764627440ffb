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

/** Oldest version with `pg_current_xact_id` and `gen_random_uuid`. */
const OLDEST_MAJOR = 13;

/** @type {(folder: string) => boolean} */
const isComplete = (folder) => NEEDED.every((name) => existsSync(join(folder, name)));

/** @returns {string | undefined} Folder of the programs, the newest version first. */
function findPostgres() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).filter((name) => Number(name) >= OLDEST_MAJOR) : [];
  const debian = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(DEBIAN, version, 'bin'));
  const others = ['/opt/homebrew/bin', '/usr/local/pgsql/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return [...debian, ...others].find(isComplete);
}

/** @type {(command: string, args: string[]) => boolean} */
const run = (command, args) => spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;

/**
 * Folder of PostgreSQL's programs. Installs Debian's package when there is none and this is root.
 *
 * @returns {string}
 */
export function ensurePostgres() {
  const found = findPostgres();
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error('PostgreSQL is not installed. Install it (Debian: apt-get install postgresql), or run this as root on Debian.');
  }
  console.log('Installing PostgreSQL …');
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'postgresql']);
  const installed = findPostgres();
  if (!installed) throw new Error('PostgreSQL could not be installed.');
  return installed;
}
