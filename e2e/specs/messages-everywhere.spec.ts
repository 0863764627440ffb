/** What is said in one place is seen in every tab: once, in order. */
import { expect, test } from '../fixtures/test.ts';

test('S-2 S-3 a message sent in one tab is in all others, once, in order', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(6, { as: desk.technician.username, ticket: ticket.id });
  const [sender] = tabs;
  const texts = Array.from({ length: 8 }, (_, i) => `answer number ${i + 1} of eight`);
  for (const text of texts) await sender.send(text);

  for (const tab of tabs) {
    await expect(tab.articles).toHaveCount(1 + texts.length);
    for (const [i, text] of texts.entries()) {
      const article = tab.articles.nth(i + 1);
      await expect(article).toContainText(text);
      await expect(article).toHaveAttribute('data-status', 'sent');
    }
    const sequences = (await tab.messages()).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(new Set(sequences).size).toBe(sequences.length);
  }
  const stored = await desk.technician.messages(ticket.id);
  expect(stored.map(({ content }) => content)).toEqual([ticket.content, ...texts]);
});

test('a reply from the other person reaches all tabs', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(6, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);

  const reply = await desk.requester.say(ticket.id, 'It still does not work.');
  for (const tab of tabs) {
    await expect(tab.articleWith(reply.content)).toHaveCount(1);
    await expect(tab.articleWith(reply.content)).toHaveAttribute('data-sequence', String(reply.sequenceNumber));
  }
});

test('R-2 unread messages are counted on a badge in every tab, and gone from all when one tab reads them', async ({ desk }) => {
  const [quiet, busy] = [await desk.newTicket(), await desk.newTicket()];
  const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: quiet.id });
  await expect(first.articleWith(quiet.content)).toHaveCount(1);
  await desk.requester.say(busy.id, 'one');
  await desk.requester.say(busy.id, 'two');
  for (const tab of [first, second]) await expect(tab.ticketLink(busy.subject).getByLabel('3 unread')).toBeVisible();

  await first.openTicket(busy.subject);
  for (const tab of [first, second]) await expect(tab.ticketLink(busy.subject).getByLabel(/unread/)).toHaveCount(0);
});

test('M-1 an edit and a delete by the other person reach all tabs', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const kept = await desk.requester.say(ticket.id, 'The printer is on teh second floor.');
  const withdrawn = await desk.requester.say(ticket.id, 'Never mind this one.');
  const tabs = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articles).toHaveCount(3);

  await desk.requester.editMessage(kept.id, 'The printer is on the second floor.');
  await desk.requester.deleteMessage(withdrawn.id);
  for (const tab of tabs) {
    await expect(tab.articles).toHaveCount(2);
    await expect(tab.articleWith('on the second floor')).toHaveCount(1);
    await expect(tab.articleWith('teh')).toHaveCount(0);
  }
});

test('H-3 push frames that are dropped, doubled and turned around lead to the same conversation', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);

  let changes = 0;
  desk.proxy.push.decide((frame) => {
    if (frame.type !== 'change') return 'pass';
    changes += 1;
    return changes % 4 === 0 ? 'drop' : changes % 3 === 0 ? 'twice' : 'pass';
  });
  desk.proxy.push.reverse(3, (frame) => frame.type === 'change');
  const texts = Array.from({ length: 12 }, (_, i) => `disturbed message ${i + 1}.`);
  for (const text of texts) await desk.requester.say(ticket.id, text);
  desk.proxy.push.clear();
  await desk.requester.say(ticket.id, 'the last one');

  await expect(tab.articles).toHaveCount(texts.length + 2);
  for (const [i, text] of texts.entries()) await expect(tab.articles.nth(i + 1)).toContainText(text);
});
