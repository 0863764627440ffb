/** A new build is deployed while tabs of the old one are open: one writes at any time, nothing is lost, nothing doubled, nobody's text goes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDaemonLease } from 'tabcached/protocol';
import { startReferenceServer, type ReferenceServer } from '../backend/index.ts';
import { openDesk } from '../fixtures/desk.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { heldLocks } from '../fixtures/held-locks.ts';
import { buildOtherDesk, deploy } from '../fixtures/second-build.ts';
import { expect, test as base, type Desk, type DeskTab, type NewTicket } from '../fixtures/test.ts';

const OLD_DESK = fileURLToPath(new URL('../../dist/desk', import.meta.url));
const NEWER = { id: 'newer', number: 2_000_000, schemaVersion: 4 };

/** One desk whose site can be replaced, and the newer build to replace it with. */
const test = base.extend<{ site: string; deployed: Desk }, { newerDesk: string }>({
  // Playwright reads the names of fixtures from the pattern.
  newerDesk: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, provide) => {
      const built = await buildOtherDesk(NEWER);
      await provide(built.desk);
      await built.remove();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  // eslint-disable-next-line no-empty-pattern
  site: async ({}, provide) => {
    const folder = mkdtempSync(join(tmpdir(), 'tabcached-site-'));
    await deploy(OLD_DESK, folder);
    await provide(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  deployed: async ({ browser, site, host }, provide) => {
    const server: ReferenceServer = await startReferenceServer({ data: 'memory', staticDir: site });
    const desk = await openDesk(browser, server, { host });
    await provide(desk);
    await desk.close();
    await server.close();
  },
});

const supersededOf = (tab: DeskTab) => tab.page.evaluate(() => window.tabcached?.status.getSnapshot().superseded ?? null);
/** By their leases: of a dedicated worker that was ended while it hung, the browser goes on telling for a while. */
const runningBuilds = async (tab: DeskTab): Promise<string[]> => (await heldLocks(tab)).flatMap((lock) => parseDaemonLease(lock)?.buildId ?? []);
const databaseVersions = (tab: DeskTab) => tab.page.evaluate(async () => (await indexedDB.databases()).map(({ version }) => version));
const storageOf = (tab: DeskTab) => tab.page.evaluate(() => window.tabcached?.status.getSnapshot().storage);
const mark = (tab: DeskTab) => tab.page.evaluate(() => void Object.assign(window, { sameDocument: true }));
/** Asked in the middle of loading anew, it is not answered. */
const isMarked = (tab: DeskTab) => tab.page.evaluate(() => 'sameDocument' in window).catch(() => true);

async function expectOnce(desk: Desk, tabs: readonly DeskTab[], ticket: NewTicket, texts: readonly string[]): Promise<void> {
  for (const tab of tabs) {
    for (const text of texts) await expect(tab.articleWith(text)).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
  }
  for (const tab of tabs) for (const text of texts) await expect(tab.articleWith(text)).toHaveCount(1);
  const stored = (await desk.technician.messages(ticket.id)).map(({ content }) => content);
  expect(stored.toSorted()).toEqual([ticket.content, ...texts].toSorted());
}

test('#89 T-2 a new build with a newer schema is opened beside three old tabs: it takes over, all go on, and reload over an empty composer only', async ({ deployed: desk, site, newerDesk }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  const olds = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of olds) {
    await expect(tab.articleWith(ticket.content)).toHaveCount(1);
    await tab.page.bringToFront();
    await tab.reply.fill('half a thought');
    await mark(tab);
  }
  await desk.requester.say(ticket.id, 'said before the deploy');
  expect(await databaseVersions(olds[0])).toEqual([3]);

  await deploy(newerDesk, site);
  const [fresh] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await fresh.isLive();
  await expect.poll(() => runningBuilds(fresh)).toEqual(['4.2000000.newer']);
  // On a machine so slow that the upgrade does not end in time it runs on memory first, and a later life takes the database.
  await expect.poll(() => databaseVersions(fresh), { timeout: 30_000 }).toEqual([4]);
  await expect.poll(() => storageOf(fresh), { timeout: 30_000 }).toBe('indexeddb');
  const epoch = await fresh.epoch();
  for (const tab of olds) {
    await expect(tab.status).toHaveAttribute('data-epoch', epoch);
    await tab.isLive();
    expect(await supersededOf(tab)).toMatchObject({ buildId: '4.2000000.newer', url: expect.stringContaining(desk.proxy.origin), works: true });
    await expect(tab.page.getByText('A newer desk is here')).toBeVisible();
  }
  expect(await supersededOf(fresh)).toBeNull();

  const texts = ['said before the deploy', 'from an old tab', 'from the new tab', 'said after the deploy'];
  await olds[0].send('from an old tab');
  await fresh.send('from the new tab');
  await desk.requester.say(ticket.id, 'said after the deploy');
  // The composer of the tab that sent is empty now, so that tab may be the new build already; the text of the others stays where it is.
  await expectOnce(desk, [...olds, fresh], ticket, texts);
  await expect.poll(() => isMarked(olds[0]), { timeout: 30_000 }).toBe(false);
  await expect(olds[0].status).toHaveAttribute('data-epoch', epoch);
  expect(await supersededOf(olds[0])).toBeNull();
  for (const tab of [olds[1], olds[2]]) {
    expect(await isMarked(tab)).toBe(true);
    await expect(tab.reply).toHaveValue('half a thought');
  }
  await olds[1].page.bringToFront();
  await olds[1].reply.fill('');
  await expect.poll(() => isMarked(olds[1]), { timeout: 30_000 }).toBe(false);
  // A tab that has nothing left in its composer reloads; where it hosts the daemon, that is another one's then.
  await expect.poll(() => runningBuilds(fresh)).toEqual(['4.2000000.newer']);
});

test('#89 S-1 S-3 what waits in the outbox of the old build, one message of it on its way, is sent by the new one, once and in order', async ({ deployed: desk, site, newerDesk }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  const olds = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of olds) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  let release = (): void => undefined;
  desk.proxy.fault(routes.send, { kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1);
  const texts = ['first', 'second', 'third'];
  for (const text of texts) await olds[0].send(text);
  await expect.poll(() => desk.proxy.requests(routes.send).length).toBe(1);
  for (const tab of olds) {
    await tab.page.bringToFront();
    await tab.reply.fill('something else');
  }

  await deploy(newerDesk, site);
  const [fresh] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect.poll(() => runningBuilds(fresh)).toEqual(['4.2000000.newer']);
  release();
  await expectOnce(desk, [...olds, fresh], ticket, texts);
  expect((await desk.technician.messages(ticket.id)).map(({ content }) => content)).toEqual([ticket.content, ...texts]);
});

test('#89 T-3 S-4 the script is gone after a deploy, and the daemon dies: old tabs read from the server and say so, keep what is typed, and go on with the newer build once it runs somewhere', async ({ deployed: desk, site, newerDesk }) => {
  test.setTimeout(300_000);
  const ticket = await desk.newTicket();
  const olds = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of olds) await tab.isLive();
  await olds[0].send('sent before');
  await expect(olds[1].articleWith('sent before')).toHaveAttribute('data-status', 'sent');
  for (const tab of olds) await mark(tab);
  for (const tab of olds) {
    await tab.page.bringToFront();
    await tab.reply.fill('half a thought');
  }

  // A tab that has been up for a while has loaded what it needs without a daemon; it will be gone with the old site.
  const hasReads = (tab: DeskTab) => tab.page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('network-reads')));
  for (const tab of olds) await expect.poll(() => hasReads(tab), { timeout: 30_000 }).toBe(true);

  await deploy(newerDesk, site);
  const session = await desk.context.newCDPSession(olds[0].page);
  await session.send('Network.clearBrowserCache');
  await desk.daemons.kill(desk.technician.userId);
  for (const tab of olds) await expect(tab.status).toHaveText('Read only', { timeout: 60_000 });
  const reply = await desk.requester.say(ticket.id, 'seen without a daemon');
  for (const tab of olds) {
    await tab.page.bringToFront();
    await expect(tab.articleWith(reply.content)).toHaveCount(1, { timeout: 30_000 });
    await expect(tab.reply).toHaveValue('half a thought');
  }

  const [fresh] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await fresh.isLive();
  // Where one of the tabs hosts the daemon, it may be another one's turn meanwhile.
  await expect.poll(async () => new Set(await Promise.all([...olds, fresh].map((tab) => tab.epoch()))).size, { timeout: 60_000 }).toBe(1);
  for (const tab of olds) {
    await tab.isLive();
    await expect(tab.reply).toHaveValue('half a thought');
    expect(await isMarked(tab)).toBe(true);
  }
  await olds[0].page.bringToFront();
  await olds[0].sendButton.click();
  await expectOnce(desk, [fresh], ticket, ['sent before', 'seen without a daemon', 'half a thought']);
  // A tab that has nothing left in its composer reloads; where it hosts the daemon, that is another one's then.
  await expect.poll(() => runningBuilds(fresh)).toEqual(['4.2000000.newer']);
});

