import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { Client } from './client.ts';
import type { FakeDaemon } from './testing/fake-daemon.ts';
import { CHAT, metaOf, openBrowser, snapshotOf, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
let client: Client;
let daemon: FakeDaemon;
beforeEach(async () => {
  browser = openBrowser();
  client = await browser.tab().connect();
  daemon = browser.workers.latest();
});
afterEach(() => browser.close());

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

  test('S-1 a send that failed and is repeated under its id says so', async () => {
    daemon.script.send = () => {
      throw new TabcachedError('TIMEOUT');
    };
    const view = client.chat(CHAT);
    const message = { content: 'a', clientTempId: '44444444-4444-4444-8444-444444444444' };
    for (let tries = 0; tries < 2; tries++) await expect(view.send(message)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(view.send('b')).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(daemon.inputs('send').map(({ content, again }) => [content, again])).toEqual([['a', false], ['a', true], ['b', false]]);
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
