/**
 * `npm run bench`: builds what the benchmarks need and runs them. `-- --json` prints one JSON array and nothing else; `-- --only=a,b`
 * runs those whose names begin so.
 *
 * Owns: building. Measuring begins in `main.ts`, which is bundled because Node 20 reads no TypeScript.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);

if (!existsSync('dist/index.js') || !existsSync('dist/serve.js') || !existsSync('dist/worker.js')) {
  const built = spawnSync('npm', ['run', '--silent', 'build:package'], { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (built.status !== 0) process.exit(1);
}
await build({ configFile: join(root, 'e2e/bench/vite.config.ts'), logLevel: 'warn', customLogger: quietLogger() });

const bundle = await rolldown({ input: 'e2e/bench/main.ts', platform: 'node', external: (id) => !id.startsWith('.') && !id.startsWith('/') });
await bundle.write({ dir: 'dist/bench-runner', format: 'esm', sourcemap: true });
await bundle.close();

const { runBenchmarks } = await import(pathToFileURL(join(root, 'dist/bench-runner/main.js')).href);
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length).split(',') ?? [];
await runBenchmarks({ json: process.argv.includes('--json'), only });

/** Standard output belongs to the results. */
function quietLogger() {
  const print = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);
  return { info: () => {}, warn: print, warnOnce: print, error: print, clearScreen: () => {}, hasErrorLogged: () => false, hasWarned: false };
}
