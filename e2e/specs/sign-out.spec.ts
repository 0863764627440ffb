/** Signing out: every tab at once, the cache kept for its user alone, or everything gone and looked for. */
import type { Page } from '@playwright/test';
import { routes } from '../fixtures/fault-rules.ts';
import { heldLocks } from '../fixtures/held-locks.ts';
import { expect, test, type Desk, type DeskTab } from '../fixtures/test.ts';

const dialog = (tab: DeskTab) => tab.page.getByRole('dialog', { name: /^Sign out/ });
const peoplePage = (tab: DeskTab) => tab.page.getByRole('heading', { name: 'Support desk' });

/** Opens the dialog and makes the choice; whoever calls presses the button. */
async function askToSignOut(tab: DeskTab, wipe: boolean): Promise<void> {
  await tab.page.bringToFront();
  await tab.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(dialog(tab)).toBeVisible();
  await dialog(tab).getByRole('radio', { name: wipe ? /Remove everything/ : /Keep what is stored/ }).check();
}

/** Everything in a browser that carries a user's id or name, wherever a page can look. */
const tracesOf = (page: Page, words: readonly string[]): Promise<readonly string[]> =>
  page.evaluate(async (names) => {
    const found: string[] = [];
    for (const { name } of await indexedDB.databases()) found.push(`database ${name}`);
    for (const name of await caches.keys()) found.push(`cache ${name}`);
    for (const storage of [localStorage, sessionStorage]) for (const key of Object.keys(storage)) found.push(`key ${key} = ${storage.getItem(key)}`);
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, handle] of folder.entries()) {
        found.push(`file ${path}/${name}`);
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${path}/${name}`);
      }
    };
    await walk(await navigator.storage.getDirectory(), '');
    return found.filter((text) => names.some((name) => text.includes(name)));
  }, words);

/** What a daemon with `mediaStore: 'files'` would have left, and what an application keeps under the name that is its user's. */
const leaveTraces = (page: Page, userId: string): Promise<void> =>
  page.evaluate(async (id) => {
    const root = await navigator.storage.getDirectory();
    const own = await root.getDirectoryHandle(`support-center-${id}-cache`, { create: true });
    for (const path of [['cache', 'media', 'chat', 'a.png'], ['cache', 'media', 'chat', 'a.png.thumb'], ['logs', 'cache.log'], ['settings.json']]) {
      let folder = own;
      for (const name of path.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true });
      const writable = await (await folder.getFileHandle(path.at(-1) as string, { create: true })).createWritable();
      await writable.write('left');
      await writable.close();
    }
    await caches.open(`tabcached:1:own:${id}:media`);
    localStorage.setItem(`tabcached:1:own:${id}:note`, 'left');
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open(`support-center-${id}-cache-carried`, 1);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });
  }, userId);

/** A desk with tabs on a chat that is stored. */
async function workingTabs(desk: Desk, count: number): Promise<{ readonly tabs: Awaited<ReturnType<Desk['openTabs']>>; readonly subject: string; readonly id: string; readonly content: string }> {
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(count, { as: desk.requester.username, ticket: ticket.id });
  for (const tab of tabs) await expect(tab.articleWith(ticket.content)).toHaveCount(1);
  await tabs[0].isLive();
  return { tabs, ...ticket };
}

test('T-4 #97 wiped in one tab: all tabs let go, and nothing of the user is left in the browser', async ({ desk }) => {
  const { tabs } = await workingTabs(desk, 3);
  const [first] = tabs;
  const { userId, username } = desk.requester;
  await leaveTraces(first.page, userId);
  expect((await tracesOf(first.page, [userId, username])).length).toBeGreaterThan(10);

  await askToSignOut(first, true);
  await expect(dialog(first)).toContainText('All 3 tabs are signed out.');
  await dialog(first).getByRole('button', { name: 'Remove and sign out' }).click();
  for (const tab of tabs) {
    await expect(peoplePage(tab)).toBeVisible();
    await expect(tab.page.getByRole('alert')).toContainText('You are signed out');
    await expect(tab.articles).toHaveCount(0);
    expect(await tab.page.evaluate(() => window.tabcached === undefined)).toBe(true);
  }
  await expect(first.page.getByRole('alert')).not.toContainText('could not be removed');
  expect(await tracesOf(first.page, [userId, username])).toEqual([]);
  // Nor does anything come back: no daemon lives, and no tab wants one.
  await expect.poll(() => heldLocks(first)).toEqual([]);
  expect(await tracesOf(first.page, [userId, username])).toEqual([]);
});

for (const store of ['indexeddb', 'files'] as const) test(`T-4 #97 a download in flight writes nothing after the wipe, media in ${store}`, async ({ desk }) => {
  await desk.context.addInitScript((chosen) => localStorage.setItem('desk-media-store', chosen), store);
  const ticket = await desk.newTicket();
  await desk.requester.upload(ticket.id, 'trace.bin', Buffer.alloc(5_000_000, 'some bytes '), 'application/octet-stream');
  await desk.requester.sayWithFile(ticket.id, 'The trace.', 'trace.bin', false);
  let goOn = (): void => undefined;
  desk.proxy.fault(routes.media, { kind: 'stall-body', afterBytes: 3_000_000, until: new Promise<void>((resolve) => (goOn = resolve)) }, 1);
  const [tab] = await desk.openTabs(1, { as: desk.requester.username, ticket: ticket.id });
  const card = tab.page.locator('[data-media-name="trace.bin"]');
  await card.getByRole('button', { name: 'Load' }).click();
  await expect(card.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '60');
  const traces = () => tracesOf(tab.page, [desk.requester.userId, desk.requester.username]);
  expect((await traces()).length).toBeGreaterThan(0);

  await askToSignOut(tab, true);
  await dialog(tab).getByRole('button', { name: 'Remove and sign out' }).click();
  await expect(peoplePage(tab)).toBeVisible();
  expect(await traces()).toEqual([]);
  // The rest is sent now, to whoever would still take it.
  goOn();
  await expect.poll(() => heldLocks(tab)).toEqual([]);
  // A second is what a daemon would need for the rest several times over, and for its records.
  await tab.page.waitForTimeout(1_500);
  expect(await traces()).toEqual([]);
  expect(desk.proxy.requests(routes.media)).toHaveLength(1);
});

