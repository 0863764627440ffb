/**
 * Is this tab of an older build than the daemon that it found? Pure.
 *
 * Owns: what the application is told then.
 */
import { compareBuilds } from '../protocol/builds.ts';
import { workerName } from '../protocol/names.ts';
import type { Superseded } from './api/status.ts';
import { workerOptions } from './create-worker.ts';
import type { DaemonTarget } from './find-daemon.ts';

/** What a tab of build `own` is told about the daemon that it chose; null: that is not of a newer build. */
export function supersededBy(target: DaemonTarget, own: { readonly buildId: string; readonly userId: string }, works: boolean): Superseded | null {
  const { buildId, generation, url } = target;
  if (compareBuilds(buildId, own.buildId) <= 0) return null;
  const name = workerName({ buildId, userId: own.userId, generation });
  return { buildId, url, name, options: workerOptions(name), works };
}
