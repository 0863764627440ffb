import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CachedTicket } from '../protocol/records.ts';
import type { LoadedEnvironment } from './env.ts';
import { CHAT, message, openBrowser, ticket, until, type BrowserUnderTest, type TabUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => {
  browser = openBrowser();
});
afterEach(() => browser.close());

/** Messages as the server has them, and what it was asked. */
interface Server {
  head: number;
  token: string;
  readonly asked: string[];
}

const asServer = ({ _revision, _cachedAt, _syncVersion, status: _status, ...rest }: Record<string, unknown>): Record<string, unknown> => ({ ...rest, revision: _revision });
const listed = (head: number): Record<string, unknown> => asServer(ticket(CHAT, null, { headSequence: head, unreadCount: head }) as CachedTicket & Record<string, unknown>);

/** A tab in a browser whose shared workers can be refused. */
function tabOf(server: Server, refused: { on: boolean }): TabUnderTest {
  const fetch: LoadedEnvironment['later']['fetch'] = async (url, init) => {
    const { pathname, search, searchParams } = new URL(url);
    server.asked.push(`${pathname}${search}`);
    if (new Headers(init.headers).get('Authorization') !== `Bearer ${server.token}`) return new Response('{}', { status: 401 });
    if (pathname === '/api/requests') return Response.json({ tickets: [listed(server.head), { id: 'broken' }], removed: [], cursor: 'c' });
    const limit = Number(searchParams.get('limit'));
    const before = Number(searchParams.get('before_sequence') ?? server.head + 1);
    const from = Math.max(1, before - limit);
    const rows = Array.from({ length: before - from }, (_, i) => asServer(message(from + i) as never));
    return Response.json(rows, { headers: { 'X-Total-Count': String(server.head), 'X-Head-Sequence': String(server.head), 'X-Has-More': String(from > 1), 'X-Has-Newer': 'false' } });
  };
  return browser.tab((env) => ({
    ...env,
    later: { ...env.later, fetch },
    loadLatePage: () => Promise.resolve({ ...env.later, fetch }),
    createWorker: (name) => {
      if (refused.on) throw new ReferenceError('SharedWorker is not defined');
      return env.createWorker(name);
    },
  }));
}

test('T-3 where no daemon can be started, tickets and chats come from the server, and it is said', async () => {
  const server: Server = { head: 120, token: 'token', asked: [] };
  const tab = tabOf(server, { on: true });
  const client = await tab.connect({ backend: '/api' });
  expect(client.host).toBe('none');
  expect(client.status.getSnapshot()).toMatchObject({ connected: false, degraded: true, host: 'none' });
  client.tickets.subscribe(() => undefined);
  const chat = client.chat(CHAT);
  chat.subscribe(() => undefined);
  await until(() => client.tickets.getSnapshot().ready && chat.getSnapshot().ready);
  // A row that breaks the rules is left out, and takes no other with it.
  expect(client.tickets.getSnapshot().tickets.map(({ id, unreadCount }) => [id, unreadCount])).toEqual([[CHAT, 120]]);
  expect(chat.getSnapshot().items).toHaveLength(50);
  expect(chat.getSnapshot().hasOlder).toBe(true);
  await chat.loadOlder();
  await chat.loadOlder();
  expect(chat.getSnapshot().items).toHaveLength(120);
  expect(chat.getSnapshot().hasOlder).toBe(false);
  // Asked again after a while: new messages come, what was loaded stays.
  server.head = 121;
  tab.time.advance(10_000);
  await until(() => chat.getSnapshot().items.length === 121);
  tab.page.set({ visible: false });
  const asked = server.asked.length;
  tab.time.advance(60_000);
  expect(server.asked).toHaveLength(asked);
});

test('T-3 #58 without a daemon what is sent or drafted is refused with a code that says: try again', async () => {
  const tab = tabOf({ head: 3, token: 'token', asked: [] }, { on: true });
  const client = await tab.connect({ backend: '/api' });
  const refusal = { name: 'TabcachedError', code: 'HOST_UNAVAILABLE', retryable: true };
  await expect(client.chat(CHAT).send('kept by the caller')).rejects.toMatchObject(refusal);
  await expect(client.chat(CHAT).saveDraft('half a sentence')).rejects.toMatchObject(refusal);
  await expect(client.stats()).rejects.toMatchObject(refusal);
});

test('T-3 a token that the server refuses is asked for anew, once', async () => {
  const server: Server = { head: 3, token: 'second', asked: [] };
  const tab = tabOf(server, { on: true });
  const rejected: (string | null)[] = [];
  const client = await tab.connect({
    backend: '/api',
    getToken: (refused) => {
      rejected.push(refused);
      return refused === null ? 'first' : 'second';
    },
  });
  client.tickets.subscribe(() => undefined);
  await until(() => client.tickets.getSnapshot().ready);
  expect(rejected).toEqual([null, 'first']);
});

test('T-3 when a daemon can be started after all, it takes over: views open there, and sends are accepted', async () => {
  const server: Server = { head: 3, token: 'token', asked: [] };
  const refused = { on: true };
  const tab = tabOf(server, refused);
  const client = await tab.connect({ backend: '/api' });
  client.tickets.subscribe(() => undefined);
  await until(() => client.tickets.getSnapshot().ready);
  browser.workers.onStart((daemon) => {
    daemon.script.openTickets = () => JSON.stringify({ version: 9, tickets: [ticket('from the daemon', null)] });
    daemon.script.send = ({ clientTempId = '' }) => ({ clientTempId, durable: true, nearlyFull: false });
  });
  refused.on = false;
  await until(() => {
    tab.time.advance(1_000);
    return client.status.getSnapshot().connected;
  });
  expect(client.status.getSnapshot()).toMatchObject({ degraded: false, host: 'shared-worker' });
  await until(() => client.tickets.getSnapshot().tickets[0]?.id === 'from the daemon');
  expect(await client.chat(CHAT).send('now')).toMatchObject({ durable: true });
  const asked = server.asked.length;
  tab.time.advance(30_000);
  expect(server.asked).toHaveLength(asked);
});

test('T-3 a daemon that is lost and cannot be started again: the tab reads on from the network', async () => {
  const server: Server = { head: 3, token: 'token', asked: [] };
  const refused = { on: false };
  const tab = tabOf(server, refused);
  const client = await tab.connect({ backend: '/api' });
  const chat = client.chat(CHAT);
  chat.subscribe(() => undefined);
  refused.on = true;
  browser.workers.latest().kill();
  await until(() => {
    tab.time.advance(1_000);
    return client.status.getSnapshot().degraded;
  });
  await until(() => chat.getSnapshot().items.length === 3);
  client.close();
  const asked = server.asked.length;
  tab.time.advance(60_000);
  expect(server.asked).toHaveLength(asked);
});
