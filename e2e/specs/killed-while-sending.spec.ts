/** Deaths in the middle of sending: of the daemon, again and again, and of the last tab. */
import { routes } from '../fixtures/fault-rules.ts';
import { storedOperations } from '../fixtures/stored-operations.ts';
import { expect, test, type DeskTab } from '../fixtures/test.ts';

const SENDS = 200;
const KILLS = 10;

/** Sends texts one after the other through the desk's client; what is pressed is counted in `window.pressed`. */
const sendAll = (tab: DeskTab, requestId: string, texts: readonly string[]): Promise<void> =>
  tab.page.evaluate(
    async ([id, contents]) => {
      const chat = window.tabcached?.chat(id);
      if (!chat) throw new Error('The desk offers no window.tabcached.');
      const counts = window as unknown as { pressed?: number };
      counts.pressed = 0;
      for (const content of contents) {
        const message = { content, clientTempId: crypto.randomUUID() };
        counts.pressed += 1;
        // What the desk's composer does when somebody presses again: the same text, the same id.
        for (let stored = false; !stored; ) stored = await chat.send(message).then(() => true, (error: { retryable?: boolean }) => {
          if (error.retryable) return false;
          throw error;
        });
      }
    },
    [requestId, texts] as const,
  );

const pressedIn = (tab: DeskTab): Promise<number> => tab.page.evaluate(() => (window as unknown as { pressed?: number }).pressed ?? 0);

/** Records in a tab whenever one text is in two bubbles at the same time. */
const watchForTwins = (tab: DeskTab): Promise<void> =>
  tab.page.evaluate(() => {
    const twins: string[] = [];
    Object.assign(window, { twins });
    const look = (): void => {
      const texts = [...document.querySelectorAll('article .bubble__text')].map((text) => text.firstChild?.textContent ?? '');
      for (const text of texts) if (texts.indexOf(text) !== texts.lastIndexOf(text)) twins.push(text);
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  });

test('#38 S-1 S-2 S-3 S-4 the daemon is killed at random moments during 200 sends from two tabs', async ({ desk }) => {
  test.setTimeout(300_000);
  const ticket = await desk.newTicket();
  const [first, second, watcher] = await desk.openTabs(3, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of [first, second, watcher]) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await watcher.page.bringToFront();
  await watchForTwins(watcher);

  const texts = (name: string): string[] => Array.from({ length: SENDS / 2 }, (_, n) => `${name} writes line ${n + 1}.`);
  const [mine, theirs] = [texts('first'), texts('second')];
  const sending = Promise.all([sendAll(first, ticket.id, mine), sendAll(second, ticket.id, theirs)]);
  sending.catch(() => undefined);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    // Spread over the sending; the moment within it is left to chance, and whatever it is, the outcome is the same.
    const wanted = Math.floor((kill * (SENDS / 2 - 5)) / KILLS);
    await expect.poll(async () => Math.max(await pressedIn(first), await pressedIn(second)), { intervals: [10] }).toBeGreaterThanOrEqual(wanted);
    await expect.poll(async () => (await desk.daemons.list()).length, { intervals: [10] }).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    // It may just be making room for another by itself.
    await expect(() => desk.daemons.kill()).toPass({ intervals: [10] });
  }
  await sending;

  // A status of before the last message may say as well that nothing waits, so the server is asked first.
  const serverTexts = async (): Promise<readonly string[]> => (await desk.technician.messages(ticket.id)).map(({ content }) => content);
  await expect.poll(async () => (await serverTexts()).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(1 + SENDS);
  await expect.poll(() => storedOperations(watcher.page, desk.technician.userId)).toEqual([]);
  await expect(watcher.status).toHaveAttribute('data-pending', '0');
  await watcher.isLive();
  const stored = await serverTexts();
  expect(stored).toHaveLength(1 + SENDS);
  expect(stored.filter((text) => text.startsWith('first'))).toEqual(mine);
  expect(stored.filter((text) => text.startsWith('second'))).toEqual(theirs);
  for (const tab of [first, second, watcher]) {
    // A tab behind others is given few frames, and a virtual list without frames shows what it showed.
    await tab.page.bringToFront();
    await expect(tab.articles.last()).toContainText(stored.at(-1) ?? '');
    await expect.poll(async () => (await tab.messages()).filter(({ status }) => status !== 'sent')).toEqual([]);
  }
  expect(await watcher.page.evaluate(() => (window as unknown as { twins: string[] }).twins)).toEqual([]);
});

/** Presses send, and is gone 5 ms later. */
async function pressAndLeave({ page, reply }: DeskTab, text: string): Promise<void> {
  await page.bringToFront();
  await reply.fill(text);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        document.querySelector<HTMLButtonElement>('form[aria-label="Write a reply"] button[type="submit"]')?.click();
        setTimeout(resolve, 5);
      }),
  );
  await page.close();
}

