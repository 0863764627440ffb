import { observeFromPage } from '../fixtures/updates.ts';
import { expect, test } from '../fixtures/test.ts';

test('T-5 two users in one browser see nothing of each other', async ({ desk, server }) => {
  const [mine, theirs] = [await desk.newTicket(), await desk.newTicket(desk.otherRequester)];
  const [first] = await desk.openTabs(1, { as: desk.requester.username, ticket: mine.id });
  const [second] = await desk.openTabs(1, { as: desk.otherRequester.username, ticket: theirs.id });
  await expect(first.articleWith(mine.content)).toHaveCount(1);
  await expect(second.articleWith(theirs.content)).toHaveCount(1);

  await expect.poll(async () => (await desk.daemons.list()).length).toBe(2);
  await expect(first.ticketLink(theirs.subject)).toHaveCount(0);
  await expect(second.ticketLink(mine.subject)).toHaveCount(0);

  const overheard = await observeFromPage(desk.context, desk.proxy.origin, desk.otherRequester.userId);
  const heard = await observeFromPage(desk.context, desk.proxy.origin, desk.requester.userId);
  await first.send('for my eyes only');
  await expect(first.articleWith('for my eyes only')).toHaveAttribute('data-status', 'sent');
  await heard.waitFor('own message', (update) => update.kind === 'messages' && update.requestId === mine.id);
  expect((await overheard.seen()).filter((update) => 'requestId' in update && update.requestId === mine.id)).toEqual([]);
  await expect(second.articleWith('for my eyes only')).toHaveCount(0);

  // Not even what is stored is shared: each database holds its own user's rows alone.
  const rowsOf = (userId: string): Promise<string[]> =>
    desk.daemons.evaluate<string[]>(
      `new Promise((resolve, reject) => {
        const opening = indexedDB.open('support-center-${userId}-cache');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction('messages').objectStore('messages').getAll();
          all.onsuccess = () => { opening.result.close(); resolve(all.result.map(({ requestId }) => requestId)); };
        };
      })`,
      userId,
    );
  await expect.poll(async () => new Set(await rowsOf(desk.requester.userId))).toEqual(new Set([mine.id]));
  await expect.poll(async () => new Set(await rowsOf(desk.otherRequester.userId))).toEqual(new Set([theirs.id]));

  // A ticket of somebody else is refused, whoever's address is typed in.
  await first.page.goto(`${desk.proxy.origin}/?as=${desk.requester.username}&ticket=${theirs.id}`);
  await first.isLive();
  await expect(first.articleWith(theirs.content)).toHaveCount(0);
  expect(server.url).not.toBe(desk.proxy.origin);
});
