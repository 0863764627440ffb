/** What the daemon does is visible: why a chat is in its state, where a message is, who is connected, what changes. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk } from '../fixtures/test.ts';

async function openPage(desk: Desk, name: 'inspector' | 'settings'): Promise<Page> {
  const page = await desk.context.newPage();
  await page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&page=${name}`);
  return page;
}

test('the inspector names tabs, chats and the reason of their state; verify and drop act', async ({ desk, host }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const page = await openPage(desk, 'inspector');
  const chats = page.getByRole('region', { name: 'Chats' });
  await expect(page.getByRole('region', { name: 'Daemon' })).toContainText(await tab.epoch());
  expect(await tab.page.evaluate(async () => (await window.tabcached?.inspect())?.host)).toMatch(host === 'fallback' ? /^(leader|follower)$/ : /^shared-worker$/);
  await expect(page.getByRole('region', { name: 'Tabs' }).getByRole('listitem')).toHaveCount(3);
  await expect(page.getByRole('region', { name: 'Tabs' }).getByText('lease held')).toHaveCount(3);
  await expect(chats).toContainText('SYNCED');
  await expect(chats).toContainText('in 2 tabs');
  await expect(chats).toContainText('Up to date: nothing can have been missed');
  await expect(chats.getByRole('img', { name: '[1]' })).toBeVisible();

  await chats.getByRole('button', { name: 'Verify' }).click();
  await expect(chats).toContainText('1 rows, all as they should be');
  await chats.getByRole('button', { name: 'Drop cache' }).click();
  await expect(page.getByRole('dialog')).toContainText('1 message in 1 chat');
  await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // It is on screen in two tabs, so it is fetched again.
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
});

test('where is my message? the outbox names what it waits for and why it failed; retry sends it', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  desk.proxy.fault(routes.send, { kind: 'answer', status: 422 });
  await tab.send('an answer that is refused');
  // The ticket list says so too, whatever is open.
  await expect(tab.page.locator(`[data-request-id="${ticket.id}"]`)).toContainText('not sent');
  const outbox = (await openPage(desk, 'inspector')).getByRole('region', { name: 'Outbox' });
  await expect(outbox).toContainText('failed');
  await expect(outbox).toContainText('a decision: retry, edit or discard');
  await expect(outbox).not.toContainText('an answer that is refused');
  desk.proxy.clear();
  await outbox.getByRole('button', { name: 'Retry' }).click();
  await expect(outbox).toContainText('Nothing waits');
  await expect(tab.articleWith('an answer that is refused')).toHaveAttribute('data-status', 'sent');
});

test('updates are shown as they come, filtered, paused and exported without message text; the log too', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const page = await openPage(desk, 'inspector');
  const updates = page.getByRole('region', { name: 'Updates' });
  await expect(page.getByRole('region', { name: 'Daemon' })).toBeVisible();
  await updates.getByLabel('Kind of update').selectOption('messages');
  const feed = updates.getByRole('listitem');
  // Listening begins a moment after the page is there.
  await expect(async () => {
    await desk.requester.say(ticket.id, 'a secret question');
    await expect(feed).not.toHaveCount(0, { timeout: 1_000 });
  }).toPass();
  await expect(feed.first()).toContainText(ticket.id.slice(0, 8));

  await updates.getByRole('button', { name: 'Pause' }).click();
  const shown = await feed.count();
  const reply = await desk.requester.say(ticket.id, 'another secret question');
  await expect(tab.articleWith(reply.content)).toHaveCount(1);
  await expect(feed).toHaveCount(shown);
  await updates.getByRole('button', { name: 'Resume' }).click();
  await expect(feed.first()).toContainText(`(${reply.sequenceNumber})`);

  const saved = async (region: string): Promise<string> => {
    const download = page.waitForEvent('download');
    await page.getByRole('region', { name: region }).getByRole('button', { name: 'Export', exact: true }).click();
    return readFileSync(await (await download).path(), 'utf8');
  };
  await page.getByLabel('Least level').selectOption('debug');
  for (const region of ['Updates', 'Log']) {
    const text = await saved(region);
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(text).not.toContain('secret');
  }
});

test('a recording is exported without message text, and the simulator replays it', async ({ desk }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  const [tab, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.send('a secret answer');
  await expect(second.articleWith('a secret answer')).toHaveAttribute('data-status', 'sent');
  const reply = await desk.requester.say(ticket.id, 'a secret question');
  await expect(tab.articleWith(reply.content)).toHaveCount(1);
  const page = await openPage(desk, 'inspector');
  const log = page.getByRole('region', { name: 'Log' });
  const [download] = await Promise.all([page.waitForEvent('download'), log.getByRole('button', { name: 'Export recording' }).click()]);
  const file = await download.path();
  const text = readFileSync(file, 'utf8');
  expect(text.split('\n')[0]).toContain('"t":"flight"');
  expect(text).not.toMatch(/secret|How it began/);
  expect(text).not.toContain(desk.technician.token);
  const sim = spawnSync(process.execPath, [fileURLToPath(new URL('../sim/sim.mjs', import.meta.url)), '--replay', file], { encoding: 'utf8' });
  expect(sim.stdout.trimEnd().split('\n').at(-1)).toBe('sim: 1 replay, 0 violations');
  expect(sim.status).toBe(0);
});

test('storage: usage, hit rate and chats; a chat is dropped, everything is cleared, unsent messages stay', async ({ desk }) => {
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.openTicket(other.subject);
  desk.proxy.fault(routes.send, { kind: 'answer', status: 422 });
  await tab.send('kept whatever is cleared');
  await expect(tab.articleWith('kept whatever is cleared')).toHaveAttribute('data-status', 'failed');

  const page = await openPage(desk, 'settings');
  const rows = page.getByRole('region', { name: 'Chats', exact: true }).getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(page.getByRole('meter', { name: 'Usage' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Usage' })).toContainText('Hit rate');
  // A chat stays open for a moment after it was left, and what is open is fetched again.
  await expect.poll(() => page.evaluate(async (id) => (await window.tabcached?.inspect())?.chats.find(({ requestId }) => requestId === id)?.watchers, ticket.id)).toBe(0);
  await rows.filter({ hasText: ticket.subject }).getByRole('button', { name: 'Drop' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Drop' }).click();
  await expect(rows.filter({ hasText: ticket.subject })).toHaveCount(0);

  await page.getByRole('button', { name: 'Clear everything' }).click();
  await expect(page.getByRole('dialog')).toContainText('1 message in 1 chat');
  await expect(page.getByRole('dialog')).toContainText('1 message that was not sent, and drafts, stay');
  await page.getByRole('dialog').getByRole('button', { name: 'Clear everything' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(tab.articleWith('kept whatever is cleared')).toHaveAttribute('data-status', 'failed');
  // What is on screen comes back.
  await expect(tab.articleWith(other.content)).toHaveCount(1);
});

test('download all chats: off, confirmed with its size, then every chat is there', async ({ desk }) => {
  const ticket = await desk.newTicket();
  await desk.newTicket();
  const page = await openPage(desk, 'settings');
  const panel = page.getByRole('region', { name: 'Download all chats' });
  await expect(panel).toContainText('Off.');
  await panel.getByRole('button', { name: 'Download all chats' }).click();
  await expect(page.getByRole('dialog')).toContainText(/chats are not complete: about .* of messages/);
  await page.getByRole('dialog').getByRole('button', { name: 'Download' }).click();
  await expect(panel).toContainText('All chats are here.', { timeout: 60_000 });
  await expect(page.getByRole('region', { name: 'Chats', exact: true })).toContainText(ticket.subject);
});
