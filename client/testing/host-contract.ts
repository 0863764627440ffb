/** What a tab may rely on wherever its daemon runs: one suite for both hosts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tabLease } from '../../protocol/names.ts';
import { openTail, shown } from './open-view.ts';
import { openBrowser, settle, snapshotOf, until, type BrowserUnderTest, type TabUnderTest } from './tab.ts';

/** Runs the suite; `openTab` opens a tab of a browser that has the host. */
export function hostContract(name: string, openTab: (browser: BrowserUnderTest) => TabUnderTest): void {
  describe(`#99 the ${name} host`, () => {
    let browser: BrowserUnderTest;
    beforeEach(() => {
      browser = openBrowser();
    });
    afterEach(() => browser.close());
    const tab = (): TabUnderTest => openTab(browser);

    test('one daemon for tabs that start together; each has a line of its own', async () => {
      const clients = await Promise.all(Array.from({ length: 20 }, () => tab().connect()));
      expect(browser.workers.daemons).toHaveLength(1);
      expect(browser.workers.latest().inputs('hello').map(({ tabId }) => tabId).sort()).toEqual(clients.map(({ tabId }) => tabId).sort());
      expect(new Set(clients.map((client) => client.status.getSnapshot().epoch))).toEqual(new Set(['epoch1']));
    });

    test('calls and frames go through, in order', async () => {
      const clients = [await tab().connect(), await tab().connect()];
      const daemon = browser.workers.latest();
      daemon.script.stats = () => ({ epoch: daemon.epoch }) as never;
      for (const client of clients) await expect(client.stats()).resolves.toMatchObject({ epoch: 'epoch1' });
      for (let pending = 1; pending <= 50; pending += 1) daemon.post({ t: 'host', host: { ...daemon.host(), pending } });
      for (const client of clients) {
        const seen: number[] = [];
        client.status.subscribe(() => seen.push(client.status.getSnapshot().pending));
        await until(() => client.status.getSnapshot().pending === 50);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
      }
    });

    test('errors keep their code', async () => {
      const client = await tab().connect();
      browser.workers.latest().script.stats = () => {
        throw Object.assign(new Error('no'), { name: 'TabcachedError', code: 'OUTBOX_FULL' });
      };
      await expect(client.stats()).rejects.toMatchObject({ code: 'OUTBOX_FULL', retryable: true });
    });

    test('T-1 the daemon dies: every tab is on the next one, its views show what happened meanwhile', async () => {
      const tabs = [tab(), tab(), tab()];
      const clients = await Promise.all(tabs.map((each) => each.connect()));
      browser.workers.onStart((daemon) => {
        daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 7));
      });
      const views = [];
      for (const client of clients) views.push(await openTail(client, browser.workers.latest(), 1, 5));
      browser.workers.latest().kill();
      for (const view of views) await until(() => shown(view).length === 7);
      expect(new Set(clients.map((client) => client.status.getSnapshot().epoch))).toEqual(new Set([browser.workers.latest().epoch]));
      expect(browser.workers.daemons.filter((daemon) => !daemon.isSilent())).toHaveLength(1);
    });

    test('a call that may be repeated is repeated on the next daemon', async () => {
      const client = await tab().connect();
      browser.workers.latest().hang();
      const asked = client.stats();
      await until(() => browser.workers.latest().inputs('stats').length === 1);
      browser.workers.onStart((daemon) => {
        daemon.script.stats = () => ({ epoch: daemon.epoch }) as never;
      });
      browser.workers.latest().kill();
      await expect(asked).resolves.toMatchObject({ epoch: 'epoch2' });
    });

    test('a daemon that hangs is left behind for one of the next generation', async () => {
      const tabs = [tab(), tab()];
      const clients = await Promise.all(tabs.map((each) => each.connect()));
      browser.workers.latest().hang();
      // Something is heard before it is asked for, by the clock too.
      for (const each of tabs) each.time.advance(1);
      for (const each of tabs) each.page.set({ focused: false });
      for (let ping = 0; ping < 2; ping += 1) {
        await settle();
        for (const each of tabs) each.time.advance(2_000);
      }
      for (const client of clients) await until(() => client.status.getSnapshot().connected && client.status.getSnapshot().epoch !== 'epoch1');
      expect(browser.workers.latest().identity.generation).toBe(1);
      const live = browser.workers.daemons.filter((daemon) => !daemon.isSilent());
      expect(live).toHaveLength(1);
    });

    test('L-3 #87 a page in the back/forward cache holds no lock; shown again it says hello and opens its views anew', async () => {
      const each = tab();
      const client = await each.connect();
      const view = await openTail(client, browser.workers.latest(), 1, 5);
      browser.workers.onStart((daemon) => {
        daemon.script.openChat = () => JSON.stringify(snapshotOf(7, 1, 7));
      });
      browser.workers.latest().script.openChat = () => JSON.stringify(snapshotOf(7, 1, 7));
      each.page.hide();
      await settle();
      const held = await browser.locks.held();
      expect(held.filter((lock) => !lock.includes(':daemon:'))).toEqual([]);
      expect(client.status.getSnapshot().connected).toBe(false);
      each.page.show();
      await until(() => shown(view).length === 7);
      expect(browser.locks.isHeld(tabLease('anna', client.tabId))).toBe(true);
    });

    test('a closed client leaves no lock, no request for one and no timer', async () => {
      const each = tab();
      const client = await each.connect();
      const { lease } = browser.workers.latest();
      client.close();
      await settle();
      expect((await browser.locks.held()).filter((lock) => !lock.includes(':daemon:'))).toEqual([]);
      expect(browser.locks.waiting(lease)).toBe(0);
      expect(each.time.timers()).toBe(0);
    });
  });
}