test('T-5 #97 #56 kept: the next user sees and sends nothing of it, its own user finds it and what was unsent goes out once', async ({ desk }) => {
  const { tabs, subject, id, content } = await workingTabs(desk, 2);
  const [first, second] = tabs;
  desk.proxy.cut();
  await first.send('written before I left');
  await expect(first.status).toHaveAttribute('data-pending', '1');
  await askToSignOut(first, false);
  await expect(dialog(first)).toContainText('1 message that is not sent yet waits here until then.');
  await dialog(first).getByRole('button', { name: 'Sign out' }).click();
  for (const tab of tabs) await expect(peoplePage(tab)).toBeVisible();
  desk.proxy.restore();

  // The desk has forgotten the token: without the server there is no way back into what is stored.
  const other = desk.otherRequester;
  await first.page.goto(`${desk.proxy.origin}/?as=${other.username}`);
  await first.isLive();
  await expect(first.ticketLink(subject)).toHaveCount(0);
  const texts = async (): Promise<readonly string[]> => (await desk.technician.messages(id)).map((message) => message.content);
  // Nor can the next user reach it by its name, through the desk or through the client.
  const seen = await first.page.evaluate(async (requestId) => {
    const view = window.tabcached?.chat(requestId);
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (view?.getSnapshot().meta?.problem) resolve();
      };
      view?.subscribe(look);
      look();
    });
    return { items: view?.getSnapshot().items, problem: view?.getSnapshot().meta?.problem?.code, lanes: (await window.tabcached?.inspect())?.lanes };
  }, id);
  expect(seen).toEqual({ items: [], problem: expect.stringMatching(/FORBIDDEN|NOT_FOUND/), lanes: [] });
  // What this user writes goes out; what the other one left does not, though it was there before.
  const own = await desk.newTicket(other);
  await first.openTicket(own.subject);
  await first.send('of the next user');
  await expect(first.articleWith('of the next user')).toHaveAttribute('data-status', 'sent');
  await expect(first.status).toHaveAttribute('data-pending', '0');
  expect(await texts()).toEqual([content]);

  await second.page.goto(`${desk.proxy.origin}/?as=${desk.requester.username}&ticket=${id}`);
  await expect(second.articleWith('written before I left')).toHaveAttribute('data-status', 'sent');
  expect(await texts()).toEqual([content, 'written before I left']);
});

