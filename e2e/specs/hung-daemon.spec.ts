/** The daemon's thread hangs: it keeps its locks and answers nothing. It is left behind, and can write nothing when it wakes. */
import { parseDaemonLease } from 'tabcached/protocol';
import { heldLocks } from '../fixtures/held-locks.ts';
import { expect, test, type DeskTab } from '../fixtures/test.ts';

/** By their leases: of a dedicated worker that was ended while it hung, the browser goes on telling for a while. */
const generations = async (tab: DeskTab): Promise<(number | undefined)[]> => (await heldLocks(tab)).flatMap((lock) => parseDaemonLease(lock)?.generation ?? []).toSorted();

test('T-2 S-1 a hung daemon is left for the next generation by every tab; awake again it is fenced and ends', async ({ desk, host }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const epoch = await tabs[0].epoch();

  const wakeUp = await desk.daemons.hang();
  // A call that is not answered in time is the reason to ask whether it lives.
  await tabs[0].send('into the silence');
  for (const tab of tabs) await expect(tab.status).not.toHaveAttribute('data-epoch', epoch, { timeout: 60_000 });
  // Repeated on the next daemon; on a machine so slow that its deadline passed before, the text is back in the composer.
  await expect.poll(async () => (await tabs[0].reply.inputValue()) + String(await tabs[0].articleWith('into the silence').count()), { timeout: 20_000 }).toMatch(/silence0|1$/);
  if ((await tabs[0].reply.inputValue()) !== '') await tabs[0].send('into the silence');
  for (const tab of tabs) await expect(tab.articleWith('into the silence')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
  // A tab that hosts a hung daemon ends it; nobody ends a shared worker.
  await expect.poll(() => generations(tabs[0])).toEqual(host === 'fallback' ? [1] : [0, 1]);
  await expect.poll(async () => new Set(await Promise.all(tabs.map((tab) => tab.epoch()))).size).toBe(1);

  await wakeUp();
  await expect.poll(() => generations(tabs[0])).toEqual([1]);
  await desk.requester.say(ticket.id, 'said after that');
  for (const tab of tabs) {
    await expect(tab.articleWith('said after that')).toHaveCount(1);
    await expect(tab.articleWith('into the silence')).toHaveCount(1);
  }
  expect((await desk.technician.messages(ticket.id)).map(({ content }) => content)).toEqual([ticket.content, 'into the silence', 'said after that']);
});

test('T-1 a daemon that ends without a word, by itself, is replaced as a killed one is', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  const epoch = await tabs[0].epoch();
  await desk.daemons.evaluate('setTimeout(() => self.close(), 300)');
  for (const tab of tabs) await expect(tab.status).not.toHaveAttribute('data-epoch', epoch);
  await tabs[1].send('to the next one');
  for (const tab of tabs) await expect(tab.articleWith('to the next one')).toHaveAttribute('data-status', 'sent');
  expect((await desk.technician.messages(ticket.id)).filter(({ content }) => content === 'to the next one')).toHaveLength(1);
});
