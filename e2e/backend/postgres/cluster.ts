/**
 * A PostgreSQL cluster for one run of tests: in a folder of its own, on a free port of loopback, gone afterwards.
 *
 * Owns: that it never runs as root, which PostgreSQL refuses, and that nothing of it is left.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A cluster that runs. */
export interface Cluster {
  readonly url: string;
  readonly version: string;
  /** Idempotent, and synchronous, so that it can be called while the process ends. */
  stop(): void;
}

/** Debian's package makes this user. */
const UNPRIVILEGED = 'postgres';

/** Whom to run as; nothing means as we are. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = ['-u', '-g'].map((option) => Number(spawnSync('id', [option, UNPRIVILEGED], { encoding: 'utf8' }).stdout));
  if (!uid || !gid) throw new Error(`There is no user ${UNPRIVILEGED} to run PostgreSQL as.`);
  return { uid, gid };
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** Starts a cluster with the programs of a folder. */
export async function startCluster(programs: string): Promise<Cluster> {
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'tabcached-postgres-'));
  if (user) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const [data, log] = [join(folder, 'data'), join(folder, 'log')];

  const run = (name: string, args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(join(programs, name), args, {
      cwd: folder,
      encoding: 'utf8',
      // The server that `pg_ctl` starts would hold on to a pipe of ours for as long as it runs.
      stdio: name === 'pg_ctl' ? 'ignore' : 'pipe',
      env: { ...process.env, HOME: folder, LC_ALL: 'C' },
      ...user,
    });
    if (status === 0) return stdout ?? '';
    throw new Error(`${name} failed with exit code ${status}: ${stderr ?? ''}${existsSync(log) ? readFileSync(log, 'utf8') : ''}`);
  };

  let stopped = false;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    try {
      run('pg_ctl', ['stop', '-D', data, '-m', 'immediate', '-w']);
    } catch {
      // It never ran, or has ended by itself.
    }
    rmSync(folder, { recursive: true, force: true });
  };

  try {
    const version = run('postgres', ['--version']).trim();
    run('initdb', ['-D', data, '-U', UNPRIVILEGED, '-A', 'trust', '-E', 'UTF8', '--no-sync']);
    const port = await freePort();
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off -c max_connections=200`;
    run('pg_ctl', ['start', '-D', data, '-l', log, '-w', '-t', '60', '-o', settings]);
    return { url: `postgres://${UNPRIVILEGED}@127.0.0.1:${port}/postgres`, version, stop };
  } catch (error) {
    stop();
    throw error;
  }
}
