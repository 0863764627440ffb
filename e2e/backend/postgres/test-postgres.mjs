/** `npm run test:postgres`: the suites of the reference server, and those of several processes, on a PostgreSQL started for them. */
import { spawn } from 'node:child_process';
import { startCluster } from './cluster.mjs';
import { ensurePostgres } from './find-postgres.mjs';

const cluster = await startCluster(ensurePostgres());
process.on('exit', () => cluster.stop());
console.log(`${cluster.version} at ${cluster.url}`);

const tests = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'e2e/backend/postgres/vitest.config.ts', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, TABCACHED_DATABASE_URL: cluster.url },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tests.kill(signal));
tests.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
tests.on('exit', (code) => process.exit(code ?? 1));
