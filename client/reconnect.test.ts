import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { tabLease } from '../protocol/names.ts';
import { CHAT, openBrowser, patchOf, message, settle, snapshotOf, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

describe('a daemon that dies', () => {
  test('is replaced: every tab says hello to the one next daemon, at once', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => browser.tab().connect()));
    browser.workers.latest().kill();
    await until(() => clients.every((client) => client.status.getSnapshot().epoch === 'epoch2'));
    expect(browser.workers.daemons).toHaveLength(2);
    expect(browser.workers.latest().inputs('hello').map((hello) => hello.tabId).sort()).toEqual(clients.map((client) => client.tabId).sort());
  });

  test('T-1 S-1 a send under way is given to the next daemon with the same id', async () => {
    const client = await browser.tab().connect();
    const [first] = browser.workers.daemons;
    if (first) first.script.send = () => new Promise(() => undefined);
    browser.workers.onStart((daemon) => {
      daemon.script.send = (input) => ({ clientTempId: input.clientTempId, durable: true, nearlyFull: false });
    });
    const sending = client.chat(CHAT).send('hello');
    await until(() => first?.inputs('send').length === 1);
    first?.kill();
    const receipt = await sending;
    // The next one asks the server before it gives it the message: the one before may have sent it.
    expect(first?.inputs('send')).toMatchObject([{ again: false }]);
    expect(browser.workers.latest().inputs('send')).toEqual(first?.inputs('send').map((input) => ({ ...input, again: true })));
    expect(receipt.clientTempId).toBe(first?.inputs('send')[0]?.clientTempId);
  });

  test('rejects calls that cannot be repeated with DAEMON_LOST', async () => {
    const client = await browser.tab().connect();
    browser.workers.latest().script.discard = () => new Promise(() => undefined);
    const discarding = client.chat(CHAT).discard('x');
    const lost = expect(discarding).rejects.toMatchObject({ code: 'DAEMON_LOST', retryable: true });
    await until(() => browser.workers.latest().inputs('discard').length === 1);
    browser.workers.latest().kill();
    await lost;
    await until(() => browser.workers.daemons.length === 2);
    expect(browser.workers.latest().inputs('discard')).toEqual([]);
  });

  test('a call made while there is none waits for the next, within its deadline', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    let admit!: () => void;
    browser.workers.onStart((daemon) => {
      daemon.script.hello = () =>
        new Promise((resolve) => {
          admit = () => resolve({ epoch: daemon.epoch, buildId: 'b1', lease: daemon.lease, host: daemon.host() });
        });
      daemon.script.stats = () => ({ epoch: daemon.epoch }) as never;
    });
    browser.workers.latest().kill();
    await until(() => !client.status.getSnapshot().connected);
    expect(client.status.getSnapshot()).toMatchObject({ link: 'offline', epoch: 'epoch1' });
    const early = client.stats();
    const late = client.stats();
    await until(() => browser.workers.daemons.length === 2 && browser.workers.latest().inputs('hello').length === 1);
    admit();
    await expect(early).resolves.toMatchObject({ epoch: 'epoch2' });
    await expect(late).resolves.toMatchObject({ epoch: 'epoch2' });
  });

  test('a call that waits in vain ends with TIMEOUT', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    browser.workers.onStart((daemon) => (daemon.script.hello = () => new Promise(() => undefined)));
    browser.workers.latest().kill();
    await until(() => browser.workers.daemons.length === 2);
    const stats = client.stats();
    tab.time.advance(10_000);
    await expect(stats).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  test('settings that the next daemon refuses reach the callers, and the tab tries on', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    let refuse = true;
    browser.workers.onStart((daemon) => {
      daemon.script.hello = () => {
        if (refuse) throw new TabcachedError('SETTINGS_MISMATCH');
        return { epoch: daemon.epoch, buildId: 'b1', lease: daemon.lease, host: daemon.host() };
      };
      daemon.script.stats = () => ({ epoch: daemon.epoch }) as never;
    });
    browser.workers.latest().kill();
    await until(() => !client.status.getSnapshot().connected);
    await expect(client.stats()).rejects.toMatchObject({ code: 'SETTINGS_MISMATCH' });
    refuse = false;
    tab.time.advance(9_000);
    tab.time.advance(9_000);
    await until(() => client.status.getSnapshot().connected);
    await expect(client.stats()).resolves.toMatchObject({ epoch: 'epoch2' });
  });

  test.each(['fenced', 'superseded'] as const)('%s: the tab comes back after a pause', async (reason) => {
    const tab = browser.tab();
    const client = await tab.connect();
    browser.workers.latest().post({ t: 'goodbye', reason });
    await until(() => !client.status.getSnapshot().connected);
    await settle();
    expect(browser.workers.latest().inputs('hello')).toHaveLength(1);
    tab.time.advance(200);
    await until(() => client.status.getSnapshot().connected);
    expect(browser.workers.latest().inputs('hello')).toHaveLength(2);
  });
});

test('T-2 a daemon that answers FENCED is left, and what can be repeated is repeated on the next', async () => {
  const tab = browser.tab();
  const client = await tab.connect();
  const daemon = browser.workers.latest();
  daemon.script.stats = () => {
    if (daemon.inputs('hello').length === 1) throw new TabcachedError('FENCED');
    return { epoch: daemon.epoch } as never;
  };
  const stats = client.stats();
  await until(() => !client.status.getSnapshot().connected);
  tab.time.advance(200);
  await expect(stats).resolves.toMatchObject({ epoch: 'epoch1' });
  expect(daemon.inputs('stats')).toHaveLength(2);
});

describe('back/forward cache', () => {
  test('L-3 #87 the page lets go of its locks when hidden; shown again it says hello and opens its views anew', async () => {
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    let version = 5;
    daemon.script.openChat = () => JSON.stringify(snapshotOf(version, 1, version));
    const view = client.chat(CHAT);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().items.length === 5);
    tab.page.hide();
    await settle();
    expect(browser.locks.isHeld(tabLease('anna', client.tabId))).toBe(false);
    expect(browser.locks.waiting(daemon.lease)).toBe(0);
    expect(client.status.getSnapshot().connected).toBe(false);
    expect(view.getSnapshot().items).toHaveLength(5);
    version = 7;
    tab.page.show();
    await until(() => view.getSnapshot().items.length === 7);
    expect(daemon.inputs('hello')).toHaveLength(2);
    expect(browser.locks.isHeld(tabLease('anna', client.tabId))).toBe(true);
    daemon.post(patchOf(8, [message(8)]));
    await until(() => view.getSnapshot().items.length === 8);
  });
});
