import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { newestCall } from './newest-call.ts';
import { CHAT, openBrowser, settle } from './testing/tab.ts';

/** Calls that end when they are told to. */
function sender(join?: (waiting: number, next: number) => number) {
  const sent: number[] = [];
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const newest = newestCall(
    (value: number) => {
      sent.push(value);
      return new Promise<void>((resolve, reject) => ends.push({ resolve, reject }));
    },
    join,
  );
  return { newest, sent, ends };
}

describe('a call of which the newest value counts', () => {
  test('posts at once, then one at a time; whoever waits hears of the call that carried his value', async () => {
    const { newest, sent, ends } = sender();
    const first = newest.set(1);
    const second = newest.set(2);
    const third = newest.set(3);
    expect(sent).toEqual([1]);
    ends[0]?.resolve();
    await first;
    await settle();
    expect(sent).toEqual([1, 3]);
    ends[1]?.reject(new TabcachedError('STORAGE_FAILED'));
    await expect(second).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(third).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    void newest.set(4);
    expect(sent).toEqual([1, 3, 4]);
  });

  test('what waits is posted at once when it is flushed, and only once', async () => {
    const { newest, sent, ends } = sender(Math.max);
    void newest.set(5);
    void newest.set(9);
    void newest.set(7);
    newest.flush();
    newest.flush();
    expect(sent).toEqual([5, 9]);
    for (const end of ends) end.resolve();
    await settle();
    expect(sent).toEqual([5, 9]);
  });
});

describe('T-1 a draft in a tab', () => {
  test('goes out with what was typed last when the page is left, though a save is under way', async () => {
    const browser = openBrowser();
    const tab = browser.tab();
    const client = await tab.connect();
    const daemon = browser.workers.latest();
    daemon.script.saveDraft = () => new Promise(() => undefined);
    const view = client.chat(CHAT);
    for (const text of ['D', 'De', 'Dear']) view.saveDraft(text).catch(() => undefined);
    await settle();
    expect(daemon.inputs('saveDraft').map(({ text }) => text)).toEqual(['D']);
    tab.page.hide();
    await settle();
    expect(daemon.inputs('saveDraft').map(({ text }) => text)).toEqual(['D', 'Dear']);
    browser.close();
  });

  test('goes out before the message that it became', async () => {
    const browser = openBrowser();
    const client = await browser.tab().connect();
    const daemon = browser.workers.latest();
    daemon.script.saveDraft = () => new Promise(() => undefined);
    const view = client.chat(CHAT);
    for (const text of ['D', 'Dear']) view.saveDraft(text).catch(() => undefined);
    view.send('Dear').catch(() => undefined);
    view.send({ content: '', isScreenshot: true, screenshotFileName: 'a.png' }).catch(() => undefined);
    await settle();
    expect(daemon.calls.map(({ name }) => name).filter((name) => name === 'saveDraft' || name === 'send')).toEqual(['saveDraft', 'saveDraft', 'send', 'send']);
    expect(daemon.inputs('send').map(({ keepDraft }) => keepDraft)).toEqual([false, true]);
    browser.close();
  });
});
