/**
 * What can go wrong while a hello waits for its answer.
 *
 * Owns: the two watches of a handshake. Until the daemon has answered, its lease's name is not known and cannot be waited for.
 */
import type { Environment } from './env.ts';
import { heldLeases, type DaemonOwner } from './find-daemon.ts';
import { isHung } from './liveness.ts';
import type { Rpc } from './rpc.ts';

/** How often an unanswered hello looks for the daemon's lease. */
const LOOK_MS = 1_000;

/** Resolves when the daemon that is being greeted died: its lease was seen and is gone, or is not taken after three looks. */
export async function whenVanished(env: Environment, owner: DaemonOwner, generation: number, signal: AbortSignal): Promise<'gone'> {
  let seen = false;
  for (let missing = 0; missing < (seen ? 1 : 3); ) {
    await pause(env, LOOK_MS, signal);
    const there = (await heldLeases(env.locks, owner)).some((held) => held.generation === generation);
    seen ||= there;
    missing = there ? 0 : missing + 1;
  }
  return 'gone';
}

/** Resolves when, after a wait, the daemon does not answer pings either. One that does is only slow to start: hello's deadline decides. */
export async function whenUnanswered(
  rpc: Rpc,
  env: Environment,
  waitMs: number,
  pingMs: number,
  heardAt: () => number,
  signal: AbortSignal,
): Promise<'hung'> {
  await pause(env, waitMs, signal);
  return (await isHung(rpc, env, pingMs, heardAt)) ? 'hung' : new Promise<never>(() => undefined);
}

/** Resolves after a delay; never, without keeping a timer, once aborted. */
export function pause(env: Pick<Environment, 'timers'>, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return;
    const cancel = env.timers.after(delayMs, () => {
      signal.removeEventListener('abort', cancel);
      resolve();
    });
    signal.addEventListener('abort', cancel);
  });
}
