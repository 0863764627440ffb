/** A conversation of 5,000 messages: older pages come on scrolling, and nothing jumps. */
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test } from '../fixtures/test.ts';

test('scrolling up through 5,000 messages loads older pages without jumping', async ({ desk }) => {
  const ticket = await desk.longTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articles.last()).toHaveAttribute('data-sequence', String(ticket.headSequence));
  const firstShown = async (): Promise<number> => (await tab.messages())[0]?.sequence ?? 0;

  // The newest message was read, so the conversation is on the screen and has settled there.
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBeGreaterThan(0);
  // Far fewer elements than messages are in the document, however far it was scrolled.
  await tab.conversation.hover();
  let oldest = await firstShown();
  for (let round = 0; round < 20; round++) {
    await expect(async () => {
      await tab.page.mouse.wheel(0, -2_500);
      const first = await firstShown();
      // In the frame of a long way nothing is drawn.
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(oldest);
      oldest = first;
    }).toPass();
  }
  expect(oldest).toBeLessThan(ticket.headSequence - 100);
  expect(await tab.articles.count()).toBeLessThan(300);

  const shown = (await tab.messages()).map(({ sequence }) => sequence);
  expect(shown).toEqual(shown.map((_, i) => (shown[0] ?? 0) + i));
});

test('opening a long conversation fetches its newest 50 messages and no older page', async ({ desk }) => {
  const ticket = await desk.longTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articles.last()).toHaveAttribute('data-sequence', String(ticket.headSequence));
  // The newest message was read, so the conversation is on the screen and has settled there.
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBeGreaterThan(0);
  expect(desk.proxy.requests(routes.messages).map(({ path }) => path.split('?')[1])).toEqual(['limit=50']);
});

test('the message under the eye stays where it is while an older page arrives', async ({ desk }) => {
  const ticket = await desk.longTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articles.last()).toHaveAttribute('data-sequence', String(ticket.headSequence));
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBeGreaterThan(0);
  const olderPages = (): number => desk.proxy.requests({ path: /before_sequence=/ }).length;
  const asked = olderPages();
  let release = (): void => undefined;
  desk.proxy.fault({ method: 'GET', path: /before_sequence=/ }, { kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1);

  // Without a wheel, whose movement goes on after its event.
  await expect(async () => {
    await tab.conversation.evaluate((log) => {
      log.dispatchEvent(new WheelEvent('wheel'));
      log.scrollBy(0, -1_000);
    });
    expect(olderPages()).toBeGreaterThan(asked);
  }).toPass();
  // Wait until rows have got their heights: the same message at the same place in two looks.
  const place = (): Promise<{ sequence: string | null; top: number }> =>
    tab.conversation.evaluate((log) => {
      const view = log.getBoundingClientRect();
      const middle = [...log.querySelectorAll('article')].find((article) => article.getBoundingClientRect().bottom > view.top + view.height / 2);
      return { sequence: middle?.getAttribute('data-sequence') ?? null, top: Math.round(middle?.getBoundingClientRect().top ?? 0) };
    });
  await expect(async () => {
    const one = await place();
    for (let look = 0; look < 3; look += 1) {
      await tab.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      expect(await place()).toEqual(one);
    }
  }).toPass();

  const before = await place();
  const height = (): Promise<number> => tab.conversation.evaluate((log) => log.scrollHeight);
  const shorter = await height();
  release();
  await expect.poll(height).toBeGreaterThan(shorter + 1_000);
  const moved = (): Promise<number> =>
    tab.conversation.evaluate((log, { sequence, top }) => Math.abs(Math.round(log.querySelector(`[data-sequence="${sequence}"]`)?.getBoundingClientRect().top ?? Number.NaN) - top), before);
  // Rows get their heights one frame after they came.
  await expect.poll(moved).toBeLessThanOrEqual(2);
});

test('what is in the conversation can be pressed while it scrolls', async ({ desk }) => {
  const ticket = await desk.longTicket();
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articles.last()).toHaveAttribute('data-sequence', String(ticket.headSequence));
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBeGreaterThan(0);
  // A message that arrives scrolls too, so a busy conversation is hardly ever at rest.
  const under = await tab.conversation.evaluate(async (log) => {
    const found: string[] = [];
    const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    for (let step = 0; step < 10; step += 1) {
      const scrolled = new Promise((resolve) => log.addEventListener('scroll', resolve, { once: true }));
      log.scrollTop -= 5;
      await scrolled;
      await frame();
      const view = log.getBoundingClientRect();
      const article = [...log.querySelectorAll('article')].find((each) => each.getBoundingClientRect().top > view.top + 100);
      const place = article?.getBoundingClientRect();
      if (!article || !place) continue;
      found.push(article.contains(document.elementFromPoint(place.left + place.width / 2, place.top + place.height / 2)) ? 'the message' : 'something else');
    }
    return found;
  });
  expect(new Set(under)).toEqual(new Set(['the message']));
});
