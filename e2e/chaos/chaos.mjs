/**
 * `npm run chaos -- --minutes N`: random trouble in a real browser, and then the comparison. The last line is
 * `chaos: N minutes, K kills, V violations`; the exit code is 0 only when nothing was broken.
 *
 *   --minutes N   (1)              --seed S   without it a random one, which is printed first
 *   --no-build    as built before  --verbose  prints everything that is done
 *
 * Owns: building. The run begins in `main.ts`, which is bundled because Node 20 reads no TypeScript.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error('npm run chaos -- --minutes N [--seed S] [--no-build] [--verbose]');
  process.exit(2);
}
console.log(`chaos: seed ${seed}`);

const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);
if (!values['no-build']) {
  const built = spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (built.status !== 0) process.exit(1);
}
const bundle = await rolldown({ input: 'e2e/chaos/main.ts', platform: 'node', external: (id) => !id.startsWith('.') && !id.startsWith('/') });
await bundle.write({ dir: 'dist/chaos-runner', format: 'esm', sourcemap: true });
await bundle.close();

const { runChaos } = await import(pathToFileURL(join(root, 'dist/chaos-runner/main.js')).href);
const { kills, violations } = await runChaos({ minutes, seed, desk: join(root, 'dist/desk'), verbose: values.verbose, print: (line) => console.log(line) });
process.exitCode = violations > 0 ? 1 : 0;
console.log(`chaos: ${minutes} minutes, ${kills} kills, ${violations} violations`);
