/** What the checks of daemons, storage and notices once took for a fault and is none, as the shortest histories that led there. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Action, ActionKind } from './action.ts';
import { bundleSimulator } from './bundle.mjs';
import type { Regime } from './regime.ts';
import { playSeeds } from './seed-pool.mjs';
import type { SeedAnswer, SeedRequest } from './simulate.ts';

let bundle: { readonly file: string; remove(): void };
beforeAll(async () => {
  bundle = await bundleSimulator();
});
afterAll(() => bundle.remove());

const REGIME: Regime = { chats: [3], requestMs: 5, answerMs: 0, frameMs: 0, storeMs: 0, stepMs: 5, idempotent: true, maxTabs: 5, appendsRead: true, outboxLimit: 1_000, sending: true, media: null, host: true };

type Step = readonly [kind: ActionKind, a: number, b: number, c: number];

async function play(seed: number, regime: Partial<Regime>, steps: readonly Step[]): Promise<SeedAnswer> {
  const actions = steps.map(([kind, a, b, c]): Action => ({ kind, a, b, c }));
  let answer: SeedAnswer | null = null;
  const request: SeedRequest = { seed, steps: actions.length, store: 'memory', keepLines: true, plan: { regime: { ...REGIME, ...regime }, actions } };
  await playSeeds({ file: bundle.file, threads: 1, requests: [request], onAnswer: (each: SeedAnswer) => void (answer = each) });
  if (!answer) throw new Error('nothing was played');
  return answer;
}

describe('checks of daemons and storage', () => {
  test('T-3 a daemon is killed and storage hangs: tabs have to hear of it before they can be let in, also where a chat has nothing to show', async () => {
    const { violation, lines } = await play(1_641_044_004, { frameMs: 3, storeMs: 8, idempotent: false, appendsRead: false }, [
      ['waitLong', 34_103, 20_547, 4_096],
      ['remove', 27_973, 51_144, 56_971],
      ['cut', 7_479, 27_778, 7_003],
      ['wait', 50_662, 50_092, 65_116],
      ['send', 37_292, 1_691, 5_783],
      ['waitLong', 62_924, 42_585, 2_117],
      ['remove', 39_627, 27_133, 51_911],
      ['remove', 37_459, 17_435, 64_156],
    ]);
    expect(lines.some((line) => line.includes('runs on memory'))).toBe(true);
    expect(violation).toBeNull();
  });

  test('T-3 a tab takes the place of another at the same instant: nothing has changed for the daemon, and welcome alone tells of storage', async () => {
    const { violation, trace } = await play(1_641_044_290, { chats: [60, 0], answerMs: 20, storeMs: 1, stepMs: 30, maxTabs: 2 }, [
      ['failReads', 63_971, 23_335, 57_984],
      ['waitLong', 25_787, 31_351, 57_749],
      ['openChat', 30_367, 35_875, 13_526],
      ['drain', 31_146, 52_819, 10_136],
      ['syncChat', 59_609, 48_927, 35_554],
      ['frames', 24_426, 4_795, 9_427],
      ['syncChat', 27_434, 49_243, 2_089],
      ['reload', 64_139, 22_556, 45_493],
    ]);
    expect(trace).toContain('tab 1 is loaded anew');
    expect(violation).toBeNull();
  });

  test('S-4 an attempt is being noted by a transaction that hangs: nobody who comes online can hurry it', async () => {
    const { violation, trace } = await play(3_157, { chats: [3, 3, 60], stepMs: 400, outboxLimit: 3 }, [
      ['bad', 36_027, 52_543, 17_630],
      ['comeBack', 43_187, 18_314, 25_140],
      ['send', 44_304, 38_154, 40_079],
      ['hangStorage', 18_886, 38_863, 6_715],
      ['waitLong', 4_172, 14_719, 23_261],
      ['comeBack', 37_480, 45_654, 38_122],
    ]);
    expect(trace).toContain('tab 1 is away for a moment');
    expect(violation).toBeNull();
  });

  test('#46 a daemon that was refused storage from its start does not know the pause that an earlier one noted there', async () => {
    const { violation, lines } = await play(1_840_000_609, { chats: [20, 0], requestMs: 0, frameMs: 60, storeMs: 1, maxTabs: 2, sending: false }, [
      ['fault', 13_623, 43_686, 46_261],
      ['troubleOpen', 48_625, 63_654, 51_074],
      ['wait', 51_948, 52_652, 33_644],
      ['send', 46_507, 17_424, 61_542],
      ['killSoon', 37_312, 44_666, 32_654],
      ['send', 37_320, 33_997, 25_329],
      ['send', 5_941, 9_894, 65_269],
      ['send', 41_606, 38_779, 41_194],
    ]);
    expect(lines.some((line) => line.includes('send RATE_LIMITED'))).toBe(true);
    expect(violation).toBeNull();
  });
});

describe('checks of notices (T-6)', () => {
  test('what a daemon told that nothing could be stored of may be told again in parts', async () => {
    const media = { budgetBytes: 24_000, messageBudgetBytes: 1e9, fileBytes: 6_000, partBytes: 1_500, partMs: 0, files: 4, onDisk: false };
    const { violation, lines } = await play(1_840_002_310, { chats: [20, 60], requestMs: 0, answerMs: 2, stepMs: 400, appendsRead: false, outboxLimit: 3, sending: false, media, host: false, notices: true }, [
      ['append', 11_468, 9_173, 15_817],
      ['closeTab', 15_735, 36_137, 56_738],
      ['hide', 40_202, 36_971, 36_275],
      ['killSoon', 40_785, 29_583, 45_806],
      ['append', 38_543, 11_217, 41_974],
      ['failReads', 5_862, 37_251, 64_735],
      ['attach', 36_657, 21_463, 21_864],
      ['openTab', 55_215, 30_795, 46_030],
      ['attach', 62_117, 30_538, 36_209],
    ]);
    expect(lines.some((line) => line.includes('storage failed'))).toBe(true);
    expect(violation).toBeNull();
  });

  test('what came in frames that were lost is known at the next ping', async () => {
    const { violation, trace } = await play(1_840_000_870, { chats: [20], requestMs: 40, storeMs: 8, stepMs: 30, appendsRead: false, host: false, notices: true }, [
      ['append', 2_033, 4_833, 8_361],
      ['append', 34_963, 34_065, 64_653],
      ['burst', 45_995, 60_096, 41_701],
      ['frames', 41_400, 46_901, 20_370],
      ['openTab', 36_163, 53_197, 11_163],
      ['append', 43_609, 61_468, 14_489],
    ]);
    expect(trace).toContain('the next 6 frames: drop');
    expect(violation).toBeNull();
  });
});
