import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { Client } from './client.ts';
import type { FakeDaemon } from './testing/fake-daemon.ts';
import { openTail, shown } from './testing/open-view.ts';
import { CHAT, message, metaOf, openBrowser, pageOf, patchOf, settle, snapshotOf, until, type BrowserUnderTest, type TabUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
let tab: TabUnderTest;
let client: Client;
let daemon: FakeDaemon;
beforeEach(async () => {
  browser = openBrowser();
  tab = browser.tab();
  client = await tab.connect();
  daemon = browser.workers.latest();
});
afterEach(() => browser.close());

describe('open and close', () => {
  test('opens with the first reader; the same arguments give the same view', async () => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 3));
    const view = client.chat(CHAT);
    expect(client.chat(CHAT, { anchor: 'newest' })).toBe(view);
    expect(client.chat(CHAT, { anchor: 'unread' })).not.toBe(view);
    expect(view.getSnapshot()).toMatchObject({ ready: false, items: [], meta: null });
    await settle();
    expect(daemon.inputs('openChat')).toEqual([]);
    view.subscribe(() => undefined);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().ready);
    expect(daemon.inputs('openChat')).toEqual([{ requestId: CHAT, anchor: 'newest', limit: 50 }]);
    expect(shown(view)).toEqual([1, 2, 3]);
    expect(view.getSnapshot()).toBe(view.getSnapshot());
  });

  test('subscribing, leaving and subscribing again, as React does in development, opens once and closes nothing', async () => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 3));
    const view = client.chat(CHAT);
    view.subscribe(() => undefined)();
    const leave = view.subscribe(() => undefined);
    await until(() => view.getSnapshot().ready);
    tab.time.advance(10_000);
    expect(daemon.inputs('openChat')).toHaveLength(1);
    leave();
    leave();
    tab.time.advance(1_000);
    await settle();
    expect(daemon.inputs('closeChat')).toEqual([]);
    tab.time.advance(1_000);
    await until(() => daemon.inputs('closeChat').length === 1);
    expect(view.getSnapshot().ready).toBe(false);
    expect(client.chat(CHAT)).not.toBe(view);
  });

  test('two views of one chat share the interest: the chat is closed when none is left', async () => {
    daemon.script.openChat = (input) => JSON.stringify(snapshotOf(1, input.anchor === 'newest' ? 6 : 1, 10));
    const newest = client.chat(CHAT);
    const unread = client.chat(CHAT, { anchor: 'unread' });
    const leaveNewest = newest.subscribe(() => undefined);
    const leaveUnread = unread.subscribe(() => undefined);
    await until(() => newest.getSnapshot().ready && unread.getSnapshot().ready);
    daemon.post(patchOf(2, [message(11)]));
    await until(() => shown(newest).includes(11) && shown(unread).includes(11));
    leaveNewest();
    tab.time.advance(2_000);
    await settle();
    expect(daemon.inputs('closeChat')).toEqual([]);
    leaveUnread();
    tab.time.advance(2_000);
    await until(() => daemon.inputs('closeChat').length === 1);
  });

  test('a view that nobody ever read is forgotten', () => {
    const view = client.chat(CHAT);
    tab.time.advance(5_000);
    expect(client.chat(CHAT)).not.toBe(view);
  });

  test('a refusal is shown and not repeated; a passing failure is tried again', async () => {
    let code: 'NOT_FOUND' | 'STORAGE_FAILED' = 'NOT_FOUND';
    daemon.script.openChat = () => {
      throw new TabcachedError(code);
    };
    const view = client.chat(CHAT);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().error?.code === 'NOT_FOUND');
    tab.time.advance(60_000);
    await settle();
    expect(daemon.inputs('openChat')).toHaveLength(1);
    code = 'STORAGE_FAILED';
    const other = client.chat(CHAT, { anchor: 7 });
    other.subscribe(() => undefined);
    await until(() => other.getSnapshot().error?.code === 'STORAGE_FAILED');
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 9));
    tab.time.advance(2_000);
    await until(() => other.getSnapshot().ready);
    expect(other.getSnapshot().error).toBeNull();
  });
});

