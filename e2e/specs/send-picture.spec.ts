/** Sending a screenshot: chosen, pasted or dropped, uploaded, then sent with the text. */
import { drawPicture } from '../backend/picture.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type DeskTab } from '../fixtures/test.ts';

const PNG = drawPicture(3, 640, 420);
const preview = (tab: DeskTab) => tab.page.getByRole('group', { name: 'Picture to send' });
const choose = (tab: DeskTab, name: string, mimeType = 'image/png', buffer: Buffer = PNG): Promise<void> => tab.page.getByLabel('Choose a picture').setInputFiles({ name, mimeType, buffer });

/** A paste or a drop of a file, as the browser tells the page of it. */
const give = (tab: DeskTab, kind: 'paste' | 'drop', name: string): Promise<void> =>
  tab.page.evaluate(
    ([how, fileName, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.codePointAt(0) ?? 0);
      const data = new DataTransfer();
      data.items.add(new File([bytes], fileName, { type: 'image/png' }));
      const box = document.querySelector('textarea[aria-label="Reply"]');
      if (how === 'paste') box?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
      else for (const type of ['dragover', 'drop']) document.querySelector('[role="log"]')?.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [kind, name, PNG.toString('base64')] as const,
  );

for (const way of ['pick', 'paste', 'drop'] as const) {
  test(`a screenshot by ${way} is uploaded and sent, with its text, to every tab`, async ({ desk }) => {
    const ticket = await desk.newTicket();
    const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
    for (const tab of [first, second]) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
    await first.isLive();
    await first.page.bringToFront();
    if (way === 'pick') await choose(first, 'Error dialog.png');
    else await give(first, way, 'Error dialog.png');
    await expect(preview(first)).toContainText('Error dialog.png');
    await first.reply.fill('the dialog, by ' + way);
    await first.sendButton.click();
    await expect(preview(first)).toHaveCount(0);
    await expect(first.reply).toHaveValue('');
    for (const tab of [first, second]) {
      const article = tab.articleWith('the dialog, by ' + way);
      await expect(article).toHaveAttribute('data-status', 'sent');
      await expect(article.locator('figure')).toHaveAttribute('data-media-status', 'completed');
      await expect(article.getByRole('button', { name: /^Open picture Error dialog-[0-9a-f]{8}\.png/ })).toBeEnabled();
    }
    const [, sent] = await desk.technician.messages(ticket.id);
    expect(sent).toMatchObject({ isScreenshot: true, fileMimeType: 'image/png', fileSize: PNG.length, content: 'the dialog, by ' + way });
    expect(sent?.screenshotFileName).toBe(sent?.fileName);
    expect(desk.proxy.requests(routes.upload)).toHaveLength(1);
  });
}

test('a screenshot without a text has its name for one', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await choose(tab, 'bare.png');
  await tab.sendButton.click();
  await expect(tab.articles).toHaveCount(2);
  await expect(tab.articles.last()).toHaveAttribute('data-status', 'sent');
  const [, sent] = await desk.technician.messages(ticket.id);
  expect(sent?.content).toBe(sent?.screenshotFileName);
});

test('offline a picture is not sent, and says so; picture and text stay, also over a look at another ticket, and go when the connection is back', async ({ desk }) => {
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.openTicket(other.subject);
  await tab.openTicket(ticket.subject);
  desk.proxy.cut();
  await expect(tab.status).toHaveText(/offline/i);
  await choose(tab, 'later.png');
  await tab.reply.fill('for later');
  await expect(preview(tab)).toContainText('No connection: it stays here until you send it');
  await tab.sendButton.click();
  await expect(tab.page.getByRole('alert').filter({ hasText: 'a picture needs one' })).toBeVisible();
  await expect(preview(tab)).toContainText('later.png');
  await expect(tab.reply).toHaveValue('for later');
  await tab.openTicket(other.subject);
  await expect(preview(tab)).toHaveCount(0);
  await tab.openTicket(ticket.subject);
  await expect(preview(tab)).toContainText('later.png');

  desk.proxy.restore();
  await tab.isLive();
  await expect(tab.reply).toHaveValue('for later');
  await tab.sendButton.click();
  await expect(tab.articleWith('for later')).toHaveAttribute('data-status', 'sent');
  await expect(preview(tab)).toHaveCount(0);
  expect((await desk.technician.messages(ticket.id)).filter(({ isScreenshot }) => isScreenshot)).toHaveLength(1);
});

test('what is no picture is refused with the reason, and nothing is uploaded', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await choose(tab, 'logo.svg', 'image/svg+xml', Buffer.from('<svg/>'));
  await expect(tab.page.getByRole('alert').filter({ hasText: '“logo.svg” is not a picture that can be sent' })).toBeVisible();
  await expect(preview(tab)).toHaveCount(0);
  expect(desk.proxy.requests(routes.upload)).toHaveLength(0);
});
