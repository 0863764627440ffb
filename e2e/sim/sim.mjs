/**
 * `npm run sim`: plays seeds and says whether a promise was broken.
 *
 *   --seeds N    how many (500)        --from S     the first one; without it, a random one, which is printed
 *   --steps M    actions each (200)    --seed S     only this one, with its history
 *   --store X    memory (default), indexeddb
 *   --shrink S    seconds for making a broken history shorter (15)
 *   --threads N  (2)                   --planted    plays against every planted bug (see planted.mjs)
 *   --replay FILE  plays a recording of the flight recorder (see replay.ts); --lines shows its history
 */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleSimulator } from './bundle.mjs';
import { runPlanted } from './planted.mjs';
import { playSeeds } from './seed-pool.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    steps: { type: 'string', default: '200' },
    from: { type: 'string' },
    seed: { type: 'string' },
    store: { type: 'string', default: 'memory' },
    threads: { type: 'string', default: '2' },
    shrink: { type: 'string', default: '15' },
    only: { type: 'string' },
    planted: { type: 'boolean', default: false },
    replay: { type: 'string' },
    lines: { type: 'boolean', default: false },
  },
});
const steps = Number(values.steps);
const { store } = values;
const shrinkMs = Number(values.shrink) * 1_000;

function printBroken(answer) {
  console.log(`\nseed ${answer.seed} broke ${answer.violation.promise}: ${answer.violation.text}`);
  console.log(`  npm run sim -- --seed ${answer.seed} --steps ${steps}${store === 'memory' ? '' : ` --store ${store}`}`);
  console.log(`  ${JSON.stringify(answer.regime)}`);
  for (const line of answer.shortest ?? answer.trace) console.log(`  ${line}`);
}

async function playOne(seed) {
  const { file, remove } = await bundleSimulator();
  let violations = 0;
  await playSeeds({
    file,
    threads: 1,
    requests: [{ seed, steps, store, keepLines: true, shrinkMs }],
    onAnswer: (answer) => {
      for (const line of answer.lines) console.log(line);
      console.log(`history ${answer.hash.toString(16)}`);
      if (!answer.violation) return;
      violations += 1;
      printBroken(answer);
      if (answer.shortest) console.log('\nthe shortest, whole:');
      for (const line of answer.shortestLines) console.log(line);
    },
  }).finally(remove);
  console.log(`sim: 1 seeds, ${violations} violations`);
  return violations;
}

async function playMany() {
  const from = values.from === undefined ? randomInt(2 ** 31) : Number(values.from);
  const count = Number(values.seeds);
  console.log(`seeds ${from} to ${from + count - 1}, ${steps} steps each, ${store} store`);
  const { file, remove } = await bundleSimulator();
  const requests = Array.from({ length: count }, (_, at) => ({ seed: from + at, steps, store, shrinkMs }));
  let violations = 0;
  let played = 0;
  const startedAt = performance.now();
  await playSeeds({
    file,
    requests,
    threads: Number(values.threads),
    onAnswer: (answer) => {
      played += 1;
      if (!answer.violation) return false;
      violations += 1;
      printBroken(answer);
      return false;
    },
  }).finally(remove);
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`\n${(played / seconds).toFixed(1)} seeds a second`);
  console.log(`sim: ${played} seeds, ${violations} violations`);
  return violations;
}

/** Answers the number of violations; a file that is no recording is one too, because nothing was shown. */
async function playRecording(path) {
  const { file, remove } = await bundleSimulator();
  let violations = 1;
  try {
    const { replay } = await import(pathToFileURL(file).href);
    const { stage, violation, events, lines } = await replay(await readFile(path, 'utf8'), values.lines);
    for (const line of lines) console.log(line);
    if (!violation) violations = 0;
    else console.log(`\n${stage === 'recording' ? 'the recording itself breaks' : 'replayed, it breaks'} ${violation.promise}: ${violation.text}`);
    console.log(`${events} events played`);
  } catch (error) {
    console.log(`not replayed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    remove();
  }
  console.log(`sim: 1 replay, ${violations} violations`);
  return violations;
}

const failures = values.replay !== undefined
  ? await playRecording(values.replay)
  : values.planted
  ? await runPlanted({ seeds: Number(values.seeds), steps, from: Number(values.from ?? '1'), threads: Number(values.threads), only: values.only })
  : values.seed === undefined
    ? await playMany()
    : await playOne(Number(values.seed));
process.exitCode = failures > 0 ? 1 : 0;
