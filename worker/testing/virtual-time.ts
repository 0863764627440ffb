/**
 * A clock that only moves when it is told to, and timers that follow it.
 *
 * Owns: order. Timers due at the same moment run in the order in which they were set.
 */
import type { Clock, Timers } from '../env.ts';

/** Time under a test's control. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Moves the wall clock without running timers: a machine that slept, a clock that was set. */
  jump(byMs: number): void;
  /** Runs timers due within that time, letting promises settle before and after each. */
  advance(byMs: number): Promise<void>;
  /** Lets promises settle. */
  settle(): Promise<void>;
  /** Time that has passed since the beginning, whatever the wall clock says. */
  elapsedMs(): number;
  /** When the next timer is due, or null. */
  nextAt(): number | null;
}

/**
 * One turn of the event loop: whatever waits for promises alone is done then, because the queue of microtasks is emptied first. What
 * waits for tasks as well (IndexedDB) needs more; whoever uses it brings a `settle` of its own.
 */
const oneTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Creates time at a fixed moment. */
export function createVirtualTime(startAt = Date.UTC(2026, 0, 16, 9), settle = oneTurn): VirtualTime {
  let now = startAt;
  let offset = 0;
  let order = 0;
  const timers = new Map<number, { readonly dueAt: number; readonly run: () => void }>();
  const next = (): [number, { readonly dueAt: number; readonly run: () => void }] | null => {
    let best: [number, { readonly dueAt: number; readonly run: () => void }] | null = null;
    for (const entry of timers) if (!best || entry[1].dueAt < best[1].dueAt) best = entry;
    return best;
  };
  return {
    clock: { now: () => now + offset },
    timers: {
      after: (delayMs, run) => {
        const id = ++order;
        timers.set(id, { dueAt: now + delayMs, run });
        return () => void timers.delete(id);
      },
    },
    jump: (byMs) => void (offset += byMs),
    settle,
    elapsedMs: () => now - startAt,
    nextAt: () => next()?.[1].dueAt ?? null,
    advance: async (byMs) => {
      const untilAt = now + byMs;
      await settle();
      for (let due = next(); due && due[1].dueAt <= untilAt; due = next()) {
        now = Math.max(now, due[1].dueAt);
        timers.delete(due[0]);
        due[1].run();
        await settle();
      }
      now = untilAt;
      await settle();
    },
  };
}
