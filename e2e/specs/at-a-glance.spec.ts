/** The inspector answers in one look: why is this chat stale, where is my message. */
import type { Page } from '@playwright/test';
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk } from '../fixtures/test.ts';

async function openInspector(desk: Desk): Promise<Page> {
  const page = await desk.context.newPage();
  await page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&page=inspector`);
  return page;
}

test('where is my message? behind one that was refused: both are named at the top, with the reason, and the way to the chat', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const page = await openInspector(desk);
  const glance = page.getByRole('region', { name: 'At a glance' });
  await expect(glance).toContainText('Nothing waits to be sent.');
  await expect(glance).toContainText('Every chat that a tab shows is up to date.');
  desk.proxy.fault(routes.send, { kind: 'answer', status: 422, body: { type: 'about:blank', title: 'Refused', detail: 'Not on a Sunday.', status: 422 } });
  await tab.send('refused');
  await expect(tab.articleWith('refused')).toHaveAttribute('data-status', 'failed');
  await tab.send('waits behind it');
  const line = glance.getByRole('listitem').filter({ hasText: ticket.subject });
  await expect(line).toContainText(/1 message was refused \(.*Not on a Sunday\..*\) and waits for a decision, and 1 message behind it\./);
  await line.getByRole('link').click();
  await expect(page.getByRole('log', { name: 'Conversation' }).getByRole('article').filter({ hasText: 'waits behind it' })).toBeVisible();
});

test('why is this chat stale? the link is down, or the server fails: its line says so, and “Sync now” asks again', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const page = await openInspector(desk);
  const glance = page.getByRole('region', { name: 'At a glance' });
  await expect(glance).toContainText('Every chat that a tab shows is up to date.');
  desk.proxy.cut();
  await expect(glance).toContainText('The push link is down');
  const line = glance.getByRole('listitem').filter({ hasText: ticket.subject });
  await expect(line).toContainText('STALE: The push link is down, so changes may have been missed.');
  // Back, but the server cannot tell what changed.
  desk.proxy.fault(routes.changes, { kind: 'answer', status: 503 });
  desk.proxy.restore();
  await expect(line).toContainText('FAILED: The last synchronisation failed (SERVER_FAILED', { timeout: 30_000 });
  const chats = page.getByRole('region', { name: 'Chats' });
  await page.getByLabel('Filter chats').fill(ticket.subject);
  await expect(chats.getByRole('link')).toHaveText([ticket.subject]);
  // Also forgets the record of requests.
  desk.proxy.clear();
  await chats.getByRole('button', { name: 'Sync now' }).click();
  await expect.poll(() => desk.proxy.requests(routes.changes).length).toBeGreaterThan(0);
  await expect(glance).toContainText('Every chat that a tab shows is up to date.');
  await page.getByLabel('Filter chats').fill('no such chat');
  await expect(chats).toContainText('No chat fits.');
});