test('#89 the newer daemon is killed: old and new tabs meet on the next one of the newer build', async ({ deployed: desk, site, newerDesk }) => {
  const ticket = await desk.newTicket();
  const olds = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of olds) {
    await tab.page.bringToFront();
    await tab.reply.fill('kept');
  }
  await deploy(newerDesk, site);
  const [fresh] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect.poll(() => storageOf(fresh), { timeout: 30_000 }).toBe('indexeddb');
  const epoch = await fresh.epoch();
  for (const tab of olds) await expect(tab.status).toHaveAttribute('data-epoch', epoch);
  await desk.daemons.kill();
  for (const tab of [fresh, ...olds]) {
    await expect(tab.status).not.toHaveAttribute('data-epoch', epoch);
    await tab.isLive();
  }
  await expect.poll(() => runningBuilds(fresh)).toEqual(['4.2000000.newer']);
  await expect.poll(async () => new Set(await Promise.all([fresh, ...olds].map((tab) => tab.epoch()))).size).toBe(1);
});

test('B-1 #89 T-2 S-4 a hung old daemon that keeps the database from its upgrade: the new one reads on, keeps what is written, and sends it once the old one lets go and is fenced', async ({ deployed: desk, site, newerDesk, host }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  const [old] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(old.articleWith(ticket.content)).toHaveCount(1);
  await old.page.bringToFront();
  await old.reply.fill('kept');
  const wakeUp = await desk.daemons.hang();
  await deploy(newerDesk, site);
  const [fresh] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  // It waits for the right to write, then for the database, and goes on without it.
  await expect(fresh.status).toHaveText(/live/i, { timeout: 30_000 });
  await fresh.send('from the new tab');
  await desk.requester.say(ticket.id, 'said meanwhile');
  // Tabs of the hung daemon leave it for the new one.
  await expect(old.status).toHaveAttribute('data-epoch', await fresh.epoch(), { timeout: 30_000 });
  for (const tab of [fresh, old]) {
    await expect(tab.articleWith('said meanwhile')).toHaveCount(1);
    // What waits in the database that cannot be read must not be overtaken. A dedicated worker is ended by its page, and the database is free.
    if (host === 'shared-worker') await expect(tab.articleWith('from the new tab')).toHaveAttribute('data-status', 'pending');
  }
  await wakeUp();
  await expect.poll(() => runningBuilds(fresh)).toEqual(['4.2000000.newer']);
  await expectOnce(desk, [fresh, old], ticket, ['said meanwhile', 'from the new tab']);
  await expect.poll(() => storageOf(fresh)).toBe('indexeddb');
  await expect(old.reply).toHaveValue('kept');
});

test('B-5 #93 S-4 the deploy is rolled back: the older build meets a newer database, rebuilds it, and sends what waited, once and in order', async ({ deployed: desk, site, newerDesk }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  await deploy(newerDesk, site);
  const [newer] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(newer.articleWith(ticket.content)).toHaveCount(1);
  const mend = desk.proxy.fault(routes.send, { kind: 'break' });
  const texts = ['waits one', 'waits two', 'waits three'];
  for (const text of texts) await newer.send(text);
  for (const text of texts) await expect(newer.articleWith(text)).toHaveAttribute('data-status', 'pending');
  await newer.page.close();
  await desk.daemons.end();

  await deploy(OLD_DESK, site);
  mend();
  const [old] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expectOnce(desk, [old], ticket, texts);
  expect((await desk.technician.messages(ticket.id)).map(({ content }) => content)).toEqual([ticket.content, ...texts]);
  expect(await databaseVersions(old)).toEqual([3]);
  expect(await storageOf(old)).toBe('indexeddb');
});