test('#97 another user in one tab signs nobody else out; signing out signs out every tab of that user, and none of the other', async ({ desk }) => {
  const { tabs } = await workingTabs(desk, 2);
  const [mine, alsoMine] = tabs;
  const [theirs] = await desk.openTabs(1, { as: desk.otherRequester.username });
  await theirs.isLive();
  await expect(mine.status).toHaveAttribute('data-tabs', '2');

  await askToSignOut(mine, false);
  await dialog(mine).getByRole('button', { name: 'Sign out' }).click();
  for (const tab of [mine, alsoMine]) await expect(peoplePage(tab)).toBeVisible();
  await expect(theirs.status).toHaveAttribute('data-tabs', '1');
  await theirs.isLive();

  // Somebody else takes over the tab.
  await mine.page.getByRole('textbox', { name: 'Username' }).fill(desk.otherRequester.username);
  await mine.page.getByRole('textbox', { name: 'Username' }).press('Enter');
  await expect(theirs.status).toHaveAttribute('data-tabs', '2');
});

test('T-4 #97 unsent messages are named before they are lost', async ({ desk }) => {
  const { tabs, id, content } = await workingTabs(desk, 2);
  const [first] = tabs;
  desk.proxy.cut();
  await first.send('one');
  await first.send('two');
  await expect(first.status).toHaveAttribute('data-pending', '2');
  // Asked by a program that has not counted: nothing happens.
  expect(await first.page.evaluate(() => window.tabcached?.signOut({ wipe: true }))).toMatchObject({ signedOut: false, unsent: 2 });
  await expect(first.articleWith('two')).toHaveCount(1);

  await askToSignOut(first, true);
  await expect(dialog(first).getByRole('alert')).toHaveText('2 messages have not been sent yet and would be lost for good.');
  await dialog(first).getByRole('button', { name: 'Lose 2 messages and sign out' }).click();
  for (const tab of tabs) await expect(peoplePage(tab)).toBeVisible();
  expect(await tracesOf(first.page, [desk.requester.userId])).toEqual([]);
  desk.proxy.restore();
  await first.page.goto(`${desk.proxy.origin}/?as=${desk.requester.username}&ticket=${id}`);
  await expect(first.articleWith(content)).toHaveCount(1);
  await first.isLive();
  expect((await desk.technician.messages(id)).map((message) => message.content)).toEqual([content]);
});

test('T-4 #97 a wipe whose daemon is killed in the middle is finished at the next start', async ({ desk }) => {
  const { tabs, content, id } = await workingTabs(desk, 1);
  const [tab] = tabs;
  const { userId, username } = desk.requester;
  await leaveTraces(tab.page, userId);
  // Files come first: while one of them cannot be removed, the daemon tries again, and is killed over it.
  const gaveUp = await desk.daemons.evaluate<string>(`(() => {
    FileSystemDirectoryHandle.prototype.removeEntry = () => new Promise(() => undefined);
    return 'stuck';
  })()`);
  expect(gaveUp).toBe('stuck');
  await askToSignOut(tab, true);
  await dialog(tab).getByRole('button', { name: 'Remove and sign out' }).click();
  const noted = `new Promise((resolve) => {
    const opening = indexedDB.open('support-center-${userId}-cache');
    opening.onsuccess = () => {
      const note = opening.result.transaction('ticket_meta').objectStore('ticket_meta').get('_wiping');
      note.onsuccess = () => { opening.result.close(); resolve(note.result !== undefined); };
    };
  })`;
  await expect.poll(() => desk.daemons.evaluate<boolean>(noted)).toBe(true);
  await desk.daemons.kill();
  // The tab that asked is told that it is done by the daemon that has finished it.
  await expect(peoplePage(tab)).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => tracesOf(tab.page, [userId, username])).toEqual([]);

  await tab.page.goto(`${desk.proxy.origin}/?as=${username}&ticket=${id}`);
  await expect(tab.articleWith(content)).toHaveCount(1);
});
