import { expect, test } from '../fixtures/test.ts';

test('T-3 a reload with the server gone shows the cached conversation', async ({ desk }) => {
  const ticket = await desk.newTicket();
  await desk.requester.say(ticket.id, 'a second line to keep');
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articles).toHaveCount(2);
  await tab.isLive();

  desk.proxy.cut();
  await tab.page.reload();
  await expect(tab.articles).toHaveCount(2);
  await expect(tab.articleWith('a second line to keep')).toBeVisible();
  await expect(tab.status).toHaveText(/offline/i);
  await expect(tab.ticketLink(ticket.subject)).toBeVisible();

  desk.proxy.restore();
  await tab.isLive();
  await desk.requester.say(ticket.id, 'and we are back');
  await expect(tab.articleWith('and we are back')).toHaveCount(1);
});

test('T-3 with the server gone even a new daemon shows the cached conversation, and sends later what is written now', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.isLive();

  desk.proxy.cut();
  await expect(tab.status).toHaveText(/offline/i);
  await desk.daemons.kill();
  await tab.page.reload();
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.send('written in the dark');
  await expect(tab.articleWith('written in the dark')).toHaveAttribute('data-status', 'pending');

  desk.proxy.restore();
  await expect(tab.articleWith('written in the dark')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
  expect((await desk.technician.messages(ticket.id)).filter(({ content }) => content === 'written in the dark')).toHaveLength(1);
});

test('offline is noticed when the daemon loses its network, and healed when it is back', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await tab.isLive();
  desk.proxy.cut();
  for (const tab of tabs) await expect(tab.status).toHaveText(/offline/i);
  await desk.requester.say(ticket.id, 'missed while offline');
  desk.proxy.restore();
  for (const tab of tabs) {
    await tab.isLive();
    await expect(tab.articleWith('missed while offline')).toHaveCount(1);
  }
});
