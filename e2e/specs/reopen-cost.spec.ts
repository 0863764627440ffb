/** What going back to a chat costs, counted at the proxy. */
import { bulkAppend } from '../backend/bulk.ts';
import { expect, test } from '../fixtures/test.ts';

test('reopening a chat with fewer than 50 new messages costs at least 80 % less than fetching it whole', async ({ desk, server }, info) => {
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const say = (contents: readonly string[]): Promise<void> =>
    bulkAppend(server.database, ticket.id, contents.map((content) => ({ senderId: desk.requester.userId, content, at: new Date() })));
  await say(Array.from({ length: 499 }, (_, i) => `Line ${i + 1} of a conversation that has gone on for a while. ${'And on. '.repeat(i % 9)}`));
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith('Line 499')).toHaveCount(1);
  await tab.page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&ticket=${other.id}`);
  await expect(tab.articleWith(other.content)).toHaveCount(1);

  // Nobody is told, as if the link had been away: the delta alone has to bring them.
  await say(Array.from({ length: 20 }, (_, i) => `news ${i + 1}.`));
  desk.proxy.dropPush();
  await tab.isLive();
  const before = desk.proxy.requests().length;
  await tab.page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&ticket=${ticket.id}`);
  await expect(tab.articleWith('news 20.')).toHaveCount(1);

  const asked = desk.proxy.requests().slice(before).filter(({ method, path }) => method === 'GET' && path.includes(ticket.id));
  const bytesOf = async (path: string): Promise<number> => {
    const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${desk.technician.token}` } });
    return (await answer.arrayBuffer()).byteLength;
  };
  const base = `/api/v1/chat/messages/request/${ticket.id}`;
  const reopened = (await Promise.all(asked.map(({ path }) => bytesOf(path)))).reduce((sum, bytes) => sum + bytes, 0);
  const whole = (await bytesOf(`${base}?limit=500`)) + (await bytesOf(`${base}?before_sequence=21&limit=500`));
  info.annotations.push({ type: 'figure', description: `${asked.length} requests, ${reopened} bytes, against ${whole} bytes` });
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(reopened).toBeLessThan(0.2 * whole);
});
