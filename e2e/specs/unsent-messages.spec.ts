/** What a person sees of messages that are not sent, and what can be done about them. */
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk, type DeskTab, type NewTicket } from '../fixtures/test.ts';

const REFUSED = { kind: 'answer', status: 422, body: { type: 'about:blank', title: 'Refused', status: 422, detail: 'Not in these words.' } } as const;

async function openTwo(desk: Desk): Promise<{ ticket: NewTicket; first: DeskTab; second: DeskTab }> {
  const ticket = await desk.newTicket();
  const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of [first, second]) {
    await expect(tab.articleWith(ticket.content)).toHaveCount(1);
    await tab.isLive();
  }
  return { ticket, first, second };
}

const serverTexts = async (desk: Desk, { id, content }: NewTicket): Promise<readonly string[]> =>
  (await desk.technician.messages(id)).map((message) => message.content).filter((text) => text !== content);

/** What is sent before the daemon has noticed may have left: it could be neither changed nor discarded until the server was asked. */
async function goOffline(desk: Desk, tab: DeskTab): Promise<void> {
  desk.proxy.cut();
  await expect(tab.status).toHaveText(/offline/i);
}

test('#50 a message edited while it waits reaches the server in its final words only', async ({ desk }) => {
  const { ticket, first, second } = await openTwo(desk);
  await goOffline(desk, first);
  await first.send('I will be there at nien.');
  const waiting = second.articleWith('at nien');
  await expect(waiting).toHaveAttribute('data-status', 'pending');
  await second.page.bringToFront();
  await waiting.getByRole('button', { name: 'Edit' }).click();
  await second.page.getByRole('textbox', { name: 'Edit message' }).fill('I will be there at nine.');
  await second.page.getByRole('button', { name: 'Save and send' }).click();
  await expect(first.articleWith('at nine')).toHaveAttribute('data-status', 'pending');

  desk.proxy.restore();
  for (const tab of [first, second]) await expect(tab.articleWith('at nine')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
  await expect(first.articleWith('at nien')).toHaveCount(0);
  expect(await serverTexts(desk, ticket)).toEqual(['I will be there at nine.']);
});

test('#50 #51 editing or discarding a message in flight is refused, and the typed text stays', async ({ desk }) => {
  const { ticket, first } = await openTwo(desk);
  let release = (): void => undefined;
  desk.proxy.fault(routes.send, { kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1);
  await first.send('on its way');
  await expect.poll(() => desk.proxy.requests(routes.send).length).toBe(1);
  const article = first.articles.last();
  await article.getByRole('button', { name: 'Discard' }).click();
  await expect(article.getByRole('alert')).toHaveText(/being sent/);
  await article.getByRole('button', { name: 'Edit' }).click();
  const box = first.page.getByRole('textbox', { name: 'Edit message' });
  await box.fill('better words');
  await box.press('Enter');
  await expect(article.getByRole('alert')).toHaveText(/being sent/);
  await expect(box).toHaveValue('better words');

  release();
  await expect(article).toHaveAttribute('data-status', 'sent');
  await expect(box).toHaveValue('better words');
  await first.page.getByRole('button', { name: 'Cancel' }).click();
  await expect(first.articles.last()).toContainText('on its way');
  expect(await serverTexts(desk, ticket)).toEqual(['on its way']);
});

test('#50 a text that is being changed is there again when its row was scrolled away, and another ticket was opened, meanwhile', async ({ desk }) => {
  const ticket = await desk.longTicket();
  const other = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await tab.isLive();
  await goOffline(desk, tab);
  await tab.send('first words');
  await tab.articleWith('first words').getByRole('button', { name: 'Edit' }).click();
  const box = tab.page.getByRole('textbox', { name: 'Edit message' });
  await box.fill('second words, not finished');
  const toEnd = tab.page.getByRole('button', { name: 'Go to the newest messages' });
  await tab.conversation.hover();
  await expect(async () => {
    await tab.page.mouse.wheel(0, -2_500);
    await expect(box).toHaveCount(0, { timeout: 500 });
    // The list's own way to the message that was just sent may take the first turn of the wheel back.
    await expect(toEnd).toBeVisible({ timeout: 500 });
  }).toPass();
  await toEnd.click();
  await expect(box).toHaveValue('second words, not finished');

  await tab.page.locator(`a[href*="${other.id}"]`).first().click();
  await expect(box).toHaveCount(0);
  await tab.page.locator(`a[href*="${ticket.id}"]`).first().click();
  await expect(box).toHaveValue('second words, not finished');
  await box.press('Enter');
  await expect(tab.articleWith('second words, not finished')).toHaveAttribute('data-status', 'pending');
  desk.proxy.restore();
  await expect(tab.articleWith('second words, not finished')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
});

test('#50 #51 a server that fails while it is asked: why the message can be neither changed nor discarded is said', async ({ desk }) => {
  const { ticket, first } = await openTwo(desk);
  // Long enough to be looked at, whatever the machine.
  desk.proxy.fault(routes.send, { kind: 'answer', status: 503, headers: { 'retry-after': '12' }, body: { type: 'about:blank', title: 'Down', status: 503 } }, 1);
  await first.send('maybe there');
  await expect(first.page.getByText(/may have it already: that is asked first.*Trying again/)).toBeVisible();
  await first.page.getByRole('button', { name: /^Outbox:/ }).click();
  await expect(first.page.locator('.queued__doubt')).toHaveText(/neither changed nor discarded/);
  await expect(first.articleWith('maybe there')).toHaveAttribute('data-status', 'sent', { timeout: 40_000 });
  expect(await serverTexts(desk, ticket)).toEqual(['maybe there']);
});

test('#51 a message discarded while it waits is never sent', async ({ desk }) => {
  const { ticket, first, second } = await openTwo(desk);
  await goOffline(desk, first);
  await first.send('rather not');
  await first.send('this one yes');
  await expect(second.articleWith('rather not')).toHaveAttribute('data-status', 'pending');
  await second.page.bringToFront();
  await second.articleWith('rather not').getByRole('button', { name: 'Discard' }).click();
  await expect(first.articleWith('rather not')).toHaveCount(0);
  desk.proxy.restore();
  await expect(first.articleWith('this one yes')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
  expect(await serverTexts(desk, ticket)).toEqual(['this one yes']);
});

for (const way of ['discard', 'edit'] as const) {
  test(`#43 S-3 S-6 three written, the first refused: the chat is blocked and says so in every tab; ${way} lets the rest go`, async ({ desk }) => {
    const { ticket, first, second } = await openTwo(desk);
    desk.proxy.fault(routes.send, REFUSED, 1);
    for (const text of ['number one', 'number two', 'number three']) await first.send(text);
    for (const tab of [first, second]) {
      await expect(tab.articleWith('number one')).toHaveAttribute('data-status', 'failed');
      await expect(tab.articleWith('number one')).toContainText('Not in these words.');
      for (const text of ['number two', 'number three']) await expect(tab.articleWith(text)).toHaveAttribute('data-status', 'pending');
      await expect(tab.page.getByText(/those after it wait/)).toBeVisible();
    }
    expect(desk.proxy.requests(routes.send)).toHaveLength(1);

    await second.page.bringToFront();
    const failed = second.articleWith('number one');
    if (way === 'discard') await failed.getByRole('button', { name: 'Discard' }).click();
    else {
      await failed.getByRole('button', { name: 'Edit' }).click();
      await second.page.getByRole('textbox', { name: 'Edit message' }).fill('number one, politely');
      await second.page.getByRole('button', { name: 'Save and send' }).click();
    }
    const expected = [...(way === 'discard' ? [] : ['number one, politely']), 'number two', 'number three'];
    for (const tab of [first, second]) {
      for (const text of expected) await expect(tab.articleWith(text)).toHaveAttribute('data-status', 'sent');
      await expect(tab.page.getByText(/those after it wait/)).toHaveCount(0);
    }
    expect(await serverTexts(desk, ticket)).toEqual(expected);
  });
}

test('#49 S-1 two tabs press Retry of one message: one request, one message', async ({ desk }) => {
  const { ticket, first, second } = await openTwo(desk);
  desk.proxy.fault(routes.send, REFUSED, 1);
  await first.send('pressed twice');
  let release = (): void => undefined;
  for (const tab of [first, second]) await expect(tab.articleWith('pressed twice')).toHaveAttribute('data-status', 'failed');
  desk.proxy.fault(routes.send, { kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1);
  // Without waiting for the tab to come to the front: both buttons at the same time.
  const press = (tab: DeskTab): Promise<void> => tab.articleWith('pressed twice').getByRole('button', { name: 'Retry' }).evaluate((button) => (button as HTMLButtonElement).click());
  await Promise.all([press(first), press(second)]);
  await expect.poll(() => desk.proxy.requests(routes.send).length).toBe(2);
  for (const tab of [first, second]) await expect(tab.articleWith('pressed twice')).toHaveAttribute('data-status', 'pending');
  release();
  for (const tab of [first, second]) await expect(tab.articleWith('pressed twice')).toHaveAttribute('data-status', 'sent');
  expect(desk.proxy.requests(routes.send)).toHaveLength(2);
  expect(await serverTexts(desk, ticket)).toEqual(['pressed twice']);
});
