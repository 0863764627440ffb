/** The outbox across all chats: what waits, why, until when, and what a person can do about it. */
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk, type DeskTab, type NewTicket } from '../fixtures/test.ts';

const drawer = (tab: DeskTab) => tab.page.getByRole('dialog', { name: 'Waiting to be sent' });
const lane = (tab: DeskTab, ticket: NewTicket) => drawer(tab).getByRole('region', { name: ticket.subject });
const openDrawer = async (tab: DeskTab): Promise<void> => {
  await tab.page.bringToFront();
  await tab.page.getByRole('button', { name: /^Outbox/ }).click();
  await expect(drawer(tab)).toBeVisible();
};
const refusal = (detail: string) => ({ kind: 'answer', status: 422, body: { type: 'about:blank', title: 'Refused', status: 422, detail } }) as const;
const serverTexts = async (desk: Desk, { id, content }: NewTicket): Promise<readonly string[]> =>
  (await desk.technician.messages(id)).map((message) => message.content).filter((text) => text !== content);

/** Sends texts through the desk's client, a few at once, so that on a slow machine none waits for long; resolves when all are stored. */
const sendMany = (tab: DeskTab, requestId: string, texts: readonly string[]): Promise<void> =>
  tab.page.evaluate(
    async ([id, contents]) => {
      const chat = window.tabcached?.chat(id);
      for (let at = 0; at < contents.length; at += 20) await Promise.all(contents.slice(at, at + 20).map((content) => chat?.send(content)));
    },
    [requestId, texts] as const,
  );

test('#45 the outbox of all chats, in every tab: why each waits, until when, and discarding from there', async ({ desk }) => {
  const [quiet, busy, refused] = [await desk.newTicket(), await desk.newTicket(), await desk.newTicket()];
  const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: refused.id });
  await expect(first.articleWith(refused.content)).toHaveCount(1);
  await first.isLive();
  await expect(first.page.getByRole('button', { name: /^Outbox/ })).toHaveCount(0);
  desk.proxy.fault(routes.send, refusal('Mind your words.'), 1);
  await first.send('a rude word');
  await first.send('and a kind one');
  await expect(first.articleWith('a rude word')).toHaveAttribute('data-status', 'failed');

  await first.openTicket(busy.subject);
  const heal = desk.proxy.fault(routes.send, { kind: 'answer', status: 503, headers: { 'retry-after': '1200' } });
  await first.send('to a busy server');
  await expect(first.page.getByText(/Trying again in \d+ min/)).toBeVisible();

  await openDrawer(second);
  await expect(lane(second, refused)).toContainText('Not sent');
  await expect(lane(second, refused)).toContainText('Mind your words.');
  await expect(lane(second, refused)).toContainText('Those after it wait');
  await expect(lane(second, refused).getByRole('listitem')).toHaveText([/a rude word/, /and a kind one/]);
  await expect(lane(second, busy)).toContainText(/Next try in \d+ min/);
  // A chat that works is not in it.
  await expect(drawer(second).getByRole('region')).toHaveCount(2);
  // Blocked ones, which need a person, come first.
  await expect(drawer(second).getByRole('region').first()).toContainText('a rude word');

  // The busy server may have it, for all that is known: it is asked first, and until then it is neither changed nor given up.
  await expect(lane(second, busy).getByRole('button', { name: 'Edit' })).toBeDisabled();
  await expect(lane(second, busy).getByRole('button', { name: 'Discard' })).toBeDisabled();

  heal();
  await lane(second, refused).getByRole('listitem').filter({ hasText: 'a rude word' }).getByRole('button', { name: 'Discard' }).click();
  await expect(lane(second, refused)).toHaveCount(0);
  await expect(lane(second, busy)).toContainText(/Next try in \d+ min/);
  expect(await serverTexts(desk, refused)).toEqual(['and a kind one']);
  expect(await serverTexts(desk, quiet)).toEqual([]);
  await expect(first.page.getByRole('button', { name: 'Outbox: 1 message waiting' })).toBeVisible();
});

test('#49 retry all in two tabs at once: one request for each message', async ({ desk }) => {
  const tickets = [await desk.newTicket(), await desk.newTicket(), await desk.newTicket()];
  const tabs = await desk.openTabs(2, { as: desk.technician.username });
  const [first] = tabs;
  await first.isLive();
  desk.proxy.fault(routes.send, refusal('Not now.'), tickets.length);
  for (const ticket of tickets) await sendMany(first, ticket.id, [`hello, ${ticket.subject}`]);
  for (const tab of tabs) {
    await expect(tab.page.getByRole('button', { name: 'Outbox: 3 messages not sent' })).toBeVisible();
    await openDrawer(tab);
  }
  await Promise.all(tabs.map((tab) => drawer(tab).getByRole('button', { name: 'Retry all' }).evaluate((button) => (button as HTMLButtonElement).click())));
  for (const tab of tabs) await expect(drawer(tab)).toContainText('Everything is sent.');
  expect(desk.proxy.requests(routes.send)).toHaveLength(2 * tickets.length);
  for (const ticket of tickets) expect(await serverTexts(desk, ticket)).toEqual([`hello, ${ticket.subject}`]);
});

