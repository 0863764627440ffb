/** What counts as read, and what tells that something is not. */
import { attend, controlAttention } from '../fixtures/attention.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { storedOperations } from '../fixtures/stored-operations.ts';
import { expect, test } from '../fixtures/test.ts';

test('#66 R-2 a message is read only in a tab that is visible and focused; badge and title say so until then', async ({ desk }) => {
  const ticket = await desk.newTicket();
  await controlAttention(desk.context, { visible: true, focused: true });
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBe(1);
  await expect(tab.ticketLink(ticket.subject).getByLabel(/unread/)).toHaveCount(0);
  const readBefore = (await tab.page.title()).match(/^\((\d+)\)/)?.[1] ?? '0';

  let unread = 0;
  for (const attention of [{ visible: false, focused: false }, { visible: true, focused: false }]) {
    await attend(tab.page, attention);
    await desk.requester.say(ticket.id, `nobody looks, ${++unread}`);
    await expect(tab.articleWith(`nobody looks, ${unread}`)).toHaveCount(1);
    await expect(tab.ticketLink(ticket.subject).getByLabel(`${unread} unread`)).toBeVisible();
    await expect(tab.page).toHaveTitle(`(${Number(readBefore) + unread}) ${ticket.subject} · Support desk`);
  }
  // Twice as long as the desk takes to tell that something was read.
  await tab.page.waitForTimeout(700);
  expect(desk.proxy.requests(routes.markRead)).toHaveLength(1);

  await attend(tab.page, { visible: true, focused: true });
  await expect(tab.ticketLink(ticket.subject).getByLabel(/unread/)).toHaveCount(0);
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBe(2);
  await expect(tab.page).toHaveTitle(`${readBefore === '0' ? '' : `(${readBefore}) `}${ticket.subject} · Support desk`);
});

test('R-3 what is read offline leaves the badge at once, and stays read over a restart of the daemon', async ({ desk }) => {
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  // What is looked at is read a moment later, and only then is the next one the only unread.
  await expect(tab.ticketLink(ticket.subject).getByLabel(/unread/)).toHaveCount(0);
  await tab.openTicket(other.subject);
  await desk.requester.say(ticket.id, 'read in the tunnel');
  await expect(tab.ticketLink(ticket.subject).getByLabel('1 unread')).toBeVisible();
  desk.proxy.cut();
  await expect(tab.status).toHaveText(/offline/i);
  const told = desk.proxy.requests(routes.markRead).length;
  await tab.openTicket(ticket.subject);
  await expect(tab.ticketLink(ticket.subject).getByLabel(/unread/)).toHaveCount(0);
  // It is on the disk a few milliseconds after it is on the screen.
  await expect.poll(async () => (await storedOperations(tab.page, desk.technician.userId)).map(({ requestId }) => requestId)).toContain(ticket.id);
  await desk.daemons.kill();
  await tab.page.reload();
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await expect(tab.ticketLink(ticket.subject).getByLabel(/unread/)).toHaveCount(0);

  desk.proxy.restore();
  await tab.isLive();
  await expect(tab.status).toHaveAttribute('data-pending', '0', { timeout: 30_000 });
  expect(desk.proxy.requests(routes.markRead).length).toBeGreaterThan(told);
  await expect(tab.ticketLink(ticket.subject).getByLabel(/unread/)).toHaveCount(0);
});
