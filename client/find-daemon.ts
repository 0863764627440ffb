/**
 * Which daemon a tab joins: that of the newest build which runs for this user, and of its highest generation; its own when none is newer.
 *
 * Owns: the choice. The held leases are the only source, so tabs that look at the same moment choose alike: nothing held means
 * generation 0, and tabs that choose the same number are given the same worker by the browser. A lease that is known to belong to
 * a hung daemon counts as the generation after it; it is remembered by its whole name, so the memory ends with the lock.
 */
import { compareBuilds } from '../protocol/builds.ts';
import { parseDaemonLease } from '../protocol/names.ts';
import type { Locks } from './env.ts';

/** A daemon to join or to start. */
export interface DaemonTarget {
  readonly buildId: string;
  readonly generation: number;
  /** Script of its worker; null: this build's own. */
  readonly url: string | null;
  /** Its lease; null while it is only about to be started. */
  readonly lease: string | null;
}

/** Whose daemon is looked for. */
export interface DaemonOwner {
  readonly buildId: string;
  readonly userId: string;
}

/** All daemons of a user that live now. */
async function heldTargets(locks: Pick<Locks, 'held'>, userId: string): Promise<readonly (DaemonTarget & { readonly lease: string })[]> {
  return (await locks.held()).flatMap((lease) => {
    const daemon = parseDaemonLease(lease);
    return daemon?.userId === userId ? [{ buildId: daemon.buildId, generation: daemon.generation, url: daemon.url, lease }] : [];
  });
}

/** Leases of daemons of that build and user that are held now, with their generations. */
export async function heldLeases(locks: Pick<Locks, 'held'>, { buildId, userId }: DaemonOwner): Promise<readonly { readonly lease: string; readonly generation: number }[]> {
  return (await heldTargets(locks, userId)).filter((target) => target.buildId === buildId);
}

/** Positive when `a` comes before `b`: all tabs agree on it, and so do the daemons (`worker/succession.ts`). */
export const compareTargets = (a: DaemonTarget, b: DaemonTarget): number =>
  compareBuilds(a.buildId, b.buildId) || a.generation - b.generation || Number((a.lease ?? '') > (b.lease ?? '')) - Number((a.lease ?? '') < (b.lease ?? ''));

/**
 * The daemon to join. `own` is what this tab starts when nothing better lives; `hung` holds leases of daemons that it found hung,
 * `unreachable` those of builds whose worker it could not join.
 */
export async function findDaemon(locks: Pick<Locks, 'held'>, userId: string, own: DaemonTarget, hung: ReadonlySet<string>, unreachable: ReadonlySet<string> = new Set()): Promise<DaemonTarget> {
  const held = (await heldTargets(locks, userId)).filter(({ lease }) => !unreachable.has(lease));
  const candidates = held.map((target) => (hung.has(target.lease) ? { ...target, generation: target.generation + 1, lease: null } : target));
  return candidates.reduce<DaemonTarget>((best, target) => (compareTargets(target, best) > 0 ? target : best), own);
}
