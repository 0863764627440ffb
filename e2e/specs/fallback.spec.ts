/** Without SharedWorker one tab hosts the daemon. What happens to that tab happens to nobody else. */
import { crashTab } from '../fixtures/crash-tab.ts';
import { deskTab } from '../fixtures/desk-tab.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { stillPage } from '../fixtures/still-page.ts';
import { expect, test, type Desk, type DeskTab, type NewTicket } from '../fixtures/test.ts';

test.use({ host: 'fallback' });

const hostOf = (tab: DeskTab): Promise<string | undefined> => tab.page.evaluate(() => window.tabcached?.host);

/** The tab that leads, and the others. */
async function roles(tabs: readonly DeskTab[]): Promise<{ leader: DeskTab; followers: readonly DeskTab[] }> {
  const hosts = await Promise.all(tabs.map(hostOf));
  const leaders = tabs.filter((_, i) => hosts[i] === 'leader');
  const followers = tabs.filter((_, i) => hosts[i] === 'follower');
  expect(leaders).toHaveLength(1);
  expect(followers).toHaveLength(tabs.length - 1);
  return { leader: leaders[0] as DeskTab, followers };
}

/** Tabs on one ticket, with a message of a follower that waits for the network. */
async function openWithPending(desk: Desk, count: number, text: string): Promise<{ ticket: NewTicket; leader: DeskTab; followers: readonly DeskTab[]; epoch: string }> {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(count, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const { leader, followers } = await roles(tabs);
  for (const tab of tabs) await tab.page.evaluate(() => Object.assign(window, { sameDocument: true }));
  desk.proxy.cut();
  await followers[0]?.send(text);
  for (const tab of tabs) await expect(tab.articleWith(text)).toHaveAttribute('data-status', 'pending');
  return { ticket, leader, followers, epoch: await leader.epoch() };
}

/** Everybody that is left is on one new daemon, without a reload, and what waited is sent once. */
async function expectRecovered(desk: Desk, tabs: readonly DeskTab[], epoch: string, ticket: NewTicket, text: string): Promise<void> {
  for (const tab of tabs) {
    await expect(tab.status).not.toHaveAttribute('data-epoch', epoch, { timeout: 40_000 });
    await expect(tab.status).toHaveAttribute('data-epoch', /.+/);
  }
  await expect.poll(async () => new Set(await Promise.all(tabs.map((tab) => tab.epoch()))).size).toBe(1);
  await expect(tabs[0]?.status as DeskTab['status']).toHaveAttribute('data-tabs', String(tabs.length));
  await roles(tabs);
  desk.proxy.restore();
  for (const tab of tabs) {
    await expect(tab.articleWith(text)).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
    expect(await tab.page.evaluate(() => 'sameDocument' in window)).toBe(true);
  }
  expect((await desk.technician.messages(ticket.id)).filter(({ content }) => content === text)).toHaveLength(1);
  const reply = await desk.requester.say(ticket.id, `after: ${text}`);
  for (const tab of tabs) await expect(tab.articleWith(reply.content)).toHaveCount(1);
}

test('#99 20 tabs that start at the same moment have one leader and one daemon', async ({ desk }) => {
  test.setTimeout(240_000);
  const pages = await Promise.all(Array.from({ length: 20 }, () => desk.context.newPage()));
  // The first tab's start is not waited for: all stand for election together.
  const opened = pages.map((page) => page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}`));
  await Promise.all(opened);
  const tabs = pages.map(deskTab);
  for (const tab of tabs) await expect(tab.status).toHaveAttribute('data-epoch', /.+/, { timeout: 60_000 });
  await roles(tabs);
  expect(new Set(await Promise.all(tabs.map((tab) => tab.epoch()))).size).toBe(1);
  await expect.poll(() => desk.daemons.list()).toEqual([expect.objectContaining({ type: 'worker' })]);
  await expect(tabs[0]?.status as DeskTab['status']).toHaveAttribute('data-tabs', '20');
  expect(desk.proxy.pushLinksOpened()).toBe(1);
  expect(desk.proxy.requests(routes.tickets)).toHaveLength(1);
});

test('#99 T-1 the leader is closed: another one leads, views come back without a reload, what was accepted is sent', async ({ desk }) => {
  const { ticket, leader, followers, epoch } = await openWithPending(desk, 5, 'accepted before the leader closed');
  await leader.page.close();
  await expectRecovered(desk, followers, epoch, ticket, 'accepted before the leader closed');
});

test('#99 #86 the leader crashes: another one leads, nothing accepted is lost', async ({ desk }) => {
  const { ticket, leader, followers, epoch } = await openWithPending(desk, 3, 'accepted before the crash');
  await crashTab(leader.page);
  await expectRecovered(desk, followers, epoch, ticket, 'accepted before the crash');
});

test('#99 the leader reloads: it follows or leads again, the others go on', async ({ desk }) => {
  const { ticket, leader, followers, epoch } = await openWithPending(desk, 3, 'accepted before the reload');
  await leader.page.reload();
  await leader.page.evaluate(() => Object.assign(window, { sameDocument: true }));
  await expectRecovered(desk, [leader, ...followers], epoch, ticket, 'accepted before the reload');
});

test('#99 T-2 the leader freezes, worker and all: the others go on without it; thawed, it follows and writes nothing', async ({ desk }) => {
  test.setTimeout(240_000);
  const { ticket, leader, followers, epoch } = await openWithPending(desk, 3, 'accepted before the frost');
  // Playwright cannot freeze a page: its scripts are stopped, and its worker's thread is kept busy, until both are let go.
  const thawPage = await stillPage(leader.page);
  const thawWorker = await desk.daemons.hang();
  // A call that is not answered in time makes a tab look closer.
  await Promise.all(followers.map((tab) => tab.page.evaluate(() => window.tabcached?.stats().then(() => undefined, () => undefined))));
  await expectRecovered(desk, followers, epoch, ticket, 'accepted before the frost');
  // The worker first: it finds out by itself, before its page ends it.
  await thawWorker();
  await thawPage();

  const tabs = [leader, ...followers];
  await expect(leader.status).toHaveAttribute('data-epoch', (await followers[0]?.epoch()) ?? '', { timeout: 30_000 });
  await roles(tabs);
  expect(await hostOf(leader)).toBe('follower');
  await expect.poll(() => desk.daemons.list()).toHaveLength(1);
  await leader.send('from the thawed tab');
  for (const tab of tabs) await expect(tab.articleWith('from the thawed tab')).toHaveAttribute('data-status', 'sent');
});

test('#99 the code of the fallback is loaded where it is needed, and nowhere else', async ({ desk, browser }) => {
  const scripts = (tab: DeskTab): Promise<readonly string[]> =>
    tab.page.evaluate(() => performance.getEntriesByType('resource').flatMap(({ name }) => (name.includes('fallback') ? [name] : [])));
  const [tab] = await desk.openTabs(1, { as: desk.technician.username });
  expect(await scripts(tab)).toHaveLength(1);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}`);
  const ordinary = deskTab(page);
  await expect(ordinary.status).toHaveAttribute('data-epoch', /.+/);
  expect(await hostOf(ordinary)).toBe('shared-worker');
  expect(await scripts(ordinary)).toEqual([]);
  await context.close();
});
