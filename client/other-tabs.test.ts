import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Notice, NoticeFrame, TabInfo } from '../protocol/tabs.ts';
import { CHAT, openBrowser, settle, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

const info = (tabId: string, chats: readonly string[] = []): TabInfo => ({ tabId, visible: true, focused: false, chats });
const notice = (sequence: number, requestId = CHAT): Notice => ({ requestId, subject: 'Printer', sequence, count: 1, preview: null });
const frameOf = (number: number, at: number, ...notices: Notice[]): NoticeFrame => ({ t: 'notice', number, at, notices });

describe('tabs', () => {
  test('#86 are live while somebody subscribes, know which one is this, and are asked for again after the death of a daemon', async () => {
    const client = await browser.tab().connect();
    const first = browser.workers.latest();
    first.script.watchTabs = () => [info(client.tabId)];
    expect(client.tabs.getSnapshot()).toEqual({ ready: false, tabs: [] });
    expect(first.inputs('watchTabs')).toEqual([]);
    client.tabs.subscribe(() => undefined);
    await until(() => client.tabs.getSnapshot().ready);
    first.post({ t: 'tabs', tabs: [info(client.tabId), info('other', [CHAT])] });
    await until(() => client.tabs.getSnapshot().tabs.length === 2);
    expect(client.tabs.getSnapshot().tabs.map(({ self, chats }) => ({ self, chats }))).toEqual([
      { self: true, chats: [] },
      { self: false, chats: [CHAT] },
    ]);
    expect(client.tabs.getSnapshot()).toBe(client.tabs.getSnapshot());
    browser.workers.onStart((daemon) => (daemon.script.watchTabs = () => [info(client.tabId)]));
    first.kill();
    await until(() => client.tabs.getSnapshot().tabs.length === 1);
  });

  test('calling another one forward is passed on; a tab that is called asks for the front and tells the page', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    daemon.script.callTab = () => true;
    expect(await client.tabs.goTo('other', CHAT)).toBe(true);
    expect(daemon.inputs('callTab')).toEqual([{ tabId: 'other', requestId: CHAT }]);
    const calls: unknown[] = [];
    const stop = client.tabs.onCalled((called) => calls.push(called));
    daemon.post({ t: 'called', from: 'other', requestId: CHAT });
    await until(() => calls.length === 1);
    expect(calls).toEqual([{ from: 'other', requestId: CHAT }]);
    expect(tab.page.focuses()).toBe(1);
    stop();
    daemon.post({ t: 'called', from: 'other', requestId: null });
    await until(() => tab.page.focuses() === 2);
    expect(calls).toHaveLength(1);
  });
});

describe('notices', () => {
  test('T-6 are asked for while somebody listens, answered at once, and passed on', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    expect(daemon.inputs('watchNotices')).toEqual([]);
    const heard: Notice[] = [];
    const stop = client.notices.subscribe((notices) => heard.push(...notices));
    await until(() => daemon.inputs('watchNotices').length === 1);
    daemon.post(frameOf(1, tab.env.later.wallTime(), notice(4), notice(9, 'other')));
    await until(() => heard.length === 2);
    expect(daemon.inputs('noticed')).toEqual([{ number: 1 }]);
    stop();
    tab.time.advance(5_000);
    await until(() => daemon.inputs('watchNotices').length === 2);
    expect(daemon.inputs('watchNotices')).toEqual([{ watching: true }, { watching: false }]);
  });

  test('T-6 what a killed daemon told is not told again by the next one in this tab', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const first = browser.workers.latest();
    const heard: Notice[] = [];
    client.notices.subscribe((notices) => heard.push(...notices));
    first.post(frameOf(1, tab.env.later.wallTime(), notice(4)));
    await until(() => heard.length === 1);
    first.kill();
    await until(() => browser.workers.daemons.length === 2 && client.status.getSnapshot().connected);
    await until(() => browser.workers.latest().inputs('watchNotices').length === 1);
    browser.workers.latest().post(frameOf(1, tab.env.later.wallTime(), notice(4), notice(7, 'other')));
    await until(() => heard.length === 2);
    expect(heard.map(({ sequence }) => sequence)).toEqual([4, 7]);
  });

  test('T-6 a tab that slept leaves an old notice to the tab that was told instead', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    const heard: Notice[] = [];
    client.notices.subscribe((notices) => heard.push(...notices));
    await until(() => daemon.inputs('watchNotices').length === 1);
    daemon.post(frameOf(1, tab.env.later.wallTime() - 4_500, notice(4)));
    await settle();
    daemon.post(frameOf(2, tab.env.later.wallTime() - 1_000, notice(5)));
    await until(() => heard.length === 1);
    expect(heard[0]?.sequence).toBe(5);
    expect(daemon.inputs('noticed')).toEqual([{ number: 2 }]);
  });

  test('#97 nothing is told or shown after a sign-out', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    daemon.script.watchTabs = () => [info(client.tabId)];
    const heard: Notice[] = [];
    client.notices.subscribe((notices) => heard.push(...notices));
    client.tabs.subscribe(() => undefined);
    await until(() => client.tabs.getSnapshot().ready);
    daemon.post({ t: 'goodbye', reason: 'signed-out' });
    daemon.post(frameOf(1, tab.env.later.wallTime(), notice(4)));
    await until(() => client.status.getSnapshot().signedOut);
    await settle();
    expect(client.tabs.getSnapshot()).toEqual({ ready: false, tabs: [] });
    expect(heard).toEqual([]);
  });
});
