/** The daemon is killed while a message is under way: nothing is lost, nothing doubled, no tab needs a reload. */
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk, type DeskTab, type NewTicket } from '../fixtures/test.ts';

/** Kills the daemon and waits until every tab is connected to the next one. */
async function killAndReturn(desk: Desk, tabs: readonly DeskTab[]): Promise<void> {
  const before = await tabs[0]?.epoch();
  await desk.daemons.kill();
  for (const tab of tabs) await expect(tab.status).not.toHaveAttribute('data-epoch', before ?? '');
  for (const tab of tabs) await expect(tab.status).toHaveAttribute('data-epoch', /.+/);
  await expect.poll(async () => (await desk.daemons.list()).length).toBe(1);
}

/** Exactly one row on the server, exactly one sent bubble in every tab. */
async function expectOnce(desk: Desk, tabs: readonly DeskTab[], ticket: NewTicket, text: string): Promise<void> {
  for (const tab of tabs) {
    await expect(tab.articleWith(text)).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
    await expect(tab.articleWith(text)).toHaveCount(1);
  }
  expect((await desk.technician.messages(ticket.id)).filter(({ content }) => content === text)).toHaveLength(1);
}

test('#38 S-1 S-4 the daemon is killed while a message waits for the network', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  desk.proxy.cut();
  await tabs[0].send('written while offline');
  for (const tab of tabs) await expect(tab.articleWith('written while offline')).toHaveAttribute('data-status', 'pending');

  await killAndReturn(desk, tabs);
  for (const tab of tabs) await expect(tab.articleWith('written while offline')).toHaveAttribute('data-status', 'pending');
  desk.proxy.restore();
  await expectOnce(desk, tabs, ticket, 'written while offline');
});

test('#38 S-1 S-4 the daemon is killed while the request is on its way', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  let release = (): void => undefined;
  desk.proxy.fault(routes.send, { kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1);
  await tabs[0].send('killed on the way');
  await expect.poll(() => desk.proxy.requests(routes.send).length).toBe(1);

  await killAndReturn(desk, tabs);
  release();
  await expectOnce(desk, tabs, ticket, 'killed on the way');
});

test('#38 #35 S-1 the daemon is killed between the answer and its commit', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  // The server stores the message, but this daemon never hears of it: not by its answer, nor by push, nor by asking.
  const releasePush = desk.proxy.push.hold();
  // Every time: over a connection that was used before, the browser repeats a request without an answer by itself.
  const answerSends = desk.proxy.fault(routes.send, { kind: 'lose-answer' });
  const answerAgain = desk.proxy.fault({ method: 'GET', path: /^\/api\/v1\/chat\/messages/ }, { kind: 'break' });
  await tabs[0].send('answered into the void');
  await expect.poll(async () => (await desk.technician.messages(ticket.id)).length).toBe(2);
  for (const tab of tabs) await expect(tab.articleWith('answered into the void')).toHaveAttribute('data-status', 'pending');

  await killAndReturn(desk, tabs);
  answerSends();
  answerAgain();
  releasePush();
  await expectOnce(desk, tabs, ticket, 'answered into the void');
});

test('S-3 three messages pending at the death of the daemon keep their order', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const texts = ['first of three', 'second of three', 'third of three'];
  desk.proxy.cut();
  for (const text of texts) {
    await tabs[0].send(text);
    await expect(tabs[1].articleWith(text)).toHaveAttribute('data-status', 'pending');
  }
  await killAndReturn(desk, tabs);
  desk.proxy.restore();
  for (const text of texts) await expectOnce(desk, tabs, ticket, text);
  expect((await desk.technician.messages(ticket.id)).map(({ content }) => content)).toEqual([ticket.content, ...texts]);
});

test('views come back after the death of the daemon without a reload, and show what happened meanwhile', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(4, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  for (const tab of tabs) await tab.page.evaluate(() => Object.assign(window, { sameDocument: true }));

  await killAndReturn(desk, tabs);
  await desk.requester.say(ticket.id, 'said after the death');
  for (const tab of tabs) {
    await expect(tab.articleWith('said after the death')).toHaveCount(1);
    expect(await tab.page.evaluate(() => 'sameDocument' in window)).toBe(true);
  }
  await expect(tabs[0].status).toHaveAttribute('data-tabs', '4');
});
