/**
 * The proof that the simulator finds what is wrong: every planted bug has to be caught.
 *
 * Owns: one bundle for each bug, several bugs at once, and seeds until one of them breaks a promise that the sound code keeps with the
 * same seed.
 */
import { bundleSimulator } from './bundle.mjs';
import { PLANTED_BUGS } from './planted-list.mjs';
import { playSeeds } from './seed-pool.mjs';

/**
 * Plays every bug. Answers how many were not caught; one that does not apply is not caught.
 *
 * @param {{ seeds: number, steps: number, from: number, threads: number, only: string | undefined }} options
 */
export async function runPlanted({ seeds, steps, from, threads, only }) {
  const bugs = PLANTED_BUGS.filter((bug) => only === undefined || bug.name.includes(only));
  const queue = bugs[Symbol.iterator]();
  const sound = await bundleSimulator();
  let caught = 0;
  const runHunter = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const found = await hunt(next.value, { seeds, steps, from, soundFile: sound.file });
      if (found.violation) caught += 1;
      console.log(`${found.violation ? 'caught  ' : 'SURVIVED'} ${next.value.name}`);
      console.log(`         ${found.violation ? `seed ${found.seed}, ${found.played} played: ${found.violation.promise} ${found.violation.text.split('\n')[0].slice(0, 160)}` : found.reason}`);
    }
  };
  await Promise.all(Array.from({ length: threads }, runHunter)).finally(sound.remove);
  console.log(`planted: ${caught} caught, ${bugs.length - caught} survived`);
  return bugs.length - caught;
}

async function hunt(bug, { seeds, steps, from, soundFile }) {
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
    threads: 1,
    onAnswer: async (answer) => {
      played += 1;
      if (!answer.violation || (await isBroken(soundFile, { seed: answer.seed, steps, store: 'memory' }))) return false;
      found = { violation: answer.violation, seed: answer.seed, played };
      return true;
    },
  }).finally(bundle.remove);
  return found;
}

/** Does the sound code break a promise with that seed? Then the bug is not what was found. */
async function isBroken(file, request) {
  let broken = false;
  await playSeeds({
    file,
    requests: [request],
    threads: 1,
    onAnswer: (answer) => {
      broken = answer.violation !== null;
      return true;
    },
  });
  return broken;
}