describe('patches', () => {
  test('those that arrive before the snapshot are applied after it', async () => {
    daemon.script.openChat = () => {
      daemon.post(patchOf(2, [message(4)]));
      return JSON.stringify(snapshotOf(1, 1, 3));
    };
    const view = client.chat(CHAT);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().ready);
    expect(shown(view)).toEqual([1, 2, 3, 4]);
    daemon.post(patchOf(3, [message(5)]));
    await until(() => shown(view).length === 5);
    expect(daemon.inputs('openChat')).toHaveLength(1);
  });

  test('a jump opens the view again, keeping what is shown until then', async () => {
    const view = await openTail(client, daemon, 1, 3);
    let answer!: () => void;
    daemon.script.openChat = () => new Promise((resolve) => (answer = () => resolve(JSON.stringify(snapshotOf(9, 1, 9)))));
    daemon.post(patchOf(3, [message(5)]));
    await until(() => daemon.inputs('openChat').length === 2);
    expect(shown(view)).toEqual([1, 2, 3]);
    answer();
    await until(() => shown(view).length === 9);
    daemon.post(patchOf(10, [message(10)]));
    await until(() => shown(view).length === 10);
  });

  test('views that the daemon calls stale are opened again, and only these', async () => {
    const view = await openTail(client, daemon, 1, 3);
    daemon.script.openChat = () => JSON.stringify(snapshotOf(40, 1, 8));
    daemon.post({ t: 'stale', requestIds: ['somebody-elses'], tickets: false });
    await settle();
    expect(daemon.inputs('openChat')).toHaveLength(1);
    daemon.post({ t: 'stale', requestIds: [CHAT], tickets: false });
    await until(() => shown(view).length === 8);
  });

  test('readers are told once for what arrives together, and never again for what changes nothing', async () => {
    const view = await openTail(client, daemon, 1, 3);
    let told = 0;
    view.subscribe(() => (told += 1));
    daemon.post(patchOf(2, [message(4)]));
    await until(() => shown(view).length === 4);
    expect(told).toBe(1);
    daemon.post(patchOf(2, [message(4)]));
    await settle();
    expect(told).toBe(1);
  });

  test('a reader that throws does not keep others from hearing', async () => {
    const view = await openTail(client, daemon, 1, 3);
    const errors: unknown[] = [];
    const caught = (error: unknown): void => void errors.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', caught);
    let told = 0;
    view.subscribe(() => {
      throw new Error('mine');
    });
    view.subscribe(() => (told += 1));
    daemon.post(patchOf(2, [message(4)]));
    await until(() => told === 1 && errors.length === 1);
    process.off('uncaughtException', caught);
    for (const listener of others) process.on('uncaughtException', listener);
    expect(errors).toEqual([new Error('mine')]);
  });

  test('after the death of a daemon a large window comes back as it was, rows unchanged by reference', async () => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 1_200));
    const view = client.chat(CHAT);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().items.length === 1_200);
    const before = view.getSnapshot().items;
    browser.workers.onStart((next) => {
      next.script.openChat = (input) => JSON.stringify(snapshotOf(1, 1_211 - input.limit, 1_210, { meta: metaOf(1, 1_210) }));
      next.script.loadPage = ({ lo, hi, limit }) =>
        JSON.stringify(pageOf(1, Math.max(1, lo - limit), lo - 1, { lo: Math.max(1, lo - limit), hi, tail: true }));
    });
    const lengths = new Set<number>();
    view.subscribe(() => lengths.add(view.getSnapshot().items.length));
    daemon.kill();
    await until(() => view.getSnapshot().items.length === 1_210);
    expect([...lengths]).toEqual([1_210]);
    expect(view.getSnapshot().items.slice(0, 1_200).every((item, index) => item === before[index])).toBe(true);
    expect(browser.workers.latest().inputs('loadPage').map((page) => page.limit)).toEqual([500, 210]);
  });
});

test('a window that cannot be completed again comes back smaller, not stale', async () => {
  daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 800));
  const view = client.chat(CHAT);
  view.subscribe(() => undefined);
  await until(() => view.getSnapshot().items.length === 800);
  daemon.script.openChat = (input) => JSON.stringify(snapshotOf(5, 801 - input.limit, 800, { meta: metaOf(1, 800) }));
  daemon.script.loadPage = () => {
    throw new TabcachedError('OFFLINE');
  };
  daemon.post({ t: 'stale', requestIds: [CHAT], tickets: false });
  await until(() => view.getSnapshot().items.length === 500);
  expect(view.getSnapshot()).toMatchObject({ hasOlder: true, error: null });
  daemon.post(patchOf(6, [message(801)]));
  await until(() => shown(view).at(-1) === 801);
});
