/** What a person does wrong is said to that person, and nothing is lost. */
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test } from '../fixtures/test.ts';

test('an unknown user is told so', async ({ desk }) => {
  const page = await desk.context.newPage();
  await page.goto(`${desk.proxy.origin}/?as=nobody-of-that-name`);
  await expect(page.getByRole('alert')).toContainText('nobody-of-that-name');
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveCount(0);
});

test('a message of 10,001 characters is refused with its text kept; one of 10,000 is sent', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const tooLong = 'x'.repeat(10_001);
  await tab.reply.fill(tooLong);
  if (await tab.sendButton.isEnabled()) await tab.sendButton.click();
  await expect(tab.page.getByText(/10,000/).first()).toBeVisible();
  await expect(tab.reply).toHaveValue(tooLong);
  expect(desk.proxy.requests(routes.send)).toHaveLength(0);

  await tab.send(tooLong.slice(1));
  // So long a message leaves no room for the one before it, which is then not in the document.
  await expect(tab.articles.last()).toHaveAttribute('data-sequence', '2');
  await expect(tab.articles.last()).toHaveAttribute('data-status', 'sent');
  expect((await desk.technician.messages(ticket.id)).at(-1)?.content).toHaveLength(10_000);
});

test('nothing is sent when nothing is written', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.reply.fill('   ');
  await tab.reply.press('Enter');
  await tab.send('the first real one');
  await expect(tab.articleWith('the first real one')).toHaveAttribute('data-status', 'sent');
  await expect(tab.articles).toHaveCount(2);
});

test('a chat that does not exist is said to be missing', async ({ desk }) => {
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: '00000000-0000-4000-8000-000000000000' });
  await expect(tab.page.getByText(/not found|no such|does not exist|does not know/i).first()).toBeVisible();
  await expect(tab.articles).toHaveCount(0);
});

test('text is never HTML', async ({ desk }) => {
  const hostile = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script><b>bold</b>';
  const ticket = await desk.newTicket();
  await desk.requester.say(ticket.id, hostile);
  const evil = await desk.requester.createTicket(`<b>subject</b> ${hostile}`.slice(0, 100), hostile);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articles).toHaveCount(2);
  await expect(tab.articles.last()).toContainText(hostile);
  await expect(tab.articles.last().locator('img, script, b')).toHaveCount(0);
  await expect(tab.tickets.getByRole('link', { name: evil.subject }).locator('img, script')).toHaveCount(0);
  expect(await tab.page.title()).not.toContain('owned');
});
