/** A tab that the browser hides, freezes, puts aside or throws out registers again, gets a snapshot, and misses nothing. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startReferenceServer, type ReferenceServer } from '../backend/index.ts';
import { signIn, type Person } from '../fixtures/person.ts';
import { startPlainBrowser, type PlainBrowser } from './plain-browser.ts';
import type { PlainTab } from './plain-tab.ts';

let server: ReferenceServer;
let browser: PlainBrowser;
let technician: Person;
let requester: Person;
let ticketId: string;
let address: string;

beforeEach(async () => {
  server = await startReferenceServer({ data: 'memory', staticDir: fileURLToPath(new URL('../../dist/desk', import.meta.url)) });
  technician = await signIn(server.url, server.cast.technicians[0]?.username ?? '');
  requester = await signIn(server.url, server.cast.requesters[0]?.username ?? '');
  ticketId = (await requester.createTicket('The printer', 'It smokes.')).id;
  address = `${server.url}/?as=${technician.username}&ticket=${ticketId}`;
  browser = await startPlainBrowser();
});
afterEach(async () => {
  await browser.close();
  await server.close();
});

const soon = { timeout: 30_000, interval: 100 };
const expectSoon = <T>(ask: () => Promise<T>) => expect.poll(() => ask().catch((error: unknown) => String(error)), soon);

/** What a tab shows of the chat, whether or not the browser lays it out. */
const texts = (tab: PlainTab): Promise<readonly string[]> =>
  tab.run(`(() => {
    const view = window.tabcached.chat('${ticketId}');
    window.held ??= view.subscribe(() => undefined);
    return view.getSnapshot().items.map((item) => (item.type === 'gap' ? 'gap' : item.message.content));
  })()`);
interface Told {
  readonly connected: boolean;
  readonly epoch: string;
  readonly tabs: number;
  readonly tabId: string;
}
const told = (tab: PlainTab): Promise<Told> => tab.run(`({ ...window.tabcached.status.getSnapshot(), tabId: window.tabcached.tabId })`);
const send = (tab: PlainTab, text: string): Promise<unknown> => tab.run(`window.tabcached.chat('${ticketId}').send(${JSON.stringify(text)})`);
const visibility = (tab: PlainTab): Promise<string> => tab.run('document.visibilityState');

async function openDesk(): Promise<PlainTab> {
  const tab = await browser.open(address);
  await expectSoon(() => texts(tab)).toEqual(['It smokes.']);
  return tab;
}

/** Every one of them live on one daemon that counts them all, with the whole conversation, and able to send. */
async function expectTogether(tabs: readonly PlainTab[], before: readonly string[]): Promise<void> {
  for (const tab of tabs) await expectSoon(() => texts(tab)).toEqual(before);
  for (const tab of tabs) await expectSoon(() => told(tab)).toMatchObject({ connected: true, tabs: tabs.length });
  const all = await Promise.all(tabs.map(told));
  expect(new Set(all.map(({ epoch }) => epoch)).size).toBe(1);
  expect(new Set(all.map(({ tabId }) => tabId)).size).toBe(tabs.length);
  const wanted = [...before];
  for (const [at, tab] of tabs.entries()) {
    await send(tab, `from tab ${at + 1}`);
    wanted.push(`from tab ${at + 1}`);
  }
  for (const tab of tabs) await expectSoon(() => texts(tab)).toEqual(wanted);
  // On the screens a message is before the server has it.
  await expectSoon(async () => (await requester.messages(ticketId)).map(({ content }) => content)).toEqual(wanted);
}

async function say(count: number): Promise<string[]> {
  const said = Array.from({ length: count }, (_, at) => `said ${at + 1}`);
  for (const text of said) await requester.say(ticketId, text);
  return said;
}

test('L-1 T-1 hidden tabs miss nothing; when the daemon dies behind them, all are live again though nobody looks', async () => {
  const [first, second] = [await openDesk(), await openDesk()];
  await expectSoon(() => visibility(first)).toBe('hidden');
  await browser.open('about:blank');
  await expectSoon(() => visibility(second)).toBe('hidden');
  const { epoch } = await told(first);
  await browser.killDaemons();
  for (const tab of [first, second]) await expectSoon(async () => (await told(tab)).epoch).not.toBe(epoch);
  await expectTogether([first, second], ['It smokes.', ...(await say(3))]);
  expect(await visibility(first)).toBe('hidden');
});

