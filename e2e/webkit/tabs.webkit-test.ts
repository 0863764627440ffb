import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReferenceServer, type ReferenceServer } from '../backend/index.ts';
import { signIn, type Person } from '../fixtures/person.ts';
import { startWebKit, type WebKitBrowser, type WebKitTab } from './web-driver.ts';

let server: ReferenceServer;
let browser: WebKitBrowser;
let technician: Person;
let requester: Person;
let ticketId: string;
const tabs: WebKitTab[] = [];

/** What the tab's view of the chat holds: a tab in the background is not laid out here, so its document has no articles. */
const texts = (tab: WebKitTab): Promise<readonly string[]> =>
  tab.run(
    `const view = window.tabcached.chat(args[0]);
    window.held ??= view.subscribe(() => undefined);
    return view.getSnapshot().items.map((item) => (item.type === 'gap' ? 'gap' : item.message.content));`,
    ticketId,
  );
const status = (tab: WebKitTab): Promise<string> => tab.run(`return document.querySelector('[data-epoch]')?.textContent ?? ''`);
const epoch = (tab: WebKitTab): Promise<string> => tab.run(`return document.querySelector('[data-epoch]')?.getAttribute('data-epoch') ?? ''`);
const openTab = async (): Promise<WebKitTab> => {
  const tab = await browser.open(`${server.url}/?as=${technician.username}&ticket=${ticketId}`);
  tabs.push(tab);
  return tab;
};

beforeAll(async () => {
  server = await startReferenceServer({ data: 'memory', staticDir: fileURLToPath(new URL('../../dist/desk', import.meta.url)) });
  technician = await signIn(server.url, server.cast.technicians[0]?.username ?? '');
  requester = await signIn(server.url, server.cast.requesters[0]?.username ?? '');
  ticketId = (await requester.createTicket('The printer', 'It smokes.')).id;
  browser = await startWebKit();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const options = { timeout: 60_000, interval: 200 };

test('three tabs share one daemon and see the same conversation', async () => {
  for (let i = 0; i < 3; i++) await openTab();
  for (const tab of tabs) await expect.poll(() => status(tab), options).toMatch(/live/i);
  expect(new Set(await Promise.all(tabs.map(epoch))).size).toBe(1);
  for (const tab of tabs) await expect.poll(() => texts(tab), options).toEqual(['It smokes.']);
});

test('S-2 a message sent in one tab and a reply of the other person are in all tabs, once', async () => {
  await tabs[0]?.run(`await window.tabcached.chat(args[0]).send('Pull the plug.')`, ticketId);
  await requester.say(ticketId, 'Done.');
  for (const tab of tabs) await expect.poll(() => texts(tab), options).toEqual(['It smokes.', 'Pull the plug.', 'Done.']);
});

test('S-1 S-2 more tabs than this browser’s worker survives: whatever becomes of the daemon, every tab is live again and nothing is lost', async () => {
  for (let i = 0; i < 2; i++) await openTab();
  for (const tab of tabs) await expect.poll(() => status(tab), options).toMatch(/live/i);
  await tabs[4]?.run(`await window.tabcached.chat(args[0]).send('Is the smoke gone?')`, ticketId);
  for (const tab of tabs) await expect.poll(() => texts(tab), options).toEqual(['It smokes.', 'Pull the plug.', 'Done.', 'Is the smoke gone?']);
  expect((await requester.messages(ticketId)).filter(({ content }) => content === 'Is the smoke gone?')).toHaveLength(1);
});
