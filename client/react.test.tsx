import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReactNode } from 'react';
import type { Client } from './client.ts';
import { TabcachedProvider, useChat, useClient, useStatus, useTickets } from './react.ts';
import { CHAT, openBrowser, type BrowserUnderTest } from './testing/tab.ts';

function Desk(): ReactNode {
  const client = useClient();
  const { connected, link } = useStatus(client);
  const { ready, tickets } = useTickets(client);
  const { state, view } = useChat(client, CHAT, { anchor: 'unread' });
  return JSON.stringify([connected, link, ready, tickets.length, state.ready, state.items.length, view?.requestId ?? null]);
}

const render = (client: Client | null): unknown => {
  const html = renderToString(
    <TabcachedProvider client={client}>
      <Desk />
    </TabcachedProvider>,
  );
  return JSON.parse(html.replaceAll('&quot;', '"'));
};

describe('hooks on a server', () => {
  let browser: BrowserUnderTest;
  beforeEach(() => {
    browser = openBrowser();
  });
  afterEach(() => browser.close());

  test('show the empty states without a client', () => {
    expect(render(null)).toEqual([false, 'offline', false, 0, false, 0, null]);
  });

  test('open nothing while rendering', async () => {
    const client = await browser.tab().connect();
    expect(render(client)).toEqual([false, 'offline', false, 0, false, 0, CHAT]);
    expect(browser.workers.latest().calls.map((call) => call.name)).toEqual(['hello']);
  });
});

describe('importing under Node', () => {
  test('does nothing, and connect says what is missing', async () => {
    const before = Object.keys(globalThis);
    const { connect } = await import('./index.ts');
    expect(Object.keys(globalThis)).toEqual(before);
    await expect(connect({ userId: 'anna', backend: '/', getToken: () => null })).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
  });
});
