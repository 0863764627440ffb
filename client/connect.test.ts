import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { tabLease, workerName } from '../protocol/names.ts';
import { openBrowser, settle, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

describe('handshake', () => {
  test('says hello with settings that are absolute and complete, holding its lease before', async () => {
    const tab = browser.tab();
    let held = false;
    browser.workers.onStart((daemon) => {
      daemon.script.hello = (input) => {
        held = browser.locks.isHeld(input.lease);
        return { epoch: daemon.epoch, buildId: 'b1', lease: daemon.lease, host: daemon.host() };
      };
    });
    const client = await tab.connect({ backend: '../api' });
    const [hello] = browser.workers.latest().inputs('hello');
    expect(held).toBe(true);
    expect(hello).toEqual({
      protocol: 1,
      buildId: '3.0.b1',
      userId: 'anna',
      tabId: client.tabId,
      lease: tabLease('anna', client.tabId),
      settings: { backend: 'https://desk.example/api', budgetBytes: 100 * 1024 * 1024, outboxLimit: 1_000 },
      report: { visible: true, focused: true, online: true },
      returning: false,
    });
    expect(client.host).toBe('shared-worker');
    expect(client.status.getSnapshot()).toMatchObject({ connected: true, host: 'shared-worker', epoch: 'epoch1', link: 'live' });
    expect(client.status.getSnapshot()).toBe(client.status.getSnapshot());
  });

  test('L-5 two tabs of one user share a daemon and no tab id', async () => {
    const [a, b] = await Promise.all([browser.tab().connect(), browser.tab().connect()]);
    expect(browser.workers.daemons).toHaveLength(1);
    expect(a.tabId).not.toBe(b.tabId);
  });

  test.each(['SETTINGS_MISMATCH', 'PROTOCOL_MISMATCH', 'USER_MISMATCH'] as const)('rejects with %s and lets go of everything', async (code) => {
    const tab = browser.tab();
    browser.workers.onStart((daemon) => {
      daemon.script.hello = () => {
        throw new TabcachedError(code);
      };
    });
    await expect(tab.connect()).rejects.toMatchObject({ name: 'TabcachedError', code });
    await settle();
    expect((await browser.locks.held()).filter((name) => name.includes(':tab:'))).toEqual([]);
    expect(tab.time.timers()).toBe(0);
  });

  test('T-3 reads from the network where there are no shared workers', async () => {
    const tab = browser.tab();
    const connecting = tab.connect({
      createWorker: () => {
        throw new ReferenceError('SharedWorker is not defined');
      },
    });
    expect((await connecting).status.getSnapshot()).toMatchObject({ connected: false, degraded: true, host: 'none' });
  });

  test('T-3 #99 reads from the network when the browser refuses the worker', async () => {
    const tab = browser.tab();
    const connecting = tab.connect({
      createWorker: (name) => {
        const worker = browser.workers.createWorker(name);
        browser.workers.latest().hang();
        return Object.assign(worker, {
          addEventListener: (type: string, listener: () => void) => type === 'error' && queueMicrotask(listener),
        }) as unknown as SharedWorker;
      },
    });
    expect((await connecting).status.getSnapshot()).toMatchObject({ connected: false, degraded: true, host: 'none' });
  });

  test('a custom worker is asked for under the name of its build and user', async () => {
    const names: string[] = [];
    const createWorker = (name: string): SharedWorker => {
      names.push(name);
      return browser.workers.createWorker(name);
    };
    await browser.tab().connect({ createWorker, buildId: 'ours:7', userId: 'ann a' });
    expect(names).toEqual([workerName({ buildId: '3.0.ours:7', userId: 'ann a', generation: 0 })]);
  });
});

describe('close', () => {
  test('says bye, releases the lease, rejects calls under way and later ones, twice as well as once', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    browser.workers.latest().script.stats = () => new Promise(() => undefined);
    const underWay = client.stats();
    client.close();
    client.close();
    await expect(underWay).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(client.stats()).rejects.toMatchObject({ code: 'CLOSED' });
    await settle();
    expect(browser.locks.isHeld(tabLease('anna', client.tabId))).toBe(false);
    expect(browser.locks.waiting(browser.workers.latest().lease)).toBe(0);
    expect(client.status.getSnapshot().connected).toBe(false);
    expect(browser.workers.latest().inputs('bye')).toHaveLength(1);
    expect(tab.time.timers()).toBe(0);
  });

  test('signed out ends the session for good', async () => {
    const client = await browser.tab().connect();
    browser.workers.latest().post({ t: 'goodbye', reason: 'signed-out' });
    await until(() => !client.status.getSnapshot().connected);
    await expect(client.stats()).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    expect(browser.workers.latest().inputs('hello')).toHaveLength(1);
  });
});
