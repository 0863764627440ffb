/**
 * Loads the page anew once a newer build runs and nothing would be lost by it.
 *
 * Owns: when. The application says whether something is being typed; the network has to be there, or the page would not come back. How
 * often is remembered in the tab's session storage, each reload waits longer than the one before: a server that still delivers the old
 * build, or delivers both in turn, makes no loop. Where nothing can be remembered nothing is reloaded.
 */
import type { Readable } from './api/readable.ts';
import type { ClientStatus } from './api/status.ts';
import type { LoadedEnvironment } from './env.ts';

const KEY = 'tabcached:reloads';
/** How often an unsafe moment is looked at again; the page's own events are heard at once. */
const LOOK_MS = 2_000;
/** Pause after the first reload; doubled with each. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 60 * 60_000;
/** A tab that needed no reload for this long begins anew. */
const FORGET_MS = 6 * 60 * 60_000;
/** Tabs spread their reloads over this time. */
const SPREAD_MS = 3_000;

/** Reloads of this tab: how many in a row, and when the last was. */
export interface Reloads {
  readonly count: number;
  readonly lastAt: number;
}

/** When the next reload may come, in Unix milliseconds. Pure. */
export const nextReloadAt = ({ count, lastAt }: Reloads): number =>
  count === 0 ? 0 : lastAt + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));

function readReloads(text: string | null, now: number): Reloads {
  try {
    const { count, lastAt } = JSON.parse(text ?? '') as Reloads;
    // A clock that was set back must not forbid reloads for ever.
    if (Number.isSafeInteger(count) && now - lastAt < FORGET_MS) return { count, lastAt: Math.min(lastAt, now) };
  } catch {
    // Nothing of ours.
  }
  return { count: 0, lastAt: 0 };
}

/** Watches until the undo is called. `isSafe` is asked right before: is nothing being typed, nothing half done? */
export function reloadWhenSafe({ page, later, timers, random }: Pick<LoadedEnvironment, 'page' | 'later' | 'timers' | 'random'>, status: Readable<ClientStatus>, isSafe: () => boolean): () => void {
  let cancelTimer: (() => void) | null = null;

  const look = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    const { superseded, connected, link } = status.getSnapshot();
    if (!superseded) return;
    const now = later.wallTime();
    const reloads = readReloads(later.session.get(KEY), now);
    const reachable = page.report().online && (!connected || link !== 'offline');
    if (reachable && isSafe() && now >= nextReloadAt(reloads) && later.session.set(KEY, JSON.stringify({ count: reloads.count + 1, lastAt: now }))) return later.reload();
    cancelTimer = timers.after(LOOK_MS, look);
  };
  const lookSoon = (): void => {
    if (status.getSnapshot().superseded) cancelTimer ??= timers.after(SPREAD_MS * random(), look);
  };
  const undo = [status.subscribe(lookSoon), page.onReport(lookSoon)];
  lookSoon();
  return () => {
    for (const each of undo) each();
    cancelTimer?.();
  };
}
