import { observeFromPage } from '../fixtures/updates.ts';
import { expect, test } from '../fixtures/test.ts';

test('an observer without a client sees numbered updates for all of it, and no text', async ({ desk }) => {
  const ticket = await desk.newTicket();
  // The observer listens before there is a daemon, so it hears everything from number 1.
  const observer = await observeFromPage(desk.context, desk.proxy.origin, desk.technician.userId);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await observer.waitFor('tickets', (update) => update.kind === 'tickets' && update.count > 0);
  await observer.waitFor('first page', (update) => update.kind === 'messages' && update.requestId === ticket.id && update.count > 0);
  await observer.waitFor('synced', (update) => update.kind === 'sync' && update.requestId === ticket.id && update.state === 'SYNCED');
  await observer.waitFor('live', (update) => update.kind === 'host' && update.link === 'live' && update.tabs === 1);

  await tab.send('a secret answer');
  await expect(tab.articleWith('a secret answer')).toHaveAttribute('data-status', 'sent');
  const queued = await observer.waitFor('queued', (update) => update.kind === 'outbox' && update.status === 'pending');
  const operationId = queued.kind === 'outbox' ? queued.operationId : '';
  await observer.waitFor('delivered', (update) => update.kind === 'outbox' && update.operationId === operationId && update.status === 'completed');
  await observer.waitFor('nothing left to send', (update) => update.kind === 'outbox' && update.n > queued.n && update.pending === 0);
  const reply = await desk.requester.say(ticket.id, 'a secret question');
  await observer.waitFor('reply', (update) => update.kind === 'messages' && update.sequences.includes(reply.sequenceNumber));

  const seen = await observer.seen();
  expect(new Set(seen.map(({ epoch }) => epoch))).toEqual(new Set([await tab.epoch()]));
  expect(seen.map(({ n }) => n)).toEqual(seen.map((_, i) => i + 1));
  expect(JSON.stringify(seen)).not.toContain('secret');

  // A new life of the daemon counts from 1 again, under another epoch.
  await desk.daemons.kill();
  await observer.waitFor('next life', (update) => update.epoch !== seen[0]?.epoch && update.n === 1);
  const after = (await observer.seen()).filter(({ epoch }) => epoch !== seen[0]?.epoch);
  expect(after.map(({ n }) => n)).toEqual(after.map((_, i) => i + 1));
});
