/**
 * The end of a simulation of daemons and their storage: first without storage, then with everything well again.
 *
 * Owns: that a daemon without its database still shows what the server has (T-3), and that everybody is live again soon when nothing fails
 * any more.
 */
import { PROVISIONAL_BASE } from '../../protocol/index.ts';
import { isStorable } from './check-stored.ts';
import { nameOf, tabName } from './choose.ts';
import type { SimHost } from './host.ts';
import { createRandom } from './random.ts';
import type { SimTab } from './sim-tab.ts';
import type { World } from './world.ts';

/** Storage is tried again once a minute at the latest, and then has to be opened and read. */
const LIVE_WITHIN_MS = 120_000;
const ROUND_MS = 1_000;
/** An open that hangs is given up after five seconds; then everything comes from the network. */
const DEGRADED_WITHIN_MS = 40_000;

/** Waits until that holds; false: it did not within that time. */
async function becomes(world: World, withinMs: number, holds: () => boolean): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < withinMs && !world.verdict.first(); waitedMs += ROUND_MS) {
    if (holds()) return true;
    await world.time.advance(ROUND_MS);
  }
  return holds();
}

/** Storage is broken and stays so: every tab is let in and shows the newest messages all the same. */
async function checkDegraded(world: World, host: SimHost, kind: 'hangs' | 'unknown'): Promise<void> {
  const { verdict, server } = world;
  host.workers.disk.trouble = { kind, untilAt: Number.POSITIVE_INFINITY };
  for (const worker of host.workers.all()) host.workers.kill(worker);
  // Until they have heard of it, tabs believe that they are still let in.
  await world.time.settle();
  const [truth] = [...server.chats.values()];
  if (!truth) return;
  const isTold = (tab: SimTab): boolean => tab.isReady() && tab.host()?.storage === 'memory' && Boolean(tab.host()?.trouble);
  await becomes(world, DEGRADED_WITHIN_MS, () => world.tabs.every(isTold));
  for (const tab of world.tabs) if (tab.isReady()) tab.openChat(truth.id, 'newest');
  const expected = server.visible(truth.id).filter(isStorable).slice(-20).map(({ id }) => id);
  const shows = (at: number): boolean => {
    const rows = world.tabs[at]?.chats.get(truth.id)?.core()?.rows.filter((row) => row.sequenceNumber < PROVISIONAL_BASE) ?? [];
    return rows.slice(-expected.length).map(({ id }) => id).join() === expected.join();
  };
  await becomes(world, DEGRADED_WITHIN_MS, () => world.tabs.every((tab, at) => isTold(tab) && shows(at)));
  world.tabs.forEach((tab, at) => {
    const who = tabName(world, tab);
    if (!tab.isReady()) return verdict.broken('T-3', `${who} is not let in while storage ${kind}`);
    if (!shows(at)) return verdict.broken('T-3', `${who} does not show ${nameOf(truth)} while storage ${kind}`);
    if (!isTold(tab)) return verdict.broken('T-3', `${who} is not told that storage ${kind}`);
  });
}

/** See the head of the file. The network and the server are well already. */
export async function healHost(world: World, host: SimHost): Promise<void> {
  const { workers } = host;
  const { disk } = workers;
  const { verdict } = world;
  const random = createRandom(world.sent.all.size + world.requests(), 22);
  host.check.unwell(0);
  disk.fullUntilAt = 0;
  disk.hangUntilAt = 0;
  for (const worker of workers.all()) if (worker.life.asleep) workers.wake(worker);
  world.reconnect();
  await world.time.advance(1_000);
  if (world.tabs.length === 0) world.openTab();
  if (random.chance(0.3)) await checkDegraded(world, host, random.chance(0.5) ? 'hangs' : 'unknown');
  disk.trouble = null;
  const isLive = (): boolean => {
    // Somebody signed out; he signs in again.
    if (world.tabs.length === 0) world.openTab();
    return world.tabs.every((tab) => tab.isReady() && tab.host()?.storage === 'indexeddb' && tab.host()?.trouble === null);
  };
  if (await becomes(world, LIVE_WITHIN_MS, isLive)) return;
  world.tabs.forEach((tab) => {
    const state = tab.host();
    if (!tab.isReady()) verdict.broken('end', `${tabName(world, tab)} has no daemon ${LIVE_WITHIN_MS / 1_000} s after everything is well`);
    else verdict.broken('end', `${tabName(world, tab)} is told storage ${state?.storage}, ${JSON.stringify(state?.trouble)} ${LIVE_WITHIN_MS / 1_000} s after everything is well`);
  });
}

/** At the very end: one daemon is left, and it knows its tabs. */
export function checkHostEnd(world: World, host: SimHost): void {
  const { verdict } = world;
  for (const sent of host.memoryOnly()) {
    if (!sent.everOnServer && !sent.discarded && !sent.discarding) verdict.broken('S-4', `"${sent.content}" was kept in memory until storage was back, and is lost`);
  }
  const daemons = host.leases();
  if (daemons.length !== 1) verdict.broken('#89', `${daemons.length} daemons are left: ${daemons.join(', ')}`);
  for (const tab of world.tabs) {
    if (tab.host()?.tabs !== world.tabs.length) verdict.broken('#86', `the daemon counts ${tab.host()?.tabs} tabs, there are ${world.tabs.length}`);
  }
}
