/**
 * The proof that the simulator finds what is wrong: every planted bug has to be caught.
 *
 * Owns: one bundle for each bug, and seeds until one of them breaks a promise that the sound code keeps with the same seed.
 */
import { bundleSimulator } from './bundle.mjs';
import { PLANTED_BUGS } from './planted-bugs.mjs';
import { playSeeds } from './seed-pool.mjs';

/**
 * Plants one bug after the other. Answers how many were not caught; one that does not apply is not caught.
 *
 * @param {{ seeds: number, steps: number, from: number, threads: number, only: string | undefined }} options
 */
export async function runPlanted({ seeds, steps, from, threads, only }) {
  const sound = await bundleSimulator();
  const { simulate } = await import(sound.file);
  let caught = 0;
  let survived = 0;
  for (const bug of PLANTED_BUGS) {
    if (only !== undefined && !bug.name.includes(only)) continue;
    const found = await hunt(bug, { seeds, steps, from, threads, simulate });
    if (found.violation) caught += 1;
    else survived += 1;
    console.log(`${found.violation ? 'caught  ' : 'SURVIVED'} ${bug.name}`);
    console.log(`         ${found.violation ? `seed ${found.seed}, ${found.played} played: ${found.violation.promise} ${found.violation.text.split('\n')[0].slice(0, 160)}` : found.reason}`);
  }
  sound.remove();
  console.log(`planted: ${caught} caught, ${survived} survived`);
  return survived;
}

async function hunt(bug, { seeds, steps, from, threads, simulate }) {
  let bundle;
  try {
    bundle = await bundleSimulator(bug.edits);
  } catch (error) {
    return { violation: null, reason: String(error) };
  }
  let played = 0;
  let found = { violation: null, reason: `${seeds} seeds` };
  const requests = Array.from({ length: seeds }, (_, at) => ({ seed: from + at, steps, store: 'memory' }));
  await playSeeds({
    file: bundle.file,
    requests,
    threads,
    onAnswer: async (answer) => {
      played += 1;
      if (!answer.violation || found.violation) return Boolean(found.violation);
      const without = await simulate({ seed: answer.seed, steps, store: 'memory' });
      if (without.violation) return false;
      found = { violation: answer.violation, seed: answer.seed, played };
      return true;
    },
  }).finally(bundle.remove);
  return found;
}
