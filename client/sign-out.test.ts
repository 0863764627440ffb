import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { ownedPrefix, tabLease } from '../protocol/names.ts';
import { openTail } from './testing/open-view.ts';
import { openBrowser, settle, ticket, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

const report = { signedOut: true, unsent: 0, drafts: 0, left: [] };

describe('signing out', () => {
  test('#97 the daemon is asked; then this tab shows nothing, holds nothing and does not come back', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    daemon.script.openTickets = () => JSON.stringify({ version: 1, tickets: [ticket('t1', null)] });
    client.tickets.subscribe(() => undefined);
    const view = await openTail(client, daemon, 1, 3);
    await until(() => client.tickets.getSnapshot().ready);
    daemon.script.signOut = () => report;
    expect(await client.signOut()).toEqual(report);
    expect(daemon.inputs('signOut')).toEqual([{ wipe: false, confirmUnsent: 0 }]);
    expect(client.status.getSnapshot()).toMatchObject({ connected: false, signedOut: true, link: 'offline', epoch: '' });
    expect(client.tickets.getSnapshot()).toEqual({ ready: false, tickets: [] });
    expect(view.getSnapshot()).toMatchObject({ ready: false, items: [], meta: null });
    await expect(view.send('x')).rejects.toMatchObject({ code: 'SIGNED_OUT', retryable: false });
    await settle();
    expect(browser.locks.isHeld(tabLease('anna', client.tabId))).toBe(false);
    expect(daemon.inputs('hello')).toHaveLength(1);
  });

  test('#97 signed out in another tab: the same, and calls under way say so', async () => {
    const client = await browser.tab().connect();
    const daemon = browser.workers.latest();
    const view = await openTail(client, daemon, 1, 3);
    daemon.script.stats = () => new Promise(() => undefined);
    const underWay = client.stats();
    daemon.post({ t: 'goodbye', reason: 'signed-out', wiped: true });
    await expect(underWay).rejects.toMatchObject({ code: 'SIGNED_OUT' });
    await until(() => client.status.getSnapshot().signedOut);
    expect(view.getSnapshot().items).toEqual([]);
    daemon.kill();
    await settle();
    expect(browser.workers.daemons).toHaveLength(1);
  });

  test('#97 while messages are unsent a wipe only counts them', async () => {
    const client = await browser.tab().connect();
    const daemon = browser.workers.latest();
    daemon.script.signOut = ({ confirmUnsent }) => ({ ...report, signedOut: confirmUnsent >= 2, unsent: 2 });
    expect(await client.signOut({ wipe: true })).toMatchObject({ signedOut: false, unsent: 2 });
    expect(client.status.getSnapshot()).toMatchObject({ connected: true, signedOut: false });
    expect(await client.signOut({ wipe: true, confirmUnsent: 2 })).toMatchObject({ signedOut: true, unsent: 2 });
    expect(client.status.getSnapshot()).toMatchObject({ connected: false, signedOut: true });
  });

  test('T-4 a wipe removes the keys of the user from the storage of every tab, and no others', async () => {
    const [tab, other] = [browser.tab(), browser.tab()];
    for (const { keys } of [tab, other]) for (const key of [`${ownedPrefix('anna')}x`, `${ownedPrefix('bert')}x`, 'desk.theme']) keys.add(key);
    const [client] = await Promise.all([tab.connect(), other.connect()]);
    const daemon = browser.workers.latest();
    daemon.script.signOut = () => report;
    await client.signOut({ wipe: true });
    daemon.post({ t: 'goodbye', reason: 'signed-out', wiped: true });
    await until(() => other.keys.size === 2);
    for (const { keys } of [tab, other]) expect([...keys]).toEqual([`${ownedPrefix('bert')}x`, 'desk.theme']);
  });

  test('#97 a tab that was away comes back as one, and is signed out', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    expect(browser.workers.latest().inputs('hello')[0]).toMatchObject({ returning: false });
    tab.page.hide();
    browser.workers.latest().script.hello = ({ returning }) => {
      throw new TabcachedError(returning ? 'SIGNED_OUT' : 'INTERNAL');
    };
    tab.page.show();
    await until(() => client.status.getSnapshot().signedOut);
    expect(browser.workers.latest().inputs('hello')).toHaveLength(2);
  });

  test('#97 the daemon dies while it signs out: the next one knows, and the call succeeds', async () => {
    const client = await browser.tab().connect();
    const daemon = browser.workers.latest();
    daemon.script.signOut = () => new Promise(() => undefined);
    const leaving = client.signOut({ wipe: true });
    await until(() => daemon.inputs('signOut').length === 1);
    browser.workers.onStart((next) => {
      next.script.hello = () => {
        throw new TabcachedError('SIGNED_OUT');
      };
    });
    daemon.kill();
    expect(await leaving).toMatchObject({ signedOut: true, left: [] });
    expect(client.status.getSnapshot().signedOut).toBe(true);
  });
});
