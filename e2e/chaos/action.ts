/**
 * What an action of a chaos run is, and how its victim is chosen.
 *
 * Actions wait for nothing but what is over at once: whatever is still under way when the next thing happens, the outcome must be the same.
 */
import type { Random } from '../sim/random.ts';
import type { ChaosTab, ChaosWorld } from './chaos-world.ts';

/** Does it, and says what it did; null: it meant nothing now. */
export type ChaosAction = (world: ChaosWorld, random: Random) => Promise<string | null> | string | null;

/** Actions with how often they happen, relative to each other. */
export type WeightedActions = readonly (readonly [weight: number, action: ChaosAction])[];

/** One of a list that is not empty. */
export const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)] as T;

/** A tab that loads or has loaded and whose thread does not stand still; of one person when he is named. */
export function pickTab(world: ChaosWorld, random: Random, userId?: string): ChaosTab | undefined {
  const able = [...world.round.tabs].filter(({ wake, user }) => !wake && (userId === undefined || user.userId === userId));
  return able.length === 0 ? undefined : pick(random, able);
}

/** One of them by weight. */
export function pickAction(actions: WeightedActions, random: Random): ChaosAction {
  let at = random.next() * actions.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, action] of actions) if ((at -= weight) < 0) return action;
  return () => null;
}
