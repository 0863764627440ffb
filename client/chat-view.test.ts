import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { ChatPage, Window } from '../protocol/views.ts';
import type { ChatView, Client } from './client.ts';
import type { FakeDaemon } from './testing/fake-daemon.ts';
import { CHAT, message, messages, metaOf, openBrowser, pageOf, patchOf, settle, snapshotOf, until, type BrowserUnderTest, type TabUnderTest } from './testing/tab.ts';

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

const shown = (view: ChatView): number[] =>
  view.getSnapshot().items.map((item) => (item.type === 'message' ? item.message.sequenceNumber : -item.endSeq));

/** Opens a view on a window that follows the end, with version 1. */
async function openTail(from: number, to: number): Promise<ChatView> {
  daemon.script.openChat = () => JSON.stringify(snapshotOf(1, from, to));
  const view = client.chat(CHAT);
  view.subscribe(() => undefined);
  await until(() => view.getSnapshot().ready);
  return view;
}

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
    const view = await openTail(1, 3);
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
    const view = await openTail(1, 3);
    daemon.script.openChat = () => JSON.stringify(snapshotOf(40, 1, 8));
    daemon.post({ t: 'stale', requestIds: ['somebody-elses'], tickets: false });
    await settle();
    expect(daemon.inputs('openChat')).toHaveLength(1);
    daemon.post({ t: 'stale', requestIds: [CHAT], tickets: false });
    await until(() => shown(view).length === 8);
  });

  test('readers are told once for what arrives together, and never again for what changes nothing', async () => {
    const view = await openTail(1, 3);
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
    const view = await openTail(1, 3);
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
    expect(browser.workers.latest().inputs('loadPage').map((page) => page.limit)).toEqual([500, 500]);
  });
});

