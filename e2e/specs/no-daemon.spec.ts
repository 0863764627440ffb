/** Where no daemon can be started at all, the tab reads from the server and says so. */
import { deskTab } from '../fixtures/desk-tab.ts';
import { expect, test } from '../fixtures/test.ts';

test('T-3 no worker of any kind: conversations are read from the server, what is written stays in the composer, and a daemon takes over when one can be started', async ({ desk }) => {
  const ticket = await desk.newTicket();
  await desk.context.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'SharedWorker');
    const Real = globalThis.Worker;
    globalThis.Worker = new Proxy(Real, {
      construct: (target, given) => {
        if (!('workersWork' in globalThis)) throw new Error('no workers here');
        return Reflect.construct(target, given) as Worker;
      },
    });
  });
  const page = await desk.context.newPage();
  await page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&ticket=${ticket.id}`);
  const tab = deskTab(page);
  await expect(tab.status).toHaveText('Read only', { timeout: 40_000 });
  await expect(page.getByRole('alert').filter({ hasText: 'nothing can be sent from this tab' })).toBeVisible();
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await expect(tab.ticketLink(ticket.subject)).toBeVisible();

  await tab.send('kept in the composer');
  await expect(page.getByText('Nothing can be sent from this tab at the moment')).toBeVisible();
  await expect(tab.reply).toHaveValue('kept in the composer');
  expect((await desk.technician.messages(ticket.id)).map(({ content }) => content)).not.toContain('kept in the composer');

  // There is no push link; it is asked for again.
  const reply = await desk.requester.say(ticket.id, 'seen without a daemon');
  await expect(tab.articleWith(reply.content)).toHaveCount(1, { timeout: 20_000 });

  await page.evaluate(() => Object.assign(globalThis, { workersWork: true }));
  await expect(tab.status).toHaveText('Live', { timeout: 60_000 });
  await expect(page.getByText('This browser cannot run what the desk keeps messages in')).toBeHidden();
  await expect(tab.reply).toHaveValue('kept in the composer');
  await tab.sendButton.click();
  await expect(tab.articleWith('kept in the composer')).toHaveAttribute('data-status', 'sent');
  expect(await page.evaluate(() => window.tabcached?.host)).toBe('leader');
});
