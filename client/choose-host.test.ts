import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { electionChannel } from '../protocol/lobby.ts';
import { fallbackTab } from './testing/fallback-tab.ts';
import { openBrowser, settle, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

/** A shared worker that the browser refuses after a moment. */
const refused = (name: string): SharedWorker => {
  const worker = browser.workers.createWorker(name);
  browser.workers.latest().kill();
  return Object.assign(worker, { addEventListener: (type: string, listener: () => void) => type === 'error' && setImmediate(listener) }) as unknown as SharedWorker;
};

describe('which host a tab uses', () => {
  test('#99 shared workers where there are some; the fallback is not loaded', async () => {
    let loaded = false;
    const tab = browser.tab((env) => ({ ...env, loadFallback: () => Promise.reject(new Error(String((loaded = true)))) }));
    const client = await tab.connect();
    expect(client.host).toBe('shared-worker');
    browser.workers.latest().kill();
    await until(() => client.status.getSnapshot().epoch === 'epoch2');
    expect(loaded).toBe(false);
  });

  test('#99 the fallback where the browser refuses the worker', async () => {
    const tab = fallbackTab(browser, refused);
    const connecting = tab.connect();
    await until(() => browser.workers.daemons.length > 0);
    let connected = false;
    void connecting.then(() => (connected = true));
    for (let pause = 0; pause < 20 && !connected; pause += 1) {
      await settle();
      tab.time.advance(100);
    }
    expect((await connecting).host).toBe('leader');
  });

  test('#99 a tab whose shared worker was heard stays with shared workers, whatever becomes of one', async () => {
    let refuse = false;
    const tab = fallbackTab(browser, (name) => (refuse ? refused(name) : browser.workers.createWorker(name)));
    const client = await tab.connect();
    expect(client.host).toBe('shared-worker');
    refuse = true;
    browser.workers.latest().kill();
    await until(() => browser.workers.daemons.length > 1);
    await settle();
    refuse = false;
    for (let pause = 0; pause < 20 && !client.status.getSnapshot().connected; pause += 1) {
      await settle();
      tab.time.advance(500);
    }
    await until(() => client.status.getSnapshot().connected);
    expect(client.host).toBe('shared-worker');
  });

  test('#99 a tab joins the fallback that other tabs of its user use, though it could have shared workers', async () => {
    const leader = await fallbackTab(browser).connect();
    const able = await fallbackTab(browser, browser.workers.createWorker).connect();
    expect([leader.host, able.host]).toEqual(['leader', 'follower']);
    expect(browser.workers.daemons).toHaveLength(1);
    const stranger = await fallbackTab(browser, browser.workers.createWorker).connect({ userId: 'bert' });
    expect(stranger.host).toBe('shared-worker');
  });

  test('#99 where other tabs have a shared worker, a tab that is refused one does not start a second daemon', async () => {
    await browser.tab().connect();
    const tab = fallbackTab(browser, (name) => Object.assign(browser.workers.createWorker(name), { addEventListener: (type: string, listener: () => void) => type === 'error' && queueMicrotask(listener), port: new MessageChannel().port1 }) as unknown as SharedWorker);
    expect((await tab.connect()).status.getSnapshot()).toMatchObject({ connected: false, degraded: true });
    expect(browser.workers.daemons).toHaveLength(1);
    expect(browser.locks.isHeld(`pubkey-bc||native||${electionChannel({ buildId: '3.0.b1', userId: 'anna', generation: 0 })}`)).toBe(false);
  });

  test('a custom worker without a dedicated one has no fallback; with one, that is used', async () => {
    const none = (): SharedWorker => {
      throw new ReferenceError('SharedWorker is not defined');
    };
    expect((await fallbackTab(browser).connect({ createWorker: none })).status.getSnapshot()).toMatchObject({ connected: false, degraded: true });
    const names: string[] = [];
    const client = await fallbackTab(browser).connect({
      createWorker: none,
      createDedicatedWorker: (name) => {
        names.push(name);
        return browser.workers.createDedicatedWorker(name);
      },
    });
    expect(client.host).toBe('leader');
    expect(names).toEqual(['tabcached:1:worker:3.0.b1:anna:0']);
  });
});
