/** The disk is the person's: what is pinned, how much may be taken, what went for room, and the download of everything. */
import type { Page } from '@playwright/test';
import { drawPicture } from '../backend/picture.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk } from '../fixtures/test.ts';

async function openPage(desk: Desk, name: 'inspector' | 'settings'): Promise<Page> {
  const page = await desk.context.newPage();
  await page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&page=${name}`);
  return page;
}

test('pinned files are listed and let go of; a file on its way, and what keeps it, is in the inspector', async ({ desk }) => {
  const ticket = await desk.newTicket();
  await desk.requester.upload(ticket.id, 'shot.png', drawPicture(1, 64, 42), 'image/png');
  const shown = await desk.requester.sayWithFile(ticket.id, 'See here:', 'shot.png', true);
  desk.proxy.fault(routes.media, { kind: 'answer', status: 404 });
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  const inspector = await openPage(desk, 'inspector');
  const downloads = inspector.getByRole('region', { name: 'Downloads' });
  await expect(downloads).toContainText('shot.png', { timeout: 30_000 });
  await expect(downloads).toContainText('failed');
  await expect(downloads).toContainText('NOT_FOUND');
  desk.proxy.clear();
  await tab.page.evaluate(async ([requestId, messageId]) => {
    const file = window.tabcached?.media(requestId, 'shot.png', { messageId });
    await file?.pin();
    await file?.retry();
  }, [ticket.id, shown.id] as const);
  await expect(downloads).toContainText('No file is on its way.');

  const settings = await openPage(desk, 'settings');
  const pinned = settings.getByRole('region', { name: /^Pinned files/ });
  await expect(pinned).toContainText('shot.png');
  await expect(pinned).toContainText(ticket.subject);
  await pinned.getByRole('button', { name: 'Unpin' }).click();
  await expect(pinned).toContainText('No file is pinned');
});

test('limits are shown, set after a question that names what would go, kept over a reload, and given back', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const page = await openPage(desk, 'settings');
  const limits = page.getByRole('region', { name: 'Limits' });
  await expect(limits).toContainText('Those of the desk.');
  await limits.getByLabel('Files, MB').fill('250');
  await limits.getByRole('button', { name: 'Set limits' }).click();
  await expect(page.getByRole('dialog')).toContainText('files 250 MB. Nothing has to go.');
  await page.getByRole('dialog').getByRole('button', { name: 'Set limits' }).click();
  await expect(limits).toContainText('Chosen in this browser.');
  await expect(page.getByRole('region', { name: 'Usage' })).toContainText(/Media: .* of 250 MB/);
  await desk.daemons.kill();
  await page.reload();
  await expect(limits.getByLabel('Files, MB')).toHaveValue('250');
  await limits.getByRole('button', { name: 'Back to the desk’s limits' }).click();
  await expect(limits).toContainText('Those of the desk.');
  await limits.getByLabel('Messages, MB').fill('');
  await expect(limits.getByRole('button', { name: 'Set limits' })).toBeDisabled();
});

test('what went for room is told, with the reason', async ({ desk }) => {
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.openTicket(other.subject);
  await expect(tab.articleWith(other.content)).toHaveCount(1);
  const page = await openPage(desk, 'inspector');
  const givenUp = page.getByRole('region', { name: 'Given up' });
  await expect(givenUp).toContainText('Nothing had to go');
  await expect.poll(() => page.evaluate(async (id) => (await window.tabcached?.inspect())?.chats.find(({ requestId }) => requestId === id)?.watchers, ticket.id)).toBe(0);
  await page.evaluate(() => window.tabcached?.cache.setLimits({ messageBudgetBytes: 700 }));
  await expect(givenUp).toContainText('the limit was nearly reached');
  await expect(givenUp).toContainText(ticket.subject);
});

test('the download of all chats is paused, resumed, goes on with the next daemon, and is cancelled', async ({ desk }) => {
  for (let n = 0; n < 3; n += 1) await desk.newTicket();
  const page = await openPage(desk, 'settings');
  const panel = page.getByRole('region', { name: 'Download all chats' });
  await expect(panel).toContainText('Off.');
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  desk.proxy.fault(routes.messages, { kind: 'hold', until: gate });
  await panel.getByRole('button', { name: 'Download all chats' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Download' }).click();
  await expect(panel).toContainText('Downloading, one chat at a time.');
  await expect(panel.getByRole('status')).toContainText(/^\d+ of \d+ chats, .*B/);
  await panel.getByRole('button', { name: 'Pause' }).click();
  await expect(panel).toContainText('Paused.');
  await desk.daemons.kill();
  await page.reload();
  await expect(panel).toContainText('Paused.');
  await panel.getByRole('button', { name: 'Resume' }).click();
  await expect(panel).toContainText('Downloading, one chat at a time.');
  await desk.daemons.kill();
  await page.reload();
  await expect(panel).toContainText('Downloading, one chat at a time.');
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel).toContainText('Off.');
  release();
});

test('clearing by days counts what was opened then, takes it, and leaves the rest', async ({ desk }) => {
  const [old, recent] = [await desk.newTicket(), await desk.newTicket()];
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: old.id });
  await expect(tab.articleWith(old.content)).toHaveCount(1);
  await tab.openTicket(recent.subject);
  await expect(tab.articleWith(recent.content)).toHaveCount(1);
  const page = await openPage(desk, 'settings');
  const rows = page.getByRole('region', { name: 'Chats', exact: true }).getByRole('row');
  await expect(rows).toHaveCount(3);
  // A chat stays open for a moment after it was left, and what is open is fetched again.
  await expect.poll(() => page.evaluate(async (id) => (await window.tabcached?.inspect())?.chats.find(({ requestId }) => requestId === id)?.watchers, old.id)).toBe(0);
  const panel = page.getByRole('region', { name: 'Clear' });
  const dialog = page.getByRole('dialog');
  await expect(panel.getByRole('button', { name: 'Clear these days' })).toBeDisabled();
  const day = (daysAgo: number): string => {
    const at = new Date(Date.now() - daysAgo * 86_400_000);
    return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
  };
  await panel.getByLabel('to').fill(day(2));
  await panel.getByRole('button', { name: 'Clear these days' }).click();
  await expect(dialog).toContainText('There is nothing to do.');
  await expect(dialog.getByRole('button', { name: 'Clear' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await panel.getByLabel('to').fill('');
  await panel.getByLabel('Last opened from').fill(day(1));
  await panel.getByRole('button', { name: 'Clear these days' }).click();
  await expect(dialog).toContainText('2 messages in 2 chats');
  await dialog.getByRole('button', { name: 'Clear' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(rows.filter({ hasText: old.subject })).toHaveCount(0);
});

test('chats are sorted by what a person clicks', async ({ desk }) => {
  const [small, large] = [await desk.newTicket(), await desk.newTicket()];
  for (let n = 0; n < 3; n += 1) await desk.requester.say(large.id, `line ${n}`);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: large.id });
  await expect(tab.articleWith(large.content)).toHaveCount(1);
  await tab.openTicket(small.subject);
  await expect(tab.articleWith(small.content)).toHaveCount(1);
  const page = await openPage(desk, 'settings');
  const chats = page.getByRole('region', { name: 'Chats', exact: true });
  const first = chats.getByRole('row').nth(1);
  await expect(chats.getByRole('row')).toHaveCount(3);
  await expect(first).toContainText(small.subject);
  await chats.getByRole('button', { name: 'Messages' }).click();
  await expect(first).toContainText(large.subject);
  await expect(chats.getByRole('columnheader', { name: 'Messages' })).toHaveAttribute('aria-sort', 'descending');
  await chats.getByRole('button', { name: 'Messages' }).click();
  await expect(first).toContainText(small.subject);
});

test('the download of all chats stops at the limit and says so', async ({ desk }) => {
  const ticket = await desk.newTicket();
  for (let n = 0; n < 3; n += 1) await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const page = await openPage(desk, 'settings');
  const panel = page.getByRole('region', { name: 'Download all chats' });
  await expect(panel).toContainText('Off.');
  await page.evaluate(() => window.tabcached?.cache.setLimits({ messageBudgetBytes: 1_200 }));
  await panel.getByRole('button', { name: 'Download all chats' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Download' }).click();
  await expect(panel).toContainText('Stopped: the limit is reached.', { timeout: 30_000 });
  await expect(panel.getByRole('status')).toContainText(/^\d+ of \d+ chats/);
});