describe('pages', () => {
  test('loadOlder asks below the window, one at a time, and shows that it loads', async () => {
    const view = await openTail(51, 100);
    let answer!: (page: ChatPage) => void;
    daemon.script.loadPage = () => new Promise((resolve) => (answer = (page) => resolve(JSON.stringify(page))));
    const first = view.loadOlder();
    expect(view.loadOlder()).toBe(first);
    expect(view.getSnapshot().loading).toEqual({ older: true, newer: false, gap: false });
    await until(() => daemon.inputs('loadPage').length === 1);
    expect(daemon.inputs('loadPage')[0]).toMatchObject({ direction: 'older', lo: 51, hi: 100, tail: true, limit: 50 });
    daemon.post(patchOf(2, [message(101), message(3, { content: 'edited', _revision: 200, _syncVersion: 2 })]));
    await until(() => shown(view).includes(101));
    answer(pageOf(1, 1, 50, { lo: 1, hi: 100, tail: true }));
    await first;
    expect(shown(view)).toEqual(messages(1, 101).map((row) => row.sequenceNumber));
    expect(view.getSnapshot()).toMatchObject({ hasOlder: false, loading: { older: false }, window: { lo: 1, hi: 101, tail: true } });
    const third = view.getSnapshot().items[2];
    expect(third?.type === 'message' && third.message.content).toBe('edited');
    await view.loadOlder();
    expect(daemon.inputs('loadPage')).toHaveLength(1);
  });

  test('#18 loadNewer extends a window that does not follow the end, until it does', async () => {
    const window: Window = { lo: 11, hi: 20, tail: false };
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 11, 20, { window, meta: metaOf(1, 30) }));
    const view = client.chat(CHAT, { anchor: 'unread' });
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().hasNewer);
    daemon.script.loadPage = () => JSON.stringify(pageOf(1, 21, 30, { lo: 11, hi: 30, tail: true }, { meta: metaOf(1, 30) }));
    await view.loadNewer();
    expect(view.getSnapshot()).toMatchObject({ hasNewer: false, window: { lo: 11, hi: 30, tail: true } });
    daemon.post(patchOf(2, [message(31)]));
    await until(() => shown(view).at(-1) === 31);
    await view.loadNewer();
    expect(daemon.inputs('loadPage')).toHaveLength(1);
  });

  test('H-7 fillGap fills a gap from its newer end; two gaps load side by side', async () => {
    const gaps = [{ startSeq: 4, endSeq: 5 }, { startSeq: 8, endSeq: 9 }];
    const rows = [1, 2, 3, 6, 7, 10].map((sequence) => message(sequence));
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 10, { rows, meta: metaOf(1, 10, { gaps }) }));
    const view = client.chat(CHAT);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().ready);
    expect(shown(view)).toEqual([1, 2, 3, -5, 6, 7, -9, 10]);
    let left = gaps;
    daemon.script.loadPage = ({ gap }) => {
      left = left.filter(({ endSeq }) => endSeq !== gap?.endSeq);
      const meta = metaOf(1, 10, { gaps: left });
      daemon.post(patchOf(3 - left.length, messages(gap?.startSeq ?? 0, gap?.endSeq ?? 0), { meta }));
      return JSON.stringify(pageOf(3 - left.length, gap?.startSeq ?? 0, gap?.endSeq ?? 0, { lo: 1, hi: 10, tail: true }, { meta }));
    };
    await Promise.all(gaps.map((gap) => view.fillGap(gap)));
    expect(shown(view)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(daemon.inputs('loadPage').map((page) => page.gap)).toEqual(gaps);
    expect(daemon.inputs('openChat')).toHaveLength(1);
  });

  test('a failure is shown, rejects, and is forgotten with the next load', async () => {
    const view = await openTail(51, 100);
    daemon.script.loadPage = () => {
      throw new TabcachedError('OFFLINE');
    };
    await expect(view.loadOlder()).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(view.getSnapshot()).toMatchObject({ error: { code: 'OFFLINE' }, loading: { older: false } });
    daemon.script.loadPage = () => JSON.stringify(pageOf(1, 1, 50, { lo: 1, hi: 100, tail: true }));
    await view.loadOlder();
    expect(view.getSnapshot().error).toBeNull();
  });

  test('a load under way when the daemon dies is asked again of the next, for the window that came back', async () => {
    const view = await openTail(51, 100);
    daemon.script.loadPage = () => new Promise(() => undefined);
    browser.workers.onStart((next) => {
      next.script.openChat = () => JSON.stringify(snapshotOf(1, 61, 110));
      next.script.loadPage = ({ lo, hi }) => JSON.stringify(pageOf(1, lo - 20, lo - 1, { lo: lo - 20, hi, tail: true }, { meta: metaOf(1, 110) }));
    });
    const loading = view.loadOlder();
    await until(() => daemon.inputs('loadPage').length === 1);
    daemon.kill();
    await loading;
    expect(shown(view)).toEqual(messages(41, 110).map((row) => row.sequenceNumber));
  });

  test('without readers there is no window to extend', async () => {
    await expect(client.chat(CHAT).loadOlder()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('actions', () => {
  test('S-1 send is posted before it returns, with an id that stays', async () => {
    daemon.script.send = ({ clientTempId }) => ({ clientTempId, durable: true, nearlyFull: false });
    const view = client.chat(CHAT);
    const [a, b] = await Promise.all([view.send('a'), view.send({ content: 'b', clientTempId: '44444444-4444-4444-8444-444444444444' })]);
    expect(daemon.inputs('send').map(({ content, clientTempId }) => [content, clientTempId])).toEqual([
      ['a', a.clientTempId],
      ['b', '44444444-4444-4444-8444-444444444444'],
    ]);
    expect(b.clientTempId).toBe('44444444-4444-4444-8444-444444444444');
  });

  test('messages of 0 or 10,001 characters are refused here', async () => {
    const view = client.chat(CHAT);
    await expect(view.send('')).rejects.toMatchObject({ code: 'INVALID' });
    await expect(view.send('x'.repeat(10_001))).rejects.toMatchObject({ code: 'INVALID' });
    await expect(view.edit('o', '')).rejects.toMatchObject({ code: 'INVALID' });
    await view.send('x'.repeat(10_000));
    expect(daemon.inputs('send')).toHaveLength(1);
    expect(daemon.inputs('edit')).toEqual([]);
  });

  test('an image without text is sent with its file name as content', async () => {
    await client.chat(CHAT).send({ content: '', isScreenshot: true, screenshotFileName: 'a.png' });
    expect(daemon.inputs('send')[0]).toMatchObject({ content: 'a.png', isScreenshot: true, screenshotFileName: 'a.png' });
  });

  test('R-1 markRead passes on only what is above the marker', async () => {
    daemon.script.openChat = () => JSON.stringify(snapshotOf(1, 1, 9, { meta: metaOf(1, 9, { lastReadSequence: 6 }) }));
    const view = client.chat(CHAT);
    view.subscribe(() => undefined);
    await until(() => view.getSnapshot().ready);
    await view.markRead(6);
    await view.markRead(8);
    expect(daemon.inputs('markRead')).toEqual([{ requestId: CHAT, upToSequence: 8 }]);
  });

  test('the daemon\'s errors keep their code', async () => {
    daemon.script.send = () => {
      throw new TabcachedError('OUTBOX_FULL', 'full', { retryAfterMs: 5 });
    };
    const error = await client.chat(CHAT).send('a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TabcachedError);
    expect(error).toMatchObject({ code: 'OUTBOX_FULL', message: 'full', retryable: true, retryAfterMs: 5 });
  });
});
