/** What happens to tabs and daemons in a chaos run. */
import { crashTab } from '../fixtures/crash-tab.ts';
import { stillPage } from '../fixtures/still-page.ts';
import { pick, pickTab, type ChaosAction, type WeightedActions } from './action.ts';
import type { ChaosTab, ChaosWorld } from './chaos-world.ts';

const TABS_AT_MOST = 8;
const STILL_AT_MOST_MS = 25_000;

const later = (ms: number, run: () => Promise<void>): void => void setTimeout(() => void run(), ms).unref();

const openTab: ChaosAction = (world, random) => {
  if (world.round.tabs.size >= TABS_AT_MOST) return null;
  const user = pick(random, world.users);
  world.begin(world.openTab(user, pick(random, world.round.tickets)));
  return `${user.username} opens a tab`;
};

const end = (how: string, run: (tab: ChaosTab) => Promise<unknown>): ChaosAction => (world, random) => {
  const tab = pickTab(world, random);
  if (!tab || tab.loading) return null;
  const isOnlyOne = ![...world.round.tabs].some((other) => other !== tab && other.user === tab.user);
  if (isOnlyOne && random.chance(0.7)) return null;
  world.round.tabs.delete(tab);
  world.begin(run(tab));
  return `${tab.name} ${how}`;
};

const reload: ChaosAction = (world, random) => {
  const tab = pickTab(world, random);
  if (!tab || tab.loading) return null;
  tab.loading = true;
  world.begin(tab.page.reload({ waitUntil: 'commit' }).finally(() => (tab.loading = false)));
  return `${tab.name} reloads`;
};

const standStill: ChaosAction = (world, random) => {
  const tab = pickTab(world, random);
  if (!tab || tab.loading) return null;
  const ms = 100 + random.int(random.chance(0.3) ? STILL_AT_MOST_MS : 3_000);
  let woken = false;
  tab.wake = async () => undefined;
  const stopped = stillPage(tab.page).then((undo) => {
    const wake = async (): Promise<void> => {
      await undo();
      tab.wake = null;
    };
    if (woken) return wake();
    tab.wake = wake;
    return undefined;
  });
  const wakeUp = async (): Promise<void> => {
    woken = true;
    await tab.wake?.();
  };
  stopped.catch(() => (tab.wake = null));
  world.begin(stopped);
  world.undoLater(wakeUp);
  later(ms, wakeUp);
  return `${tab.name} stands still for ${ms} ms`;
};

/** One of a person's daemons. */
const victims = (world: ChaosWorld, userId: string) => world.desk.daemons.list(userId);

const kill: ChaosAction = async (world, random) => {
  const user = pick(random, world.users);
  const running = await victims(world, user.userId);
  if (running.length === 0) return null;
  const victim = pick(random, running);
  await world.desk.daemons.killTarget(victim);
  world.kills += 1;
  return `killed: ${victim.name}${running.length > 1 ? `, one of ${running.length}` : ''}`;
};

const hang: ChaosAction = async (world, random) => {
  const user = pick(random, world.users);
  if ((await victims(world, user.userId)).length !== 1) return null;
  const ms = 200 + random.int(random.chance(0.3) ? STILL_AT_MOST_MS : 3_000);
  const wakeUp = await world.desk.daemons.hang(user.userId).catch(() => null);
  if (!wakeUp) return null;
  world.undoLater(wakeUp);
  later(ms, wakeUp);
  return `the daemon of ${user.username} hangs for ${ms} ms`;
};

/** See the head of the file. */
export const hostActions: WeightedActions = [
  [7, openTab],
  [2, end('is closed', (tab) => tab.page.close())],
  [2, end('crashes', (tab) => crashTab(tab.page).then(() => tab.page.close()))],
  [3, reload],
  [2.5, standStill],
  [5, kill],
  [0.7, hang],
];
