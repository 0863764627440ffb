/** What a tab waits for is in its page's own timeline, where any tool finds it. */
import { expect, test } from '../fixtures/test.ts';

test('opening, synchronising and sending are measured, without what was written', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.send('a secret answer');
  await expect(tab.articleWith('a secret answer')).toHaveAttribute('data-status', 'sent');
  const entries = (): Promise<string> =>
    tab.page.evaluate(() => JSON.stringify(performance.getEntriesByType('measure').map((entry) => ({ name: entry.name, detail: (entry as PerformanceMeasure).detail as unknown, took: entry.duration }))));
  const names = async (): Promise<readonly string[]> => (JSON.parse(await entries()) as { readonly name: string }[]).map(({ name }) => name);
  await expect.poll(names).toEqual(expect.arrayContaining(['connect', 'open-network', 'sync', 'send-stored', 'send-confirmed'].map((name) => `tabcached:${name}`)));
  const text = await entries();
  expect(text).toContain(ticket.id);
  expect(text).not.toContain('secret');

  const [second] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(second.articleWith(ticket.content)).toHaveCount(1);
  await expect.poll(() => second.page.evaluate(() => performance.getEntriesByName('tabcached:open-cache').length)).toBe(1);
});
