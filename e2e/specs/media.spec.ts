/** Attached files: downloaded once, whole or not at all, shown only when they are what they should be. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import { drawPicture } from '../backend/picture.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk, type DeskTab, type NewTicket } from '../fixtures/test.ts';

const PNG = drawPicture(1, 640, 420);

/** A ticket with a picture in it. */
async function pictureTicket(desk: Desk, name = 'shot.png', bytes: Uint8Array = PNG, type = 'image/png'): Promise<NewTicket> {
  const ticket = await desk.newTicket();
  await desk.requester.upload(ticket.id, name, bytes, type);
  await desk.requester.sayWithFile(ticket.id, 'This is what it looks like:', name, type.startsWith('image/'));
  return ticket;
}
const fileIn = (tab: DeskTab, name: string): Locator => tab.page.locator(`[data-media-name="${name.replaceAll(/["\\]/g, '\\$&')}"]`);
const isShown = (picture: Locator): Promise<boolean> => picture.locator('img').evaluateAll((images) => images.some((image) => (image as HTMLImageElement).naturalWidth > 0));
const isDone = (file: Locator): Promise<void> => expect(file).toHaveAttribute('data-media-status', 'completed', { timeout: 30_000 });
/** Saves a file from its card or picture, and reads it. */
async function save(tab: DeskTab, file: Locator): Promise<{ bytes: Buffer; name: string }> {
  await file.hover();
  const [download] = await Promise.all([tab.page.waitForEvent('download'), file.getByRole('link', { name: 'Download' }).click()]);
  return { bytes: await readFile(await download.path()), name: download.suggestedFilename() };
}

test('D-1 one download for ten tabs, and none after a reload', async ({ desk }) => {
  const ticket = await pictureTicket(desk);
  const tabs = await desk.openTabs(10, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of tabs) {
    await isDone(fileIn(tab, 'shot.png'));
    await expect.poll(() => isShown(fileIn(tab, 'shot.png'))).toBe(true);
  }
  expect(desk.proxy.requests(routes.media)).toHaveLength(1);
  await tabs[0].page.reload();
  await expect.poll(() => isShown(fileIn(tabs[0], 'shot.png'))).toBe(true);
  await desk.daemons.kill();
  await tabs[1].page.reload();
  await expect.poll(() => isShown(fileIn(tabs[1], 'shot.png'))).toBe(true);
  expect(desk.proxy.requests(routes.media)).toHaveLength(1);
});

test('a file is asked for when it comes into view, and not before', async ({ desk }) => {
  const ticket = await pictureTicket(desk);
  for (let n = 1; n <= 40; n += 1) await desk.requester.say(ticket.id, `line ${n} below it`);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith('line 40 below it')).toBeVisible();
  await tab.isLive();
  // The newest message was read, so the conversation is on the screen and has settled there.
  await expect.poll(() => desk.proxy.requests(routes.markRead).length).toBeGreaterThan(0);
  expect(desk.proxy.requests(routes.media)).toHaveLength(0);
  await tab.scrollTo(2);
  await isDone(fileIn(tab, 'shot.png'));
  expect(desk.proxy.requests(routes.media)).toHaveLength(1);
});

