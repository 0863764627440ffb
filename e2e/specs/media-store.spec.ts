/** Where files are kept, and what goes for room: in a browser's real storage. */
import type { Page } from '@playwright/test';
import { drawPicture } from '../backend/picture.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type Desk, type DeskTab } from '../fixtures/test.ts';

const PNG = drawPicture(1, 640, 420);

/** Says something with that picture; every picture has other bytes. */
async function sayPicture(desk: Desk, ticketId: string, name: string, seed: number): Promise<void> {
  await desk.requester.upload(ticketId, name, drawPicture(seed, 640, 420), 'image/png');
  await desk.requester.sayWithFile(ticketId, `See ${name}:`, name, true);
}
const picture = (tab: DeskTab, name: string) => tab.page.locator(`[data-media-name="${name}"]`);
const isDone = (tab: DeskTab, name: string): Promise<void> => expect(picture(tab, name)).toHaveAttribute('data-media-status', 'completed', { timeout: 30_000 });

/** Opens the ticket with a daemon that keeps files there. A page of before would bring the next daemon its own choice. */
async function openWith(desk: Desk, { page }: DeskTab, ticketId: string, store: 'files' | 'indexeddb'): Promise<void> {
  await page.evaluate((chosen) => localStorage.setItem('desk-media-store', chosen), store);
  await page.goto('about:blank');
  await desk.daemons.end();
  await page.goto(`${desk.proxy.origin}/?as=${desk.technician.username}&ticket=${ticketId}`);
}

/** Paths and sizes of everything in the browser's private file system. */
const filesOf = (page: Page): Promise<readonly { readonly path: string; readonly bytes: number }[]> =>
  page.evaluate(async () => {
    const found: { path: string; bytes: number }[] = [];
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, entry] of folder.entries()) {
        if (entry.kind === 'directory') await walk(entry as FileSystemDirectoryHandle, `${path}/${name}`);
        else found.push({ path: `${path}/${name}`, bytes: (await (entry as FileSystemFileHandle).getFile()).size });
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return found;
  });
const mediaFilesOf = async (page: Page) => (await filesOf(page)).filter(({ path }) => path.includes('/cache/media/'));
const sizeOf = (page: Page): Promise<number | undefined> => page.evaluate(async () => (await window.tabcached?.cache.getCacheSize())?.totalBytes);
const usageOf = (page: Page): Promise<number | undefined> => page.evaluate(async () => (await window.tabcached?.cache.usage())?.mediaSize);

test('#83 #84 D-2 media as files: in the layout, shown without the server, equal to a walk of the folder; gone when they go to the database again', async ({ desk }) => {
  const ticket = await desk.newTicket();
  await sayPicture(desk, ticket.id, 'Scan.png', 1);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username });
  await openWith(desk, tab, ticket.id, 'files');
  await isDone(tab, 'Scan.png');
  await expect.poll(() => mediaFilesOf(tab.page)).toContainEqual({ path: expect.stringMatching(new RegExp(`/cache/media/${ticket.id}/!scan.png$`)), bytes: PNG.length });
  await expect.poll(async () => (await filesOf(tab.page)).map(({ path }) => path.split('/').at(-1))).toContain('settings.json');
  const walked = async (): Promise<number> => (await mediaFilesOf(tab.page)).reduce((sum, { bytes }) => sum + bytes, 0);
  // The thumbnail comes a moment after its picture; then nothing more is written.
  await expect.poll(async () => (await mediaFilesOf(tab.page)).length).toBe(2);
  await expect.poll(async () => [(await usageOf(tab.page)) === (await walked()), (await sizeOf(tab.page)) === (await walked())]).toEqual([true, true]);

  await desk.daemons.kill();
  await tab.page.reload();
  await isDone(tab, 'Scan.png');
  expect(desk.proxy.requests(routes.media)).toHaveLength(1);

  await openWith(desk, tab, ticket.id, 'indexeddb');
  await isDone(tab, 'Scan.png');
  await expect.poll(() => filesOf(tab.page)).toEqual([]);
  await expect.poll(() => usageOf(tab.page)).toBeGreaterThanOrEqual(PNG.length);
});

test('a picture\'s thumbnail is made by the daemon, stored beside it, and is what the conversation shows; the viewer shows the whole picture', async ({ desk }) => {
  const ticket = await desk.newTicket();
  await sayPicture(desk, ticket.id, 'scan.png', 1);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username });
  await openWith(desk, tab, ticket.id, 'files');
  await isDone(tab, 'scan.png');
  await expect.poll(async () => (await mediaFilesOf(tab.page)).map(({ path }) => path.split('/').at(-1)).sort()).toEqual(['scan.png', 'scan.png.thumb']);
  const widths = (images: readonly Element[]): number[] => images.map((image) => (image as HTMLImageElement).naturalWidth);
  await expect.poll(() => picture(tab, 'scan.png').locator('img').evaluateAll(widths)).toEqual([480]);
  await picture(tab, 'scan.png').locator('img').click();
  await expect.poll(() => tab.page.getByRole('dialog').locator('img').evaluateAll(widths)).toContain(640);
});

test('#79 D-3 past the budget a file that nobody looks at goes once it is an hour old; the one on the screen and the pinned one stay', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const other = await desk.newTicket();
  for (const [at, name] of ['old.png', 'pinned.png'].entries()) await sayPicture(desk, ticket.id, name, at + 1);
  await sayPicture(desk, other.id, 'shown.png', 3);
  const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  for (const name of ['old.png', 'pinned.png']) await isDone(tab, name);
  const pinned = picture(tab, 'pinned.png');
  await pinned.hover();
  await pinned.getByRole('button', { name: 'Keep' }).click();
  await tab.openTicket(other.subject);
  await isDone(tab, 'shown.png');

  let budgetBytes = 1_000;
  /** Names of files that went, after another look at the budget. */
  const evictedFiles = async (): Promise<readonly string[] | undefined> =>
    tab.page.evaluate(async (bytes) => {
      await window.tabcached?.cache.setLimits({ budgetBytes: bytes });
      return (await window.tabcached?.inspect())?.evictions.filter(({ what }) => what === 'file').map(({ id }) => id.split(':').at(-1) ?? '');
    }, (budgetBytes += 1));
  for (let look = 0; look < 5; look += 1) expect(await evictedFiles()).toEqual([]);
  await desk.daemons.evaluate('{ const now = Date.now; Date.now = () => now() + 2 * 3600 * 1000; }');
  await expect.poll(evictedFiles).toEqual(['old.png']);
  await expect(picture(tab, 'shown.png')).toHaveAttribute('data-media-status', 'completed');
  await tab.openTicket(ticket.subject);
  await isDone(tab, 'pinned.png');
  // What does not fit any more is shown all the same.
  await isDone(tab, 'old.png');
});
