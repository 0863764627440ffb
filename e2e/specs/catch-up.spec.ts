/** Whatever happens to the link, tabs end equal to the server. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from '@playwright/test';
import { bulkAppend } from '../backend/bulk.ts';
import { applyHost } from '../fixtures/desk.ts';
import { deskTab } from '../fixtures/desk-tab.ts';
import { browserFlags } from '../fixtures/find-browser.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { findOrInstallBrowser } from '../fixtures/install-browser.ts';
import { removeProfile } from '../fixtures/profile-browser.ts';
import { expect, test } from '../fixtures/test.ts';

test('H-3 while frames are dropped, doubled and turned around, 10 tabs end equal to the server', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(10, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);

  let frames = 0;
  desk.proxy.push.decide(() => {
    frames += 1;
    return frames % 5 === 0 ? 'drop' : frames % 7 === 0 ? 'twice' : 'pass';
  });
  desk.proxy.push.reverse(3, (frame) => frame.type === 'change');
  const said = [];
  for (let n = 1; n <= 12; n++) said.push(await desk.requester.say(ticket.id, `line ${n}`));
  await desk.requester.editMessage(said[3]?.id ?? '', 'line 4, corrected');
  await desk.requester.deleteMessage(said[6]?.id ?? '');
  desk.proxy.push.clear();
  await desk.requester.say(ticket.id, 'the end');

  const truth = (await desk.technician.messages(ticket.id)).map(({ id, sequenceNumber }) => `${sequenceNumber} ${id}`);
  expect(truth).toHaveLength(13);
  for (const tab of tabs) {
    // A tab behind others is given few frames, and a virtual list without frames shows what it showed.
    await tab.page.bringToFront();
    await expect.poll(async () => (await tab.messages()).map(({ id, sequence }) => `${sequence} ${id}`)).toEqual(truth);
    await expect(tab.articleWith('line 4, corrected')).toHaveCount(1);
  }
});

test('#17 10,000 messages that arrive while offline: the newest are shown, the gap is told, few requests', async ({ desk, server }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.isLive();

  desk.proxy.cut();
  await expect(tab.status).toHaveText(/offline/i);
  const at = new Date();
  const contents = Array.from({ length: 10_000 }, (_, i) => `flood ${i + 1}`);
  await bulkAppend(server.database, ticket.id, contents.map((content) => ({ senderId: desk.requester.userId, content, at })));
  desk.proxy.clear();
  desk.proxy.restore();

  await expect(tab.articleWith('flood 10000')).toHaveCount(1);
  const metaOf = () => tab.page.evaluate((id) => window.tabcached?.chat(id).getSnapshot().meta, ticket.id);
  // Nothing more is asked for by itself.
  await expect.poll(async () => (await metaOf())?.state).toBe('SYNCED');
  const meta = await metaOf();
  expect(meta).toMatchObject({ watermark: 10_001, gaps: [{ endSeq: 9_951 }] });
  // A delta that was asked for before the tickets told how much there is may have brought its first page.
  expect(meta?.gaps[0]?.startSeq).toBeLessThanOrEqual(502);
  expect(desk.proxy.requests(routes.messages).length).toBeLessThanOrEqual(4);
  expect(desk.proxy.requests(routes.changes).length).toBeLessThanOrEqual(2);

  // The gap lies above the newest page; it is an item of its own there, and can be filled.
  await tab.page.bringToFront();
  await tab.conversation.hover();
  // Looked for and clicked in one step of the page: a wheel that has not come to rest moves the gap out of the list again.
  const click = (): Promise<boolean> =>
    tab.conversation.getByRole('group', { name: /messages not loaded/ }).evaluateAll((gaps) => {
      const button = gaps[0]?.querySelector('button');
      button?.click();
      return button !== null && button !== undefined;
    });
  await expect(async () => {
    if (await click()) return;
    await tab.page.mouse.wheel(0, -800);
    throw new Error('The gap is further up.');
  }).toPass();
  await expect.poll(() => tab.page.evaluate((id) => window.tabcached?.chat(id).getSnapshot().meta?.gaps[0]?.endSeq, ticket.id)).toBe(9_901);
});

test('M-1 a message edited and another deleted while the browser was closed: the cache shows at once, then the truth', async ({ desk, host }) => {
  const ticket = await desk.newTicket();
  const edited = await desk.requester.say(ticket.id, 'to be edited');
  const deleted = await desk.requester.say(ticket.id, 'to be deleted');
  const profile = mkdtempSync(join(tmpdir(), 'tabcached-spec-'));
  const open = async (): Promise<{ context: BrowserContext; tab: ReturnType<typeof deskTab> }> => {
    const context = await chromium.launchPersistentContext(profile, { executablePath: findOrInstallBrowser(), args: browserFlags(), headless: true });
    await applyHost(context, host);
    const page = await context.newPage();
    await page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&ticket=${ticket.id}`);
    return { context, tab: deskTab(page) };
  };
  try {
    const first = await open();
    await expect(first.tab.articles).toHaveCount(3);
    await first.tab.isLive();
    // What was shown is stored a few milliseconds later; the store itself is asked, so that no clock decides.
    const verify = () => first.tab.page.evaluate((id) => window.tabcached?.chat(id).verify(), ticket.id);
    await expect.poll(async () => (await verify())?.rows).toBe(3);
    await first.context.close();

    await desk.requester.editMessage(edited.id, 'edited meanwhile');
    await desk.requester.deleteMessage(deleted.id);

    const second = await open();
    await expect(second.tab.articleWith('edited meanwhile')).toHaveCount(1);
    await expect(second.tab.articles).toHaveCount(2);
    await second.context.close();
  } finally {
    await removeProfile(profile);
  }
});