test('#47 the token is refused: nothing is sent and nothing counted until the desk has signed in anew, then everything goes, once and in order', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.isLive();
  const acceptTokens = desk.proxy.fault(routes.send, { kind: 'answer', status: 401 });
  const signInWorks = desk.proxy.fault(routes.session, { kind: 'answer', status: 503 });
  const signIns = desk.proxy.requests(routes.session).length;
  for (const text of ['first', 'second']) await tab.send(text);
  await openDrawer(tab);
  await expect(drawer(tab)).toContainText('The sign-in has expired: they are sent when it is renewed.');
  await expect.poll(() => desk.proxy.requests(routes.session).length).toBeGreaterThan(signIns);
  // Refused once, and nothing is tried with the same token again.
  expect(desk.proxy.requests(routes.send)).toHaveLength(1);
  const lanes = (await tab.page.evaluate(() => window.tabcached?.inspect()))?.lanes ?? [];
  const messages = lanes.flatMap(({ operations }) => operations.filter(({ type }) => type === 'send_message'));
  expect(messages.map(({ status, retryCount }) => [status, retryCount])).toEqual([['pending', 0], ['pending', 0]]);

  acceptTokens();
  signInWorks();
  // A tab that joins is asked as well.
  const [next] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  for (const each of [tab, next]) for (const text of ['first', 'second']) await expect(each.articleWith(text)).toHaveAttribute('data-status', 'sent');
  expect(await serverTexts(desk, ticket)).toEqual(['first', 'second']);
});

test('#55 a reply to a ticket that was closed meanwhile says so, where it stands and in the outbox, and is not tried again by itself', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.requester.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.isLive();
  desk.proxy.cut();
  await tab.send('one more thing');
  await expect(tab.page.getByText('1 message is kept here and will be sent when the connection is back.')).toBeVisible();
  await desk.technician.patchTicket(ticket.id, { statusId: 4 });
  desk.proxy.restore();
  const article = tab.articleWith('one more thing');
  await expect(article).toHaveAttribute('data-status', 'failed', { timeout: 30_000 });
  await expect(article).toContainText('The ticket was closed meanwhile. It was open when you wrote this.');
  await openDrawer(tab);
  await expect(lane(tab, ticket)).toContainText('The ticket was closed meanwhile.');
  const tries = desk.proxy.requests(routes.send).length;
  await desk.technician.patchTicket(ticket.id, { statusId: 1 });
  await expect(tab.ticketLink(ticket.subject)).toContainText('Open');
  expect(desk.proxy.requests(routes.send)).toHaveLength(tries);
  await lane(tab, ticket).getByRole('button', { name: 'Retry' }).click();
  await expect(article).toHaveAttribute('data-status', 'sent');
});

test('T-3 #58 a warning from 80 % on; beyond the limit a clear refusal, and the composer keeps the text', async ({ desk }) => {
  test.setTimeout(240_000);
  const [ticket, ...others] = [await desk.newTicket(), await desk.newTicket(), await desk.newTicket(), await desk.newTicket()];
  const [tab, watcher] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  // Read marks count for the limit as well: they are through before it begins.
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBe(1);
  await tab.isLive();
  await expect(tab.status).toHaveAttribute('data-pending', '0');
  desk.proxy.cut();
  await expect(tab.status).toHaveText(/offline/i);

  const fill = async (count: number): Promise<void> => {
    const each = count / others.length;
    for (const other of others) await sendMany(tab, other.id, Array.from({ length: each }, (_, i) => `waiting ${i}`));
  };
  await fill(798);
  await expect(tab.status).toHaveAttribute('data-pending', '798');
  await expect(tab.page.getByText(/that can be kept are waiting/)).toHaveCount(0);
  await tab.send('number 799');
  await tab.send('number 800');
  for (const each of [tab, watcher]) await expect(each.page.getByText('800 of the 1,000 messages that can be kept are waiting to be sent. 200 more can be written.')).toBeVisible();
  await fill(198);
  await tab.send('number 999');
  await tab.send('number 1,000');
  for (const each of [tab, watcher]) await expect(each.page.getByText(/1,000 messages wait to be sent, and that is all that can be kept/)).toBeVisible();

  await tab.send('one too many');
  await expect(tab.page.getByRole('alert').filter({ hasText: 'Your text is still here' })).toBeVisible();
  await expect(tab.reply).toHaveValue('one too many');
  await expect(tab.articleWith('one too many')).toHaveCount(0);
  await tab.page.reload();
  await expect(tab.reply).toHaveValue('one too many');
});
