/** What is typed but not sent belongs to the chat, not to the tab. */
import { expect, test } from '../fixtures/test.ts';

test('a draft follows the chat to another tab, and survives reload, the daemon’s death, and the way back from another chat', async ({ desk }) => {
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of [first, second]) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await first.page.bringToFront();
  await first.reply.fill('half a sente');
  await expect(second.reply).toHaveValue('half a sente');

  await second.page.reload();
  await expect(second.reply).toHaveValue('half a sente');

  await desk.daemons.kill();
  await expect(second.status).toHaveAttribute('data-epoch', /.+/);
  const [third] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of [first, second, third]) await expect(tab.reply).toHaveValue('half a sente');

  await third.openTicket(other.subject);
  await expect(third.reply).toHaveValue('');
  await third.openTicket(ticket.subject);
  await expect(third.reply).toHaveValue('half a sente');

  // Sent in one tab, it is gone from the boxes of all that nobody is typing in; here a page is not told that another came to the front.
  await first.reply.blur();
  await third.send('half a sentence, finished');
  for (const tab of [first, second]) {
    await expect(tab.articleWith('half a sentence, finished')).toHaveAttribute('data-status', 'sent');
    await expect(tab.reply).toHaveValue('');
  }
});
