/**
 * Actions made real in a world.
 *
 * Owns: what the numbers of an action mean in the present state, and its description for a person. Awaits nothing: what an action begins
 * goes on while others happen.
 */
import type { Action, ActionKind } from './action.ts';
import { hostActions } from './perform-host.ts';
import { mediaActions } from './perform-media.ts';
import { neighbourActions } from './perform-neighbour.ts';
import { networkActions } from './perform-network.ts';
import { sendingActions } from './perform-sending.ts';
import { serverActions } from './perform-server.ts';
import { tabActions } from './perform-tabs.ts';
import type { World } from './world.ts';

/** Does it, and says what it did; null: it meant nothing here. `waitMs`: time that passes afterwards. */
export type Perform = (world: World, action: Action) => string | { readonly text: string; readonly waitMs: number } | null;

const HOUR_MS = 3_600_000;

const daemonActions = {
  kill: (world, { a }) => {
    if (!world.daemonLives()) return null;
    world.kill(a % 300);
    return 'the daemon is killed';
  },
  killSoon: (world, { a, b }) => {
    if (!world.daemonLives()) return null;
    world.killAt(1 + (a % 12), b % 40);
    return `the daemon dies ${b % 40} microtasks after ${1 + (a % 12)} more boundaries`;
  },
  drain: (world) => {
    if (!world.daemonLives()) return null;
    void world.drain();
    return 'the daemon is drained for another';
  },
  failWrites: (world, { a }) => {
    world.durable.failWritesUntilAt = world.time.clock.now() + (a % 8_000);
    return `writes fail for ${a % 8_000} ms`;
  },
  failReads: (world, { a }) => {
    world.durable.failReadsUntilAt = world.time.clock.now() + (a % 4_000);
    return `reads fail for ${a % 4_000} ms`;
  },
  wait: (_world, { a }) => ({ text: `wait ${a % 1_500} ms`, waitMs: a % 1_500 }),
  waitLong: (_world, { a }) => ({ text: `wait ${a % 60_000} ms`, waitMs: a % 60_000 }),
  jump: (world, { a, b }) => {
    const hours = b % 3 === 0 ? 24 * 8 : 1 + (a % 12);
    world.time.jump(hours * HOUR_MS);
    world.sent.onClockJump(hours * HOUR_MS);
    return `the clock jumps ${hours} h`;
  },
} satisfies Partial<Record<ActionKind, Perform>>;

const ALL: Readonly<Record<ActionKind, Perform>> = { ...serverActions, ...networkActions, ...tabActions, ...sendingActions, ...mediaActions, ...hostActions, ...neighbourActions, ...daemonActions };

/** Performs an action; answers its description and how long to wait. */
export function perform(world: World, action: Action): { readonly text: string; readonly waitMs: number } | null {
  const done = ALL[action.kind](world, action);
  return typeof done === 'string' ? { text: done, waitMs: 0 } : done;
}

