import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { ChatPage, Window } from '../protocol/views.ts';
import type { Client } from './client.ts';
import type { FakeDaemon } from './testing/fake-daemon.ts';
import { openTail, shown } from './testing/open-view.ts';
import { CHAT, message, messages, metaOf, openBrowser, pageOf, patchOf, snapshotOf, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
let client: Client;
let daemon: FakeDaemon;
beforeEach(async () => {
  browser = openBrowser();
  client = await browser.tab().connect();
  daemon = browser.workers.latest();
});
afterEach(() => browser.close());

describe('pages', () => {
  test('loadOlder asks below the window, one at a time, and shows that it loads', async () => {
    const view = await openTail(client, daemon, 51, 100);
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
    const view = await openTail(client, daemon, 51, 100);
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
    const view = await openTail(client, daemon, 51, 100);
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

  test('H-7 a page that was asked for before the view was opened again is not joined to the new window', async () => {
    const view = await openTail(client, daemon, 51, 100);
    const answers: (() => void)[] = [];
    daemon.script.loadPage = ({ lo, hi }) =>
      new Promise((resolve) => {
        const page = pageOf(9, lo - 50, lo - 1, { lo: lo - 50, hi, tail: true }, { meta: metaOf(1, 400) });
        answers.push(() => resolve(JSON.stringify(page)));
      });
    const loading = view.loadOlder();
    await until(() => answers.length === 1);
    daemon.script.openChat = () => JSON.stringify(snapshotOf(9, 351, 400));
    daemon.post({ t: 'stale', requestIds: [CHAT], tickets: false });
    await until(() => shown(view)[0] === 351);
    answers[0]?.();
    await until(() => answers.length === 2);
    answers[1]?.();
    await loading;
    expect(shown(view)).toEqual(messages(301, 400).map((row) => row.sequenceNumber));
  });

  test('without readers there is no window to extend', async () => {
    await expect(client.chat(CHAT).loadOlder()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
