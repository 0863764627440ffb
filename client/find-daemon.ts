/**
 * Which generation of the daemon a tab joins.
 *
 * Owns: the choice. The held leases are the only source, so tabs that look at the same moment choose alike: nothing held means
 * generation 0, and tabs that choose the same number are given the same worker by the browser. A lease that is known to belong to
 * a hung daemon counts as the generation after it; it is remembered by its whole name, so the memory ends with the lock.
 */
import { parseDaemonLease } from '../protocol/names.ts';
import type { Locks } from './env.ts';

/** Whose daemon is looked for. */
export interface DaemonOwner {
  readonly buildId: string;
  readonly userId: string;
}

/** Leases of daemons of this build and user that are held now, with their generations. */
export async function heldLeases(locks: Locks, owner: DaemonOwner): Promise<readonly { readonly lease: string; readonly generation: number }[]> {
  const names = await locks.held();
  return names.flatMap((lease) => {
    const worker = parseDaemonLease(lease);
    return worker?.buildId === owner.buildId && worker.userId === owner.userId ? [{ lease, generation: worker.generation }] : [];
  });
}

/** The generation to join. `hung` holds leases of daemons that this tab found hung. */
export async function findGeneration(locks: Locks, owner: DaemonOwner, hung: ReadonlySet<string>): Promise<number> {
  const held = await heldLeases(locks, owner);
  return held.reduce((highest, { lease, generation }) => Math.max(highest, hung.has(lease) ? generation + 1 : generation), 0);
}
