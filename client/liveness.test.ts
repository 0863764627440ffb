import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { daemonLease } from '../protocol/names.ts';
import type { Client } from './client.ts';
import { findDaemon } from './find-daemon.ts';
import { fakeLocks } from './testing/fake-locks.ts';
import { openBrowser, settle, until, type BrowserUnderTest, type TabUnderTest } from './testing/tab.ts';

const owner = { buildId: 'b1', userId: 'anna' };
const tabOwner = { buildId: '3.0.b1', userId: 'anna' };
const never = new AbortController().signal;

describe('findDaemon', () => {
  const own = { buildId: 'b1', generation: 0, url: null, lease: null };

  test('is the own one when nothing is held, else the highest generation of this build and user', async () => {
    const locks = fakeLocks();
    expect(await findDaemon(locks, 'anna', own, new Set())).toBe(own);
    await locks.hold(daemonLease({ ...owner, generation: 1 }, 'e1'), never);
    await locks.hold(daemonLease({ ...owner, generation: 3 }, 'e2', 'https://desk.example/w.js'), never);
    await locks.hold(daemonLease({ ...owner, userId: 'bert', generation: 9 }, 'e4'), never);
    await locks.hold('somebody else:1', never);
    expect(await findDaemon(locks, 'anna', own, new Set())).toMatchObject({ buildId: 'b1', generation: 3, url: 'https://desk.example/w.js' });
  });

  test('#89 is that of the newest build, whatever its generation; an older build is left alone', async () => {
    const locks = fakeLocks();
    await locks.hold(daemonLease({ ...owner, generation: 7 }, 'e1'), never);
    await locks.hold(daemonLease({ ...owner, buildId: '3.2.b2', generation: 0 }, 'e2'), never);
    expect(await findDaemon(locks, 'anna', own, new Set())).toMatchObject({ buildId: '3.2.b2', generation: 0 });
    const newest = { ...own, buildId: '3.10.b3' };
    expect(await findDaemon(locks, 'anna', newest, new Set())).toBe(newest);
    const [, lease = ''] = await locks.held();
    expect(await findDaemon(locks, 'anna', own, new Set(), new Set([lease]))).toMatchObject({ buildId: 'b1', generation: 7 });
  });

  test('a lease known as hung counts as the generation after it, and no longer when it is gone', async () => {
    const locks = fakeLocks();
    const lease = daemonLease({ ...owner, generation: 2 }, 'e1');
    const held = await locks.hold(lease, never);
    expect(await findDaemon(locks, 'anna', own, new Set([lease]))).toMatchObject({ generation: 3, lease: null });
    held.release();
    expect(await findDaemon(locks, 'anna', own, new Set([lease]))).toBe(own);
  });
});

