/**
 * The conditions of one simulation, drawn from its seed, so that different seeds explore different worlds.
 *
 * Owns: the draw. Times in milliseconds.
 */
import { drawActions, drawWeights, type Action } from './action.ts';
import { createRandom } from './random.ts';

/** Conditions. */
export interface Regime {
  /** Messages that each chat begins with. */
  readonly chats: readonly number[];
  readonly requestMs: number;
  readonly answerMs: number;
  readonly frameMs: number;
  readonly storeMs: number;
  /** Longest pause after an action. */
  readonly stepMs: number;
  /** False: the server stores a message again when it is sent again, and asking for it first is the only protection. */
  readonly idempotent: boolean;
  /** False: what the user writes on another device does not move his read mark. */
  readonly appendsRead: boolean;
  readonly maxTabs: number;
  /** More messages than this do not wait to be sent. */
  readonly outboxLimit: number;
  /** Refusals of every kind, tokens that come late, buttons that several tabs press. */
  readonly sending: boolean;
  /** Builds beside each other, threads that hang, storage that fails, people who sign out. */
  readonly host: boolean;
  /** Another person uses the same browser profile (`neighbour.ts`). */
  readonly neighbour?: true;
  /** Tabs want to be told of new messages. */
  readonly notices?: true;
  /** Files; null: there are none. */
  readonly media: MediaRegime | null;
}

/** Conditions of files. Sizes are small, so that there can be many. */
export interface MediaRegime {
  readonly budgetBytes: number;
  readonly messageBudgetBytes: number;
  /** Most files are not larger. */
  readonly fileBytes: number;
  /** How files arrive. */
  readonly partBytes: number;
  readonly partMs: number;
  /** Files that each chat begins with. */
  readonly files: number;
  /** Their bytes are in a folder, not in the database. */
  readonly onDisk: boolean;
}

/** Which seeds have a second person, and which have notices: so few that all others keep the histories they had. */
const NEIGHBOUR_SEEDS = 5;
const NOTICE_SEEDS = 6;
const isOneInEight = (seed: number, which: number): boolean => seed % 8 === which;

/** A simulation: its conditions and what happens in it. */
export interface Plan {
  readonly seed: number;
  readonly regime: Regime;
  readonly actions: readonly Action[];
}

function mediaRegime(seed: number): MediaRegime | null {
  const random = createRandom(seed, 12);
  const pick = <T>(...choices: readonly T[]): T => choices[random.int(choices.length)] as T;
  if (!random.chance(0.45)) return null;
  return {
    budgetBytes: pick(12_000, 24_000, 24_000, 60_000, 1_000_000),
    messageBudgetBytes: pick(1e9, 1e9, 1e9, 60_000, 20_000),
    fileBytes: pick(1_500, 6_000, 6_000, 9_000),
    partBytes: pick(300, 700, 1_500),
    partMs: pick(0, 0, 5, 80, 400),
    files: pick(0, 1, 4),
    onDisk: seed % 4 === 1,
  };
}

/** The simulation of a seed. */
export function planOf(seed: number, steps: number): Plan {
  const random = createRandom(seed, 1);
  const pick = <T>(...choices: readonly T[]): T => choices[random.int(choices.length)] as T;
  const media = mediaRegime(seed);
  const regime: Regime = {
    chats: Array.from({ length: pick(1, 1, 2, 3) }, () => pick(0, 3, 20, 60, 60, 140, 180)),
    requestMs: pick(0, 0, 5, 40),
    answerMs: pick(0, 2, 20, 300),
    frameMs: pick(0, 0, 3, 60),
    storeMs: pick(0, 0, 1, 8),
    stepMs: pick(0, 5, 30, 400),
    idempotent: !random.chance(0.35),
    maxTabs: pick(1, 2, 3, 5),
    appendsRead: random.chance(0.6),
    outboxLimit: createRandom(seed, 8).chance(0.15) ? 3 : 1_000,
    sending: createRandom(seed, 6).chance(0.35),
    media,
    host: media === null && createRandom(seed, 21).chance(0.5),
    ...(isOneInEight(seed, NEIGHBOUR_SEEDS) ? { neighbour: true } : {}),
    ...(isOneInEight(seed, NOTICE_SEEDS) ? { notices: true, host: false } : {}),
  };
  return { seed, regime, actions: drawActions(createRandom(seed, 2), drawWeights(createRandom(seed, 3), regime), steps) };
}
