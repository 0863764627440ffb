/** A cluster for the run: started before the first test file, stopped after the last, whatever came of them. */
import { startCluster } from './cluster.ts';
import { ensurePostgres } from './find-postgres.ts';

/** Called by vitest, which calls what is returned at the end. */
export async function setup(): Promise<() => void> {
  const cluster = await startCluster(ensurePostgres());
  // When the run is broken off.
  process.on('exit', cluster.stop);
  console.log(`${cluster.version} at ${cluster.url}`);
  process.env['TABCACHED_DATABASE_URL'] = cluster.url;
  return cluster.stop;
}
