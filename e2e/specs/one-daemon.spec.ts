/** Whatever happens once per user happens once, however many tabs are open. */
import { routes } from '../fixtures/fault-rules.ts';
import { metric } from '../fixtures/metrics.ts';
import { expect, test } from '../fixtures/test.ts';

test('one per user: 25 tabs share one daemon, one socket, one database connection', async ({ desk, server }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(25, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await tab.isLive();
  const [first] = tabs;

  await expect(first.status).toHaveAttribute('data-tabs', '25');
  await expect.poll(async () => (await desk.daemons.list()).length).toBe(1);
  expect(new Set(await Promise.all(tabs.map((tab) => tab.epoch()))).size).toBe(1);

  await expect.poll(() => metric(server.url, 'push_connections')).toBe(1);
  expect(desk.proxy.pushLinks()).toBe(1);
  expect(desk.proxy.pushLinksOpened()).toBe(1);

  const stats = await first.stats();
  expect(stats).toMatchObject({ sessions: 25, databaseConnections: 1, pushLinks: 1 });
  // The worker's own scope sees the one database of this user.
  const databases = await desk.daemons.evaluate<string[]>('indexedDB.databases().then((all) => all.map(({ name }) => name))');
  expect(databases).toEqual([`support-center-${desk.technician.userId}-cache`]);
  expect(desk.proxy.requests(routes.tickets)).toHaveLength(1);
});

test('one per user: a chat opened in 10 tabs is fetched once', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(10, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const fetches = desk.proxy.requests(routes.messages).filter(({ path }) => path.includes(ticket.id));
  expect(fetches).toHaveLength(1);
  expect(desk.proxy.requests(routes.changes).filter(({ path }) => path.includes(ticket.id))).toHaveLength(0);
});

test('one per user: at start only the ticket list is fetched, never message text', async ({ desk }) => {
  await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username });
  await tab.isLive();
  await expect(tab.tickets.getByRole('link').first()).toBeVisible();
  expect(desk.proxy.requests(routes.tickets).length).toBeGreaterThan(0);
  expect(desk.proxy.requests(routes.messages)).toHaveLength(0);
});
