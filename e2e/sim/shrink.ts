/**
 * A broken history made shorter: actions are left out, in ever smaller pieces, as long as the same promise is broken without them.
 *
 * Owns: the search (delta debugging), bounded by real time.
 */
import type { Outcome } from './play.ts';
import type { Plan } from './regime.ts';

/** The shortest outcome found that breaks that promise. */
export async function shrink(plan: Plan, promise: string, withinMs: number, run: (plan: Plan) => Promise<Outcome>): Promise<Outcome> {
  const until = performance.now() + withinMs;
  let best = await run(plan);
  let actions = plan.actions.slice(0, best.steps);
  const attempt = async (shorter: Plan['actions']): Promise<boolean> => {
    const outcome = await run({ ...plan, actions: shorter });
    if (outcome.violation?.promise !== promise) return false;
    best = outcome;
    actions = shorter.slice(0, outcome.steps);
    return true;
  };
  let size = Math.ceil(actions.length / 2);
  while (size >= 1 && performance.now() < until) {
    let dropped = false;
    for (let at = 0; at < actions.length && performance.now() < until; ) {
      if (await attempt([...actions.slice(0, at), ...actions.slice(at + size)])) dropped = true;
      else at += size;
    }
    if (!dropped || size > 1) size = size === 1 ? (dropped ? 1 : 0) : Math.ceil(size / 2);
  }
  return best;
}
