/**
 * One simulation from its plan to its verdict.
 *
 * Owns: the order of acting, waiting and checking. The same plan always gives the same history.
 */
import { checkCommit } from './check-commit.ts';
import { checkEnd } from './check-end.ts';
import { checkMediaEnd } from './check-media-end.ts';
import { checkMediaCommit } from './check-media.ts';
import { checkTabs, type ShownMarks } from './check-tabs.ts';
import { perform } from './perform.ts';
import { quiesce } from './quiesce.ts';
import { createRandom } from './random.ts';
import type { Plan } from './regime.ts';
import type { Violation } from './violation.ts';
import { createWorld } from './create-world.ts';
import type { WorldSetup } from './world.ts';

/** What became of a simulation. */
export interface Outcome {
  readonly seed: number;
  readonly violation: Violation | null;
  /** Actions performed until the violation. */
  readonly steps: number;
  readonly hash: number;
  /** What happened, when lines were asked for. */
  readonly lines: readonly string[];
  /** The actions that meant something, as text. */
  readonly trace: readonly string[];
}

/** Plays a plan. */
export async function play(plan: Plan, options: Pick<WorldSetup, 'openStore'> & { readonly keepLines?: boolean } = {}): Promise<Outcome> {
  const { seed, regime, actions } = plan;
  const world = await createWorld({ seed, regime, keepLines: options.keepLines ?? false, ...(options.openStore ? { openStore: options.openStore } : {}) });
  const marks = new WeakMap() as ShownMarks;
  const trace: string[] = [];
  const say = (text: string): void => {
    trace.push(text);
    world.log.add(`# ${text}`);
  };
  // A promise whose rejection nobody hears would end a browser's worker with an error report, and here the thread.
  const onUnheard = (error: unknown): void => world.verdict.broken('unheard', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('unhandledRejection', onUnheard);
  world.onCommit = (committed) => {
    checkCommit(world, committed);
    checkMediaCommit(world, committed);
  };
  world.openTab();
  let steps = 0;
  for (const action of actions) {
    if (world.verdict.first()) break;
    steps += 1;
    const done = perform(world, action);
    if (!done) continue;
    say(done.text);
    // Drawn from the action itself, so that leaving one out does not change the others.
    await world.time.advance(done.waitMs + createRandom(action.a * 65_536 + action.b, action.c).int(regime.stepMs + 1));
    checkTabs(world, marks);
    world.sent.checkStep();
    world.notices?.checkStep();
  }
  if (!world.verdict.first()) {
    say('everything heals');
    await quiesce(world);
    checkTabs(world, marks);
    world.sent.checkStep();
    if (!world.verdict.first()) await checkEnd(world);
    if (!world.verdict.first()) await checkMediaEnd(world);
  }
  process.off('unhandledRejection', onUnheard);
  const violation = world.verdict.first();
  if (violation) say(`BROKEN ${violation.promise}: ${violation.text}`);
  return { seed, violation, steps, hash: world.log.hash(), lines: world.log.lines(), trace };
}
