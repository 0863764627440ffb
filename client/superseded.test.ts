import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { openBrowser, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

const buildsOf = (): string[] => browser.workers.daemons.map(({ identity }) => identity.buildId);

describe('#89 two builds at once', () => {
  test('old tabs move to the newer daemon by its URL, say so, and come back to it when it dies', async () => {
    const tabs = [browser.tab(), browser.tab(), browser.tab()];
    const olds = await Promise.all(tabs.map((tab) => tab.connect({ buildNumber: 1 })));
    expect(olds[0]?.status.getSnapshot().superseded).toBeNull();
    const fresh = await browser.tab().connect({ buildNumber: 2, buildId: 'b2' });
    expect(fresh.status.getSnapshot().superseded).toBeNull();
    const [older, newer] = browser.workers.daemons;
    older?.post({ t: 'goodbye', reason: 'superseded' });
    older?.kill();
    await until(() => olds.every((client) => client.status.getSnapshot().epoch !== older?.epoch || !client.status.getSnapshot().connected));
    for (const tab of tabs) tab.time.advance(200);
    await until(() => olds.every((client) => client.status.getSnapshot().epoch === newer?.epoch && client.status.getSnapshot().connected));
    const url = 'https://desk.example/3.2.b2.js';
    const name = 'tabcached:1:worker:3.2.b2:anna:0';
    for (const client of olds) {
      expect(client.status.getSnapshot().superseded).toEqual({ buildId: '3.2.b2', url, name, options: { type: 'module', name, extendedLifetime: true }, works: true });
    }
    expect(tabs.map((tab) => tab.joined)).toEqual([[url], [url], [url]]);
    newer?.kill();
    await until(() => olds.every((client) => client.status.getSnapshot().connected && client.status.getSnapshot().epoch !== newer?.epoch));
    expect(buildsOf()).toEqual(['3.1.b1', '3.2.b2', '3.2.b2']);
  });

  test('a tab that is opened with the old build beside a newer daemon joins that one without starting its own', async () => {
    await browser.tab().connect({ buildNumber: 2, buildId: 'b2' });
    const late = await browser.tab().connect({ buildNumber: 1 });
    expect(late.status.getSnapshot()).toMatchObject({ connected: true, superseded: { buildId: '3.2.b2', works: true } });
    expect(buildsOf()).toEqual(['3.2.b2']);
  });

  test('a newer daemon that refuses an old tab leaves it superseded, with what it shows, and callers hear why', async () => {
    browser.workers.onStart((daemon) => {
      daemon.script.hello = (input) => {
        if (input.buildId !== daemon.identity.buildId) throw new TabcachedError('SETTINGS_MISMATCH');
        return { epoch: daemon.epoch, buildId: '', lease: daemon.lease, host: daemon.host() };
      };
    });
    const tab = browser.tab();
    const old = await tab.connect({ buildNumber: 1 });
    await browser.tab().connect({ buildNumber: 2, buildId: 'b2' });
    browser.workers.daemons[0]?.kill();
    await until(() => old.status.getSnapshot().superseded !== null);
    expect(old.status.getSnapshot()).toMatchObject({ connected: false, superseded: { buildId: '3.2.b2', works: false } });
    await expect(old.stats()).rejects.toMatchObject({ code: 'SETTINGS_MISMATCH' });
  });

  test('a hung newer daemon is left for its next generation, under the same URL', async () => {
    const tab = browser.tab();
    await browser.tab().connect({ buildNumber: 2, buildId: 'b2' });
    const old = await tab.connect({ buildNumber: 1 });
    browser.workers.latest().hang();
    for (let step = 0; step < 300 && browser.workers.daemons.length < 2; step += 1) {
      tab.time.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => old.status.getSnapshot().epoch === 'epoch2');
    expect(browser.workers.latest().identity).toMatchObject({ buildId: '3.2.b2', generation: 1 });
  });

  test('a newer build whose worker cannot be joined is passed over', async () => {
    await browser.tab().connect({ buildNumber: 2, buildId: 'b2' });
    const tab = browser.tab();
    tab.env.joinWorker = () => {
      throw new Error('no such script');
    };
    const old = await tab.connect({ buildNumber: 1 });
    expect(buildsOf()).toEqual(['3.2.b2', '3.1.b1']);
    expect(old.status.getSnapshot()).toMatchObject({ connected: true, superseded: null });
  });
});