for (const network of ['online', 'offline'] as const) {
  test(`#39 T-1 L-6 the last tab is closed 5 ms after pressing send, ${network}`, async ({ desk }) => {
    const ticket = await desk.newTicket();
    const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
    await expect(tab.articleWith(ticket.content)).toHaveCount(1);
    await tab.isLive();
    if (network === 'offline') {
      desk.proxy.cut();
      await expect(tab.status).toHaveText(/offline/i);
    }
    await pressAndLeave(tab, 'pressed and gone');

    desk.proxy.restore();
    const [next] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
    await expect(next.articleWith('pressed and gone')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
    await expect(next.articleWith('pressed and gone')).toHaveCount(1);
    await expect(next.reply).toHaveValue('');
    expect((await desk.technician.messages(ticket.id)).filter(({ content }) => content === 'pressed and gone')).toHaveLength(1);
  });
}

test('#39 L-6 S-1 the daemon hangs while send is pressed, and goes with the last tab: the next one sends the message, once', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.isLive();
  await desk.daemons.hang(desk.technician.userId);
  await pressAndLeave(tab, 'heard by no daemon');
  // Where it ended with its tab there is none any more.
  await desk.daemons.kill(desk.technician.userId).catch(() => undefined);

  const [next] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(next.articleWith('heard by no daemon')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
  await expect(next.articleWith('heard by no daemon')).toHaveCount(1);
  const kept = (): Promise<readonly string[]> => next.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(':sends:')));
  await expect.poll(kept).toEqual([]);
  // A reload hands over nothing again.
  await next.page.reload();
  await next.isLive();
  await expect(next.articleWith('heard by no daemon')).toHaveCount(1);
  expect((await desk.technician.messages(ticket.id)).filter(({ content }) => content === 'heard by no daemon')).toHaveLength(1);
});

test('#39 T-1 the last tab is closed 5 ms after pressing send: where the browser lets the daemon outlive it, nobody has to come back for the message to be sent; elsewhere the next tab sends it, once', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tab.isLive();
  const outlives = await tab.page.evaluate(() => window.tabcached?.outlivesTabs);
  // On its way, and refused for the moment, when the tab goes: only a daemon that lives on can try again.
  desk.proxy.fault(routes.send, { kind: 'answer', status: 503, body: { type: 'about:blank', title: 'Down', status: 503 } }, 1);
  await pressAndLeave(tab, 'sent by nobody’s tab');
  const sent = async (): Promise<number> => (await desk.technician.messages(ticket.id)).filter(({ content }) => content === 'sent by nobody’s tab').length;
  if (outlives) await expect.poll(sent, { timeout: 20_000 }).toBe(1);

  const [next] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(next.articleWith('sent by nobody’s tab')).toHaveAttribute('data-status', 'sent', { timeout: 30_000 });
  await expect(next.status).toHaveAttribute('data-pending', '0');
  expect(await sent()).toBe(1);
});
