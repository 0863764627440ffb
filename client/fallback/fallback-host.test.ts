import { afterEach, beforeEach, expect, test } from 'vitest';
import { electionChannel } from '../../protocol/lobby.ts';
import { workerName } from '../../protocol/names.ts';
import type { Client } from '../client.ts';
import { fallbackHost } from './fallback-host.ts';
import { fallbackTab, type FallbackTab } from '../testing/fallback-tab.ts';
import { openTail, shown } from '../testing/open-view.ts';
import { openBrowser, settle, snapshotOf, until, type BrowserUnderTest } from '../testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

interface Opened {
  readonly tab: FallbackTab;
  readonly client: Client;
}

/** Opens tabs one after the other, so that the first one leads. */
async function openTabs(count: number): Promise<readonly [Opened, Opened, Opened]> {
  const opened: Opened[] = [];
  while (opened.length < count) {
    const tab = fallbackTab(browser);
    opened.push({ tab, client: await tab.connect() });
  }
  return opened as unknown as readonly [Opened, Opened, Opened];
}

const epochOf = ({ client }: Opened): string => (client.status.getSnapshot().connected ? client.status.getSnapshot().epoch : '');
const hosts = (opened: readonly Opened[]): string[] => opened.map(({ client }) => client.host);
const live = () => browser.workers.daemons.filter((daemon) => !daemon.isSilent());

test('#99 the first tab leads, the others follow, and status says so too', async () => {
  const opened = await openTabs(3);
  expect(hosts(opened)).toEqual(['leader', 'follower', 'follower']);
  expect(opened.map(({ client }) => client.status.getSnapshot().host)).toEqual(['leader', 'follower', 'follower']);
  expect(browser.locks.waiting(`pubkey-bc||native||${electionChannel({ buildId: '3.0.b1', userId: 'anna', generation: 0 })}`)).toBe(2);
});

test('#99 20 tabs that start at the same moment have one leader and one daemon', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => fallbackTab(browser).connect()));
  expect(clients.filter(({ host }) => host === 'leader')).toHaveLength(1);
  expect(browser.workers.daemons).toHaveLength(1);
});

test.each(['closes', 'crashes'] as const)('#99 T-1 the leader %s: one of the others leads, their views are whole again', async (how) => {
  const [leader, ...others] = await openTabs(3);
  const views = [];
  for (const { client } of others) views.push(await openTail(client, browser.workers.latest(), 1, 5));
  browser.workers.onStart((daemon) => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 6));
  });
  if (how === 'closes') leader.client.close();
  else leader.tab.crash();
  for (const view of views) await until(() => shown(view).length === 6);
  expect(hosts(others).sort()).toEqual(['follower', 'leader']);
  expect(live()).toHaveLength(1);
  expect(live()[0]?.identity.generation).toBe(0);
});

test('#99 leader after leader dies: the last tab is still served', async () => {
  const opened = await openTabs(3);
  for (let left = [...opened]; left.length > 1; ) {
    const leader = left.find(({ client }) => client.host === 'leader') as Opened;
    left = left.filter((one) => one !== leader);
    const before = epochOf(leader);
    leader.tab.crash();
    for (const one of left) await until(() => epochOf(one) !== '' && epochOf(one) !== before);
    expect(new Set(left.map(epochOf)).size).toBe(1);
    expect(hosts(left).filter((host) => host === 'leader')).toHaveLength(1);
  }
});

test('#99 the worker of a leader dies alone: the same tab starts another', async () => {
  const opened = await openTabs(3);
  browser.workers.latest().kill();
  for (const one of opened) await until(() => epochOf(one) === 'epoch2');
  expect(hosts(opened)).toEqual(['leader', 'follower', 'follower']);
});

test('#99 S-4 the daemon in a leader\'s worker ends and another follows it there: the worker, and what the daemon left in it, stays', async () => {
  const opened = await openTabs(3);
  const daemon = browser.workers.latest();
  // A tab may be back before the next one has noticed anything.
  const parted = new Set<Opened>();
  for (const one of opened) one.client.status.subscribe(() => void (epochOf(one) === '' && parted.add(one)));
  daemon.post({ t: 'goodbye', reason: 'fenced' });
  daemon.endLife();
  await until(() => parted.size === opened.length);
  for (const { tab } of opened) tab.time.advance(1_000);
  for (const one of opened) await until(() => epochOf(one) === 'epoch1');
  expect(browser.workers.daemons).toHaveLength(1);
  expect(daemon.isSilent()).toBe(false);
  expect(hosts(opened)).toEqual(['leader', 'follower', 'follower']);
});

test('#99 #38 the worker of a leader is killed before it was ever heard: the same tab starts another, after giving it time', async () => {
  const tab = fallbackTab(browser);
  browser.workers.onStart((daemon) => {
    if (browser.workers.daemons.length <= 1) daemon.kill();
  });
  let connected = false;
  const connecting = tab.connect();
  void connecting.then(() => (connected = true));
  let seconds = 0;
  for (; seconds < 15 && !connected; seconds += 1) {
    await settle();
    tab.time.advance(1_000);
  }
  await connecting;
  expect(browser.workers.daemons).toHaveLength(2);
  expect(browser.workers.latest().identity.generation).toBe(0);
  expect(seconds).toBeGreaterThan(5);
  expect(seconds).toBeLessThan(10);
});

