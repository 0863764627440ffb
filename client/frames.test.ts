import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sortTickets } from './tickets-view.ts';
import { openBrowser, settle, ticket, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

describe('acknowledgements', () => {
  test('every 32 frames at once, the rest after a moment, with one timer for all of them', async () => {
    const tab = browser.tab();
    await tab.connect();
    const daemon = browser.workers.latest();
    const timers = tab.time.timers();
    for (let frame = 0; frame < 70; frame += 1) daemon.post({ t: 'host', host: daemon.host() });
    await until(() => daemon.inputs('ack').length === 2);
    await settle();
    expect(daemon.inputs('ack').map((ack) => ack.frames)).toEqual([32, 64]);
    expect(tab.time.timers()).toBe(timers + 1);
    tab.time.advance(1_000);
    await until(() => daemon.inputs('ack').length === 3);
    expect(daemon.inputs('ack').at(-1)).toEqual({ frames: 70 });
    tab.time.advance(10_000);
    await settle();
    expect(daemon.inputs('ack')).toHaveLength(3);
  });

  test('a new session counts from nothing', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    browser.workers.latest().post({ t: 'host', host: browser.workers.latest().host() });
    browser.workers.latest().kill();
    await until(() => client.status.getSnapshot().epoch === 'epoch2');
    const daemon = browser.workers.latest();
    for (let frame = 0; frame < 32; frame += 1) daemon.post({ t: 'host', host: daemon.host() });
    await until(() => daemon.inputs('ack').length === 1);
    expect(daemon.inputs('ack')).toEqual([{ frames: 32 }]);
  });
});

describe('frames', () => {
  test('a host frame is the new status, and one that comes before the welcome counts after it', async () => {
    browser.workers.onStart((daemon) => {
      daemon.script.hello = () => {
        daemon.post({ t: 'host', host: { ...daemon.host(), tabs: 7 } });
        return { epoch: daemon.epoch, buildId: 'b1', lease: daemon.lease, host: daemon.host() };
      };
    });
    const client = await browser.tab().connect();
    expect(client.status.getSnapshot().tabs).toBe(7);
    const daemon = browser.workers.latest();
    daemon.post({ t: 'host', host: { ...daemon.host(), link: 'syncing', pending: 3 } });
    await until(() => client.status.getSnapshot().pending === 3);
    expect(client.status.getSnapshot()).toMatchObject({ link: 'syncing', connected: true });
  });

  test('a page that is asked to asks the browser for lasting storage', async () => {
    const tab = browser.tab();
    await tab.connect();
    expect(tab.page.persistenceAsked()).toBe(0);
    browser.workers.latest().post({ t: 'persist' });
    await until(() => tab.page.persistenceAsked() === 1);
  });

  test('#47 a token is fetched from the application, which is told the rejected one', async () => {
    const asked: (string | null)[] = [];
    const tokens = [() => 'fresh', () => Promise.resolve(null), () => Promise.reject(new Error('no network'))];
    await browser.tab().connect({
      getToken: (rejected) => {
        asked.push(rejected);
        return tokens.shift()?.() ?? null;
      },
    });
    const daemon = browser.workers.latest();
    daemon.post({ t: 'token', requestNumber: 1, rejected: 'old' });
    await until(() => daemon.inputs('giveToken').length === 1);
    daemon.post({ t: 'token', requestNumber: 2, rejected: null });
    await until(() => daemon.inputs('giveToken').length === 2);
    daemon.post({ t: 'token', requestNumber: 3, rejected: null });
    await until(() => daemon.inputs('giveToken').length === 3);
    expect(asked).toEqual(['old', null, null]);
    expect(daemon.inputs('giveToken')).toEqual([
      { requestNumber: 1, token: 'fresh' },
      { requestNumber: 2, token: null },
      { requestNumber: 3, token: null },
    ]);
  });
});

describe('reports', () => {
  test('#66 what changed is reported once; changes during a report are one more', async () => {
    const tab = browser.tab();
    await tab.connect();
    const daemon = browser.workers.latest();
    const answers: (() => void)[] = [];
    daemon.script.report = () => new Promise((resolve) => answers.push(() => resolve(null)));
    tab.page.set({});
    tab.page.set({ focused: false });
    tab.page.set({ visible: false });
    tab.page.set({ online: false });
    tab.page.set({ online: true });
    await until(() => answers.length === 1);
    answers[0]?.();
    await until(() => answers.length === 2);
    answers[1]?.();
    await settle();
    expect(daemon.inputs('report')).toEqual([
      { visible: true, focused: false, online: true },
      { visible: false, focused: false, online: true },
    ]);
  });
});

describe('tickets', () => {
  test('tickets of the same moment keep one order, however they arrive', () => {
    const list = ['c', 'a', 'b'].map((id) => ticket(id, '2026-01-02T00:00:00Z'));
    expect(sortTickets(list).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(sortTickets([...list].reverse()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test('opens with the first reader, newest activity first, and follows patches', async () => {
    const client = await browser.tab().connect();
    const daemon = browser.workers.latest();
    const list = [
      ticket('a', '2026-01-02T00:00:00Z'),
      ticket('c', null),
      ticket('b', '2026-01-02T01:00:00+01:00'),
      ticket('d', '2026-01-03T00:00:00.000Z'),
    ];
    daemon.script.openTickets = () => JSON.stringify({ version: 4, tickets: list });
    expect(client.tickets.getSnapshot()).toEqual({ ready: false, tickets: [] });
    const leave = client.tickets.subscribe(() => undefined);
    const ids = (): string => client.tickets.getSnapshot().tickets.map(({ id }) => id).join('');
    await until(() => client.tickets.getSnapshot().ready);
    expect(ids()).toBe('dabc');
    const before = client.tickets.getSnapshot();
    daemon.post({ t: 'tickets', version: 5, upserts: [ticket('c', '2026-01-04T00:00:00Z')], removals: ['d'] });
    await until(() => ids() === 'cab');
    expect(client.tickets.getSnapshot().tickets[1]).toBe(before.tickets[1]);
    daemon.post({ t: 'tickets', version: 5, upserts: [], removals: ['a'] });
    await settle();
    expect(ids()).toBe('cab');
    daemon.script.openTickets = () => JSON.stringify({ version: 9, tickets: [ticket('z', null)] });
    daemon.post({ t: 'tickets', version: 9, upserts: [], removals: ['a'] });
    await until(() => ids() === 'z');
    daemon.script.openTickets = () => JSON.stringify({ version: 12, tickets: [] });
    daemon.post({ t: 'stale', requestIds: [], tickets: true });
    await until(() => ids() === '');
    leave();
    expect(daemon.inputs('closeTickets')).toEqual([]);
  });

  test('is closed a moment after the last reader left', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    daemon.script.openTickets = () => JSON.stringify({ version: 1, tickets: [] });
    client.tickets.subscribe(() => undefined)();
    tab.time.advance(2_000);
    await until(() => daemon.inputs('closeTickets').length === 1);
    expect(client.tickets.getSnapshot()).toEqual({ ready: false, tickets: [] });
  });
});
