import { crashTab } from '../fixtures/crash-tab.ts';
import { expect, test } from '../fixtures/test.ts';

test('#86 a tab that crashes is forgotten by the daemon', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  // Opened later, so that its process is not the one that the daemon was given.
  const [third] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(first.status).toHaveAttribute('data-tabs', '3');
  const epoch = await first.epoch();

  await crashTab(third.page);
  for (const tab of [first, second]) await expect(tab.status).toHaveAttribute('data-tabs', '2');
  expect((await first.stats()).sessions).toBe(2);
  expect(await second.epoch()).toBe(epoch);

  await first.send('still here');
  await expect(second.articleWith('still here')).toHaveAttribute('data-status', 'sent');
});

test('T-1 a tab that is closed right after pressing send loses nothing', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  await expect(second.articleWith(ticket.content)).toHaveCount(1);
  await first.send('sent and gone');
  await expect(first.articleWith('sent and gone')).toHaveCount(1);
  await first.page.close();
  await expect(second.articleWith('sent and gone')).toHaveAttribute('data-status', 'sent');
  await expect(second.status).toHaveAttribute('data-tabs', '1');
  expect((await desk.technician.messages(ticket.id)).filter(({ content }) => content === 'sent and gone')).toHaveLength(1);
});