test('#73 killed at 60 %, a download goes on where it was', async ({ desk }) => {
  const bytes = Buffer.alloc(5_000_000, 'some bytes that are not random ');
  const ticket = await desk.newTicket();
  await desk.requester.upload(ticket.id, 'trace.bin', bytes, 'application/octet-stream');
  await desk.requester.sayWithFile(ticket.id, 'The trace.', 'trace.bin', false);
  desk.proxy.fault(routes.media, { kind: 'stall-body', afterBytes: 3_000_000 }, 1);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  const card = fileIn(tab, 'trace.bin');
  await card.getByRole('button', { name: 'Load' }).click();
  await expect(card.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '60');
  // What was received is on disk part by part.
  await expect
    .poll(() => desk.daemons.evaluate<number>(countPartBytes(desk.technician.userId)))
    .toBeGreaterThan(0);
  await desk.daemons.kill();
  await isDone(card);
  const ranges = desk.proxy.requests(routes.media).map(({ range }) => range);
  expect(ranges).toHaveLength(2);
  expect(ranges[0]).toBeUndefined();
  expect(Number(/^bytes=(\d+)-$/.exec(ranges[1] ?? '')?.[1])).toBeGreaterThan(0);
  const saved = await save(tab, card);
  expect(createHash('sha256').update(saved.bytes).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
});

/** In the daemon: bytes in `media_blobs`, whatever they belong to. */
const countPartBytes = (userId: string): string => `new Promise((resolve, reject) => {
  const opening = indexedDB.open('support-center-${userId}-cache');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction('media_blobs').objectStore('media_blobs').getAll();
    all.onsuccess = () => { opening.result.close(); resolve(all.result.reduce((sum, { size }) => sum + size, 0)); };
  };
})`;

test('#74 D-1 wrong bytes of the right length are never shown; a retry shows the right ones', async ({ desk }) => {
  test.setTimeout(240_000);
  const ticket = await pictureTicket(desk);
  const heal = desk.proxy.fault(routes.media, { kind: 'wrong-bytes' });
  await desk.context.addInitScript(() => {
    const shown: string[] = [];
    Object.assign(window, { shown });
    const create = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (object) => {
      shown.push(object instanceof Blob ? object.type : 'other');
      return create(object);
    };
  });
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  const picture = fileIn(tab, 'shot.png');
  await expect(picture).toHaveAttribute('data-media-status', 'failed', { timeout: 60_000 });
  await expect(picture.getByRole('alert')).toBeVisible();
  expect(await tab.page.evaluate(() => (window as unknown as { shown: string[] }).shown)).toEqual([]);
  // Bounded: nothing goes on by itself.
  const tries = desk.proxy.requests(routes.media).length;
  expect(tries).toBeLessThanOrEqual(6);
  heal();
  await picture.getByRole('button', { name: 'Retry' }).click();
  await isDone(picture);
  await expect.poll(() => isShown(picture)).toBe(true);
  expect(desk.proxy.requests(routes.media)).toHaveLength(tries + 1);
});

test('#83 hostile names are only text; two files never share a place', async ({ desk }) => {
  const names = ['<img src=x onerror=alert(1)>.png', 'CON.txt', 'a.', 'x.thumb', 'Scan.PDF', 'scan.pdf', '"quote\'s.png', '..  .txt', '\u202Egnp.exe', `${'long '.repeat(40)}.txt`];
  const ticket = await desk.newTicket();
  for (const [i, name] of names.entries()) {
    const isPicture = name.endsWith('.png');
    await desk.requester.upload(ticket.id, name, isPicture ? drawPicture(i, 320, 200) : Buffer.from(`contents of number ${i}`), isPicture ? 'image/png' : 'text/plain');
    await desk.requester.sayWithFile(ticket.id, `number ${i}`, name, isPicture);
  }
  let dialogs = 0;
  desk.context.on('dialog', (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await expect(tab.articleWith('number 9')).toBeVisible();
  for (const [i, name] of names.entries()) {
    const file = fileIn(tab, name);
    await tab.scrollTo(i + 2);
    await isDone(file);
    if (!name.endsWith('.png')) expect((await save(tab, file)).bytes.toString()).toBe(`contents of number ${i}`);
  }
  expect(dialogs).toBe(0);
  expect(await tab.page.locator('img[src="x"]').count()).toBe(0);
});

test('SVG is a download, never a picture', async ({ desk }) => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const ticket = await pictureTicket(desk, 'logo.svg', Buffer.from(svg), 'image/svg+xml');
  await desk.context.addInitScript(() => {
    const types: string[] = [];
    Object.assign(window, { types });
    const create = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (object) => {
      if (object instanceof Blob) types.push(object.type);
      return create(object);
    };
  });
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  const card = fileIn(tab, 'logo.svg');
  await isDone(card);
  await expect(card.locator('img')).toHaveCount(0);
  expect((await save(tab, card)).bytes.toString()).toBe(svg);
  expect(await tab.page.evaluate(() => (window as unknown as { types: string[] }).types)).toEqual(['application/octet-stream']);
});

test('D-3 a pinned file is pinned in every tab, and after a restart of the daemon', async ({ desk }) => {
  const ticket = await pictureTicket(desk);
  const [first, second] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  for (const tab of [first, second]) await isDone(fileIn(tab, 'shot.png'));
  const pinIn = (tab: DeskTab): Locator => fileIn(tab, 'shot.png').getByRole('button', { name: 'Keep offline' });
  await first.page.bringToFront();
  await fileIn(first, 'shot.png').hover();
  await pinIn(first).click();
  for (const tab of [first, second]) await expect(pinIn(tab)).toHaveAttribute('aria-pressed', 'true');
  await desk.daemons.kill();
  await second.page.reload();
  for (const tab of [first, second]) await expect(pinIn(tab)).toHaveAttribute('aria-pressed', 'true');
  await second.page.bringToFront();
  await fileIn(second, 'shot.png').hover();
  await pinIn(second).click();
  for (const tab of [first, second]) await expect(pinIn(tab)).toHaveAttribute('aria-pressed', 'false');
});

test('the viewer: opened from the picture, to the next with the arrow keys, zoomed with + and 0, closed with Escape', async ({ desk }) => {
  const ticket = await pictureTicket(desk, 'one.png');
  await desk.requester.upload(ticket.id, 'two.png', drawPicture(2, 300, 500), 'image/png');
  await desk.requester.sayWithFile(ticket.id, 'and this', 'two.png', true);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await isDone(fileIn(tab, 'two.png'));
  await tab.page.getByRole('button', { name: 'Open picture two.png' }).click();
  const viewer = tab.page.getByRole('dialog', { name: 'Picture' });
  const image = viewer.getByRole('img', { name: /\.png$/ });
  await expect(viewer).toContainText('2 of 2');
  await expect(image).toHaveAttribute('alt', 'two.png');
  await tab.page.keyboard.press('ArrowLeft');
  await expect(viewer).toContainText('1 of 2');
  await expect(image).toHaveAttribute('alt', 'one.png');
  await tab.page.keyboard.press('+');
  await expect(viewer.getByRole('button', { name: /^Zoom: 150 %/ })).toBeVisible();
  await expect.poll(() => image.evaluate((element) => element.getBoundingClientRect().width)).toBe(960);
  await tab.page.keyboard.press('0');
  await expect(viewer.getByRole('button', { name: /^Zoom: Fit/ })).toBeVisible();
  await tab.page.keyboard.press('Escape');
  await expect(viewer).toHaveCount(0);
});