describe('a daemon that hangs', () => {
  let browser: BrowserUnderTest;
  beforeEach(() => {
    browser = openBrowser();
  });
  afterEach(() => browser.close());

  /** Moves time in small steps until a condition holds. */
  const advanceUntil = async (tabs: readonly TabUnderTest[], condition: () => boolean): Promise<void> => {
    for (let step = 0; step < 600 && !condition(); step += 1) {
      for (const tab of tabs) tab.time.advance(100);
      await settle();
    }
    expect(condition()).toBe(true);
  };

  test('is left for the next generation by every tab; all meet there', async () => {
    const tabs = Array.from({ length: 4 }, () => browser.tab());
    const clients = await Promise.all(tabs.map((tab) => tab.connect()));
    browser.workers.latest().hang();
    await advanceUntil(tabs, () => clients.every((client) => client.status.getSnapshot().epoch === 'epoch2'));
    expect(browser.workers.daemons.map((daemon) => daemon.identity.generation)).toEqual([0, 1]);
    const late = browser.tab();
    const client = await late.connect();
    expect(client.status.getSnapshot().epoch).toBe('epoch2');
  });

  test('tabs that start together on a hung daemon agree on the next one', async () => {
    browser.workers.onStart((daemon) => {
      if (daemon.identity.generation === 0) daemon.hang();
    });
    const tabs = Array.from({ length: 5 }, () => browser.tab());
    const clients: Client[] = [];
    for (const tab of tabs) void tab.connect().then((client) => clients.push(client));
    await advanceUntil(tabs, () => clients.length === 5);
    expect(browser.workers.daemons.map((daemon) => daemon.identity.generation)).toEqual([0, 1]);
    expect(clients.every((client) => client.status.getSnapshot().epoch === 'epoch2')).toBe(true);
  });

  test('T-3 connect gives up waiting and reads from the network when no generation answers', async () => {
    // Its code is fetched in real time, which virtual time would run away from.
    await import('./network-reads.ts');
    browser.workers.onStart((daemon) => daemon.hang());
    const tab = browser.tab();
    let client: Client | null = null;
    void tab.connect().then((connected) => (client = connected));
    await advanceUntil([tab], () => client !== null);
    expect((client as Client | null)?.status.getSnapshot()).toMatchObject({ connected: false, degraded: true, host: 'none' });
  });

  test('L-1 L-2 #87 a hidden tab draws no conclusion, nor does a deadline that passed while the page was frozen', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    daemon.script.ping = () => new Promise(() => undefined);
    // Nothing else may be heard either: that would be proof of life.
    daemon.script.report = () => new Promise(() => undefined);
    tab.page.set({ visible: false });
    await settle();
    for (let minute = 0; minute < 5; minute += 1) {
      tab.time.advance(60_000);
      await settle();
    }
    expect(daemon.inputs('ping')).toEqual([]);
    tab.page.set({ visible: true });
    await until(() => daemon.inputs('ping').length === 1);
    tab.time.freeze(30 * 60_000);
    await settle();
    tab.time.advance(2_500);
    await settle();
    expect(client.status.getSnapshot()).toMatchObject({ connected: true, epoch: 'epoch1' });
    expect(browser.workers.daemons).toHaveLength(1);
  });

  test('a daemon that died while it was being greeted is started again', async () => {
    const tab = browser.tab();
    browser.workers.onStart((daemon) => {
      if (daemon.epoch === 'epoch1') daemon.script.hello = () => new Promise(() => undefined);
    });
    let client: Client | null = null;
    void tab.connect().then((connected) => (client = connected));
    await until(() => browser.workers.daemons[0]?.inputs('hello').length === 1);
    tab.time.advance(1_000);
    await settle();
    browser.workers.latest().kill();
    await advanceUntil([tab], () => client !== null);
    expect(browser.workers.daemons.map((daemon) => daemon.identity.generation)).toEqual([0, 0]);
  });

  test('a tab that joined a lower generation moves to the highest', async () => {
    const other = browser.tab();
    const highest = daemonLease({ ...tabOwner, generation: 1 }, 'elsewhere');
    browser.workers.onStart((daemon) => {
      if (daemon.epoch !== 'epoch1') return;
      daemon.script.hello = async () => {
        await browser.locks.hold(highest, never);
        return { epoch: daemon.epoch, buildId: 'b1', lease: daemon.lease, host: daemon.host() };
      };
    });
    const client = await other.connect();
    await until(() => client.status.getSnapshot().epoch === 'epoch2');
    expect(browser.workers.latest().identity.generation).toBe(1);
  });
});

test('S-1 T-1 a send that a hung daemon does not answer is repeated on the next one, within its deadline and under its id', async () => {
  const browser = openBrowser();
  const tab = browser.tab();
  const client = await tab.connect();
  const [first] = browser.workers.daemons;
  browser.workers.onStart((daemon) => {
    daemon.script.send = (input) => ({ clientTempId: input.clientTempId, durable: true, nearlyFull: false });
  });
  first?.hang();
  let sent = '';
  void client.chat('11111111-1111-4111-8111-111111111111').send('hello').then((receipt) => (sent = receipt.clientTempId));
  for (let step = 0; step < 95 && sent === ''; step += 1) {
    tab.time.advance(100);
    await settle();
  }
  expect(sent).not.toBe('');
  expect(sent).toBe(first?.inputs('send')[0]?.clientTempId);
  expect(browser.workers.latest().identity.generation).toBe(1);
  browser.close();
});