test('#99 a leader whose second link reaches its own worker through the lobby says that it leads', async () => {
  const tab = fallbackTab(browser);
  let looks = 0;
  const env = {
    ...tab.env,
    // The second look at the locks takes for ever.
    locks: { ...tab.env.locks, held: () => (++looks > 1 ? new Promise<never>(() => undefined) : tab.env.locks.held()) },
  };
  const host = fallbackHost({
    env,
    platform: { openChannel: (name) => new BroadcastChannel(name), onFreeze: () => () => undefined, standForElection: () => ({ elected: Promise.resolve(), isOver: () => false, resign: () => undefined }) },
    createWorker: browser.workers.createDedicatedWorker,
  });
  const name = workerName({ buildId: 'b1', userId: 'anna', generation: 0 });
  const first = await host.open(name, null);
  await until(() => browser.workers.daemons.length === 1);
  first.close();
  const second = await host.open(name, null);
  await until(() => browser.workers.latest().ports() === 2);
  await settle();
  expect(host.kind).toBe('leader');
  second.close();
  host.leave();
});

test('L-4 #99 followers move past a frozen leader to the next generation; thawed and told to go, it follows', async () => {
  const [leader, ...others] = await openTabs(3);
  const frozen = browser.workers.latest();
  leader.tab.freeze();
  for (const { tab } of others) {
    tab.time.advance(1);
    tab.page.set({ focused: false });
  }
  for (let ping = 0; ping < 2; ping += 1) {
    await settle();
    for (const { tab } of others) tab.time.advance(2_000);
  }
  for (const one of others) await until(() => epochOf(one) === 'epoch2');
  expect(browser.workers.latest().identity.generation).toBe(1);
  expect(hosts(others).sort()).toEqual(['follower', 'leader']);
  expect(browser.locks.isHeld(frozen.lease)).toBe(true);

  // The thawed daemon finds that the right to write was taken, and says goodbye.
  frozen.post({ t: 'goodbye', reason: 'fenced' });
  await until(() => epochOf(leader) === '');
  leader.tab.time.advance(200);
  await until(() => epochOf(leader) === 'epoch2');
  expect(leader.client.host).toBe('follower');
  expect(browser.locks.isHeld(frozen.lease)).toBe(false);
});

test('#99 a new tab does not wait for a frozen leader for ever', async () => {
  const [leader] = await openTabs(1);
  leader.tab.freeze();
  const tab = fallbackTab(browser);
  const connecting = tab.connect();
  const until9s = async (): Promise<void> => {
    for (let second = 0; second < 10; second += 1) {
      await settle();
      tab.time.advance(1_000);
    }
  };
  await until9s();
  const client = await connecting;
  expect(client.host).toBe('leader');
  expect(browser.workers.latest().identity.generation).toBe(1);
});

test('#99 a leader that was frozen before its worker came up is left behind too', async () => {
  const lock = await browser.locks.hold(`pubkey-bc||native||${electionChannel({ buildId: '3.0.b1', userId: 'anna', generation: 0 })}`, new AbortController().signal);
  const tab = fallbackTab(browser);
  const connecting = tab.connect();
  let connected = false;
  void connecting.then(() => (connected = true));
  for (let second = 0; second < 15 && !connected; second += 1) {
    await settle();
    tab.time.advance(1_000);
  }
  expect((await connecting).host).toBe('leader');
  expect(browser.workers.latest().identity.generation).toBe(1);
  lock.release();
});

test('L-4 #87 #99 a leader that is about to be frozen or goes into the back/forward cache hands over at once', async () => {
  for (const how of ['freeze', 'hide'] as const) {
    const [leader, ...others] = await openTabs(3);
    const before = epochOf(leader);
    if (how === 'freeze') leader.tab.announceFreeze();
    else leader.tab.page.hide();
    for (const one of others) await until(() => epochOf(one) !== '' && epochOf(one) !== before);
    expect(hosts(others).filter((host) => host === 'leader')).toHaveLength(1);
    if (how === 'hide') leader.tab.page.show();
    await until(() => epochOf(leader) !== '' && epochOf(leader) !== before);
    expect(leader.client.host).toBe('follower');
    for (const { client } of [leader, ...others]) client.close();
    await settle();
  }
});

test('#99 an election that ends while the page stays (a cancelled leave) changes nothing until the worker is gone', async () => {
  const [leader, ...others] = await openTabs(3);
  leader.tab.depose();
  await settle();
  expect(browser.workers.daemons).toHaveLength(1);
  expect(epochOf(leader)).toBe('epoch1');
  browser.workers.latest().kill();
  leader.tab.time.advance(1);
  for (const one of others) await until(() => epochOf(one) === 'epoch2');
  await settle();
  leader.tab.time.advance(1_000);
  await until(() => epochOf(leader) === 'epoch2');
  expect(live()).toHaveLength(1);
  expect(leader.client.host).toBe('follower');
});

test('#99 a tab that cannot start the worker leaves the lead to one that can', async () => {
  const broken = fallbackTab(browser);
  broken.breakWorker();
  expect((await broken.connect()).status.getSnapshot()).toMatchObject({ connected: false, degraded: true });
  const [other] = await openTabs(1);
  expect(other.client.host).toBe('leader');
});

test('a name is escaped alike everywhere: a user of any name has one leader', async () => {
  const clients = await Promise.all([1, 2].map(() => fallbackTab(browser).connect({ userId: 'ü/ser:1' })));
  expect(clients.map(({ host }) => host).sort()).toEqual(['follower', 'leader']);
  expect(workerName(browser.workers.latest().identity)).toContain('%3A');
});

test('T-5 two users have a leader each', async () => {
  const [a, b] = await Promise.all(['anna', 'bert'].map((userId) => fallbackTab(browser).connect({ userId })));
  expect([a?.host, b?.host]).toEqual(['leader', 'leader']);
  expect(browser.workers.daemons).toHaveLength(2);
});