test('L-2 #87 a frozen tab costs the daemon nothing, and thawed it opens its view anew: no row is missed', async () => {
  const [frozen, awake] = [await openDesk(), await openDesk()];
  await expectSoon(() => visibility(frozen)).toBe('hidden');
  await frozen.run(`void ((window.seen = []), document.addEventListener('freeze', () => window.seen.push('freeze')), document.addEventListener('resume', () => window.seen.push('resume')))`);
  const thaw = await frozen.freeze();
  // More than what is posted to a tab that does not acknowledge.
  const said = await say(90);
  await expectSoon(() => texts(awake)).toEqual(['It smokes.', ...said]);
  expect((await texts(frozen)).length).toBeLessThan(90);
  await thaw();
  expect(await frozen.run('window.seen')).toEqual(['freeze', 'resume']);
  await expectTogether([frozen, awake], ['It smokes.', ...said]);
});

test('L-2 #87 the daemon dies while a tab is frozen: thawed it finds the next one', async () => {
  const [frozen, awake] = [await openDesk(), await openDesk()];
  await expectSoon(() => visibility(frozen)).toBe('hidden');
  const { epoch } = await told(awake);
  const thaw = await frozen.freeze();
  await browser.killDaemons();
  await expectSoon(async () => (await told(awake)).epoch).not.toBe(epoch);
  const said = await say(3);
  await thaw();
  await expectTogether([frozen, awake], ['It smokes.', ...said]);
});

/**
 * Leaves a page for another one. Chromium keeps out of its cache a page that holds a lock for which somebody waits, and it may look before the
 * page has let go of it; so a page that shall be kept for certain is told a moment earlier.
 */
async function leave(tab: PlainTab, other: PlainTab): Promise<void> {
  await tab.run(`void ((window.sameDocument = true), window.addEventListener('pageshow', ({ persisted }) => (window.persisted = persisted)))`);
  await tab.run(`window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })), document.dispatchEvent(new Event('freeze')), undefined`);
  // Its session is over.
  await expectSoon(async () => (await told(other)).tabs).toBe(1);
  await tab.goTo(`${server.url}/health`);
  await expectSoon(() => tab.run('location.pathname')).toBe('/health');
}

for (const dies of [false, true]) {
  test(`L-3 #87 a page comes back from the back/forward cache${dies ? ', and its daemon died meanwhile' : ''}: it registers again and misses nothing`, async () => {
    const [other, tab] = [await openDesk(), await openDesk()];
    const { epoch } = await told(other);
    await leave(tab, other);
    if (dies) {
      await browser.killDaemons();
      await expectSoon(async () => (await told(other)).epoch).not.toBe(epoch);
    }
    const said = await say(3);
    await tab.back();
    await expectSoon(() => tab.run('[window.sameDocument, window.persisted]')).toEqual([true, true]);
    await expectTogether([other, tab], ['It smokes.', ...said]);
  });
}

test('L-3 #87 a page that is left without notice and comes back, kept by the browser or loaded anew, registers again and misses nothing', async () => {
  const [other, tab] = [await openDesk(), await openDesk()];
  await tab.goTo(`${server.url}/health`);
  await expectSoon(async () => (await told(other)).tabs).toBe(1);
  const said = await say(3);
  await tab.back();
  await expectTogether([other, tab], ['It smokes.', ...said]);
});

test('L-5 #86 #87 a discarded tab is gone for the daemon; shown again it is loaded with everything, its draft included', async () => {
  const [thrown, other] = [await openDesk(), await openDesk()];
  await thrown.run(`window.tabcached.chat('${ticketId}').saveDraft('half a thought')`);
  const { tabId } = await told(thrown);
  const discarded = await browser.discard(thrown);
  await expectSoon(async () => (await told(other)).tabs).toBe(1);
  const said = await say(3);
  await discarded.show();
  await expectSoon(() => discarded.run('document.wasDiscarded')).toBe(true);
  await expectSoon(() => texts(discarded)).toEqual(['It smokes.', ...said]);
  expect((await told(discarded)).tabId).not.toBe(tabId);
  expect(await discarded.run(`document.querySelector('textarea')?.value`)).toBe('half a thought');
  await expectTogether([discarded, other], ['It smokes.', ...said]);
});

test('L-5 T-1 a duplicated tab has the other one’s sessionStorage and an id of its own', async () => {
  const tab = await openDesk();
  await tab.run(`sessionStorage.setItem('copied', 'yes')`);
  const twin = await browser.duplicate(tab);
  await expectSoon(() => texts(twin)).toEqual(['It smokes.']);
  expect(await twin.run(`sessionStorage.getItem('copied')`)).toBe('yes');
  await expectTogether([tab, twin], ['It smokes.']);
});
