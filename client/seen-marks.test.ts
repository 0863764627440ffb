import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatView } from './api/chat.ts';
import type { FakeDaemon } from './testing/fake-daemon.ts';
import { createSeenMarks } from './seen-marks.ts';
import { openTail } from './testing/open-view.ts';
import { openBrowser, settle, type BrowserUnderTest, type TabUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
let tab: TabUnderTest;
let daemon: FakeDaemon;
let view: ChatView;
beforeEach(async () => {
  browser = openBrowser();
  tab = browser.tab();
  const client = await tab.connect();
  daemon = browser.workers.latest();
  view = await openTail(client, daemon, 1, 9);
});
afterEach(() => browser.close());

const marks = async (): Promise<number[]> => {
  await settle();
  return daemon.inputs('markRead').map(({ upToSequence }) => upToSequence);
};

describe('what was on screen', () => {
  test('#66 is read while the page is visible and has the focus', async () => {
    view.seen(4);
    expect(await marks()).toEqual([4]);
  });

  test.each([{ visible: false }, { focused: false }])('#66 is not read while the page is %o; it is when somebody looks again', async (away) => {
    tab.page.set(away);
    view.seen(4);
    view.seen(6);
    view.seen(5);
    expect(await marks()).toEqual([]);
    tab.page.set({ visible: true, focused: true });
    expect(await marks()).toEqual([6]);
    tab.page.set(away);
    tab.page.set({ visible: true, focused: true });
    expect(await marks()).toEqual([6]);
  });

  test('#64 while scrolling fast is told one at a time, the highest', async () => {
    let end: (value: null) => void = () => undefined;
    daemon.script.markRead = () => new Promise((resolve) => (end = resolve));
    for (let sequence = 1; sequence <= 9; sequence++) view.seen(sequence % 4 === 0 ? 1 : sequence);
    expect(await marks()).toEqual([1]);
    end(null);
    expect(await marks()).toEqual([1, 9]);
  });

  test('#66 is forgotten when the view closes', () => {
    const told: number[] = [];
    const seen = createSeenMarks(tab.env.page, async (sequence) => void told.push(sequence));
    tab.page.set({ focused: false });
    seen.seen(4);
    seen.clear();
    tab.page.set({ focused: true });
    expect(told).toEqual([]);
    seen.seen(3);
    expect(told).toEqual([3]);
  });
});
