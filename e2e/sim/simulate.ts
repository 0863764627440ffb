/**
 * What the simulator's threads call: a seed played, and a broken one made short.
 *
 * Owns: the way from a number to an answer as plain data. The entry of the bundle that `bundle.mjs` makes.
 */
import type { Action } from './action.ts';
import { play, type Outcome } from './play.ts';
import { planOf, type Plan, type Regime } from './regime.ts';
import { shrink } from './shrink.ts';

export { replay } from './replay.ts';

/** What is asked for. */
export interface SeedRequest {
  readonly seed: number;
  readonly steps: number;
  readonly store: 'memory' | 'indexeddb';
  /** Keep every line of the history. */
  readonly keepLines?: boolean;
  /** Instead of what the seed draws. */
  readonly plan?: { readonly regime: Regime; readonly actions: readonly Action[] };
  /** How long a broken history may be made shorter; 0: not at all. Real time. */
  readonly shrinkMs?: number;
}

/** A seed's answer; `shortest` is the shortest trace that breaks the same promise, `shortestLines` its history when lines are kept. */
export interface SeedAnswer extends Outcome {
  readonly regime: Regime;
  readonly shortest: readonly string[] | null;
  readonly shortestLines: readonly string[];
}

/** Plays a seed. */
export async function simulate({ seed, steps, store, keepLines = false, shrinkMs = 0, plan: given }: SeedRequest): Promise<SeedAnswer> {
  const openStore = store === 'indexeddb' ? (await import('./open-fake-indexeddb.ts')).openFakeIndexedDb : undefined;
  const run = (plan: Plan, lines = false): Promise<Outcome> => play(plan, { ...(openStore ? { openStore } : {}), keepLines: lines });
  const drawn: Plan = given ? { seed, ...given } : planOf(seed, steps);
  // Blobs of the simulation cannot be cloned.
  const plan: Plan = openStore ? { ...drawn, regime: { ...drawn.regime, media: null } } : drawn;
  const outcome = await run(plan, keepLines);
  const { violation } = outcome;
  if (!violation || shrinkMs === 0) return { ...outcome, regime: plan.regime, shortest: null, shortestLines: [] };
  const shorter = await shrink({ ...plan, actions: plan.actions.slice(0, outcome.steps) }, violation.promise, shrinkMs, (each) => run(each, keepLines));
  return { ...outcome, regime: plan.regime, shortest: shorter.trace, shortestLines: shorter.lines };
}
