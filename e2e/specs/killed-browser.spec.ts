/** The whole browser is killed with messages waiting: what was stored is sent by the next one, once, in order. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDesk } from '../fixtures/desk.ts';
import { startFaultProxy } from '../fixtures/fault-proxy.ts';
import { removeProfile, startProfileBrowser } from '../fixtures/profile-browser.ts';
import { storedOperations } from '../fixtures/stored-operations.ts';
import { expect, test } from '../fixtures/test.ts';

const TABS = 5;
const CHATS = 10;
const PER_VISIT = 5;

test('S-1 S-3 S-4 100 messages written offline in 5 tabs over 10 chats survive SIGKILL of the browser', async ({ server, host }) => {
  test.setTimeout(300_000);
  const profile = mkdtempSync(join(tmpdir(), 'tabcached-profile-'));
  const proxy = await startFaultProxy(server.url);
  let alive = await startProfileBrowser(profile);
  try {
    const desk = await openDesk(alive.browser, server, { host, proxy, context: alive.context });
    const tickets = await Promise.all(Array.from({ length: CHATS }, () => desk.newTicket()));
    const tabs = await desk.openTabs(TABS, { as: desk.technician.username });
    for (const tab of tabs) await tab.isLive();

    proxy.cut();
    for (const tab of tabs) await expect(tab.status).toHaveText(/offline/i);
    const written = new Map<string, string[]>(tickets.map(({ id }) => [id, []]));
    // Every tab writes to four chats, every chat is written to from two tabs.
    for (let visit = 0; visit < (2 * CHATS) / TABS; visit += 1) {
      for (const [t, tab] of tabs.entries()) {
        const ticket = tickets[(2 * t + visit + Math.floor(visit / 2)) % CHATS];
        if (!ticket) throw new Error('No such ticket.');
        await tab.page.bringToFront();
        await tab.ticketLink(ticket.subject).click();
        await expect(tab.page.getByRole('heading', { name: ticket.subject })).toBeVisible();
        for (let n = 1; n <= PER_VISIT; n += 1) {
          const text = `tab ${t + 1}, visit ${visit + 1}, message ${n}.`;
          await tab.reply.fill(text);
          await tab.reply.press('Enter');
          written.get(ticket.id)?.push(text);
        }
        await expect(tab.articleWith(`tab ${t + 1}, visit ${visit + 1}, message ${PER_VISIT}.`)).toHaveAttribute('data-status', 'pending');
      }
    }
    const total = [...written.values()].flat().length;
    expect(total).toBe(100);
    await expect.poll(async () => (await storedOperations(tabs[0].page, desk.technician.userId)).length).toBe(total);
    await alive.kill();

    proxy.restore();
    alive = await startProfileBrowser(profile);
    const next = await openDesk(alive.browser, server, { host, proxy, context: alive.context });
    // Nobody opens any of the ten chats: they are sent all the same.
    const [tab] = await next.openTabs(1, { as: desk.technician.username });
    await expect(tab.status).toHaveAttribute('data-pending', '0', { timeout: 60_000 });
    for (const ticket of tickets) {
      const stored = (await desk.technician.messages(ticket.id)).map(({ content }) => content);
      expect(stored).toEqual([ticket.content, ...(written.get(ticket.id) ?? [])]);
    }
    await expect.poll(() => storedOperations(tab.page, desk.technician.userId)).toEqual([]);
  } finally {
    await alive.kill();
    await proxy.close();
    await removeProfile(profile);
  }
});
