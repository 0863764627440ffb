/** The simulator's part in `npm test`: seeds from a fixed start, and that it is worth its name. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleSimulator } from './bundle.mjs';
import { PLANTED_BUGS } from './planted-list.mjs';
import { playSeeds } from './seed-pool.mjs';
import type { SeedAnswer, SeedRequest } from './simulate.ts';

const FROM = 1;
const SEEDS = 300;
const STEPS = 200;

let bundle: { readonly file: string; remove(): void };
beforeAll(async () => {
  bundle = await bundleSimulator();
});
afterAll(() => bundle.remove());

async function play(requests: readonly SeedRequest[]): Promise<SeedAnswer[]> {
  const answers: SeedAnswer[] = [];
  await playSeeds({ file: bundle.file, threads: 2, requests, onAnswer: (answer: SeedAnswer) => void answers.push(answer) });
  return answers.sort((a, b) => a.seed - b.seed);
}

const broken = (answers: readonly SeedAnswer[]): string[] =>
  answers.flatMap(({ seed, violation, shortest }) => (violation ? [[`seed ${seed} broke ${violation.promise}: ${violation.text}`, ...(shortest ?? [])].join('\n  ')] : []));

describe('simulation', () => {
  test(`C-1 D-1 D-2 D-3 D-4 D-5 T-5 T-6 G ${SEEDS} seeds of ${STEPS} steps break no promise`, { timeout: 300_000 }, async () => {
    const requests = Array.from({ length: SEEDS }, (_, at): SeedRequest => ({ seed: FROM + at, steps: STEPS, store: 'memory', shrinkMs: 10_000 }));
    expect(broken(await play(requests))).toEqual([]);
  });

  test('G a few seeds over IndexedDB break no promise either', { timeout: 120_000 }, async () => {
    const requests = Array.from({ length: 6 }, (_, at): SeedRequest => ({ seed: FROM + at, steps: 60, store: 'indexeddb' }));
    expect(broken(await play(requests))).toEqual([]);
  });

  test('C-1 G the same seed gives the same history', { timeout: 60_000 }, async () => {
    const twice = (store: SeedRequest['store'], steps: number): SeedRequest[] => [7, 8, 7, 8].map((seed) => ({ seed, steps, store, keepLines: true }));
    for (const requests of [twice('memory', STEPS), twice('indexeddb', 60)]) {
      const [a, b, c, d] = await play(requests);
      expect(a?.lines.length).toBeGreaterThan(20);
      expect([a?.hash, c?.hash]).toEqual([b?.hash, d?.hash]);
      expect(a?.lines).toEqual(b?.lines);
      expect(a?.hash).not.toBe(c?.hash);
    }
  });

  test('C-3 G every planted bug still applies to the sources', { timeout: 120_000 }, async () => {
    for (const bug of PLANTED_BUGS) (await bundleSimulator(bug.edits)).remove();
    await expect(bundleSimulator([{ file: 'worker/sync/merge.ts', text: 'no such text', replacement: '' }])).rejects.toThrow('does not apply');
  });
});
