/** Tabs know of each other, and a new message is told once for all of them. */
import type { BrowserContext } from '@playwright/test';
import { attend, controlAttention } from '../fixtures/attention.ts';
import { crashTab } from '../fixtures/crash-tab.ts';
import { routes } from '../fixtures/fault-rules.ts';
import { expect, test, type DeskTab } from '../fixtures/test.ts';

declare global {
  interface Window {
    /** Notifications that the page has shown, and sounds that it has begun. */
    told?: { readonly shown: { readonly title: string; readonly body: string; click(): void }[]; sounds: number };
  }
}

const AWAY = { visible: false, focused: false } as const;

/** The browser would show them outside of the page, where no test sees them; and a sound is heard by nobody here. */
async function recordTelling(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const told: NonNullable<Window['told']> = { shown: [], sounds: 0 };
    window.told = told;
    class Recorded extends EventTarget {
      static permission = 'granted';
      static requestPermission = (): Promise<string> => Promise.resolve('granted');
      constructor(title: string, options?: NotificationOptions) {
        super();
        told.shown.push({ title, body: options?.body ?? '', click: () => void this.dispatchEvent(new Event('click')) });
      }
      close(): void {}
    }
    Object.assign(window, { Notification: Recorded });
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...args) {
      told.sounds += 1;
      return start.apply(this, args);
    };
    localStorage.setItem('desk.notices', 'true');
  });
}

const shownBy = (tab: DeskTab): Promise<readonly string[]> => tab.page.evaluate(() => (window.told?.shown ?? []).map(({ title, body }) => `${title}: ${body}`));
const shownByAll = async (tabs: readonly DeskTab[]): Promise<readonly string[]> => (await Promise.all(tabs.map(shownBy))).flat();
const soundsOf = async (tabs: readonly DeskTab[]): Promise<number> =>
  (await Promise.all(tabs.map((tab) => tab.page.evaluate(() => window.told?.sounds ?? 0)))).reduce((sum, count) => sum + count, 0);

test('T-6 one notification and one sound for a message, in the tab that has its chat, for ten tabs; none while it is looked at', async ({ desk }) => {
  await recordTelling(desk.context);
  await controlAttention(desk.context, AWAY);
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const elsewhere = await desk.openTabs(9, { as: desk.technician.username, ticket: other.id });
  const [withChat] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  const tabs = [...elsewhere, withChat];
  for (const tab of tabs) await tab.isLive();
  await expect(withChat.articleWith(ticket.content)).toHaveCount(1);

  await desk.requester.say(ticket.id, 'is anybody there?');
  await expect.poll(() => shownBy(withChat)).toEqual([`${ticket.subject}: is anybody there?`]);
  // A sound is two tones.
  expect(await soundsOf(tabs)).toBe(2);

  await attend(withChat.page, { visible: true, focused: true });
  // What is looked at is read, so by now the daemon knows that somebody looks.
  await expect.poll(() => desk.proxy.requests(routes.markRead).filter(({ path }) => path.includes(ticket.id)).length).toBeGreaterThan(0);
  await desk.requester.say(ticket.id, 'now somebody looks');
  await expect(withChat.articleWith('now somebody looks')).toHaveCount(1);
  await desk.requester.say(other.id, 'and one elsewhere');
  await expect.poll(() => shownByAll(tabs)).toEqual(expect.arrayContaining([`${other.subject}: and one elsewhere`]));
  expect(await shownByAll(tabs)).toHaveLength(2);
});

test('T-6 the tab that was told crashes, the daemon is killed: nothing is told twice, and what came meanwhile once', async ({ desk }) => {
  await recordTelling(desk.context);
  await controlAttention(desk.context, AWAY);
  const ticket = await desk.newTicket();
  const tabs = await desk.openTabs(3, { as: desk.technician.username });
  for (const tab of tabs) await tab.isLive();
  await desk.requester.say(ticket.id, 'first');
  await expect.poll(() => shownByAll(tabs)).toEqual([`${ticket.subject}: first`]);
  const counts = await Promise.all(tabs.map(shownBy));
  const told = tabs[counts.findIndex((shown) => shown.length > 0)] as DeskTab;
  const rest = tabs.filter((tab) => tab !== told);
  // In the fallback the page may host the daemon: then both die.
  await crashTab(told.page);
  desk.proxy.cut();
  await desk.requester.say(ticket.id, 'while nothing was connected');
  await desk.daemons.kill().catch(() => undefined);
  desk.proxy.restore();
  await expect.poll(() => shownByAll(rest), { timeout: 40_000 }).toEqual([`${ticket.subject}: while nothing was connected`]);
  for (const tab of rest) await tab.isLive();
  await desk.requester.say(ticket.id, 'last');
  await expect.poll(() => shownByAll(rest)).toEqual([`${ticket.subject}: while nothing was connected`, `${ticket.subject}: last`]);
});

test('#86 a conversation that is open in another tab says so, and leads there', async ({ desk }) => {
  await recordTelling(desk.context);
  await controlAttention(desk.context, { visible: true, focused: true });
  const [ticket, other] = [await desk.newTicket(), await desk.newTicket()];
  const [here, there] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  const chip = here.page.getByText('Also open in another tab');
  await expect(chip).toBeVisible();
  await attend(there.page, AWAY);
  await here.page.getByRole('button', { name: 'Go there' }).click();
  await expect.poll(() => there.page.title()).toMatch(/^[▶▷] /);
  // A hidden tab cannot come to the front by itself: a click on its notification brings it.
  expect(await shownBy(there)).toEqual(['This is the tab you asked for: Click to go there.']);
  await attend(there.page, { visible: true, focused: true });
  await expect.poll(() => there.page.title()).not.toMatch(/^[▶▷] /);

  await there.openTicket(other.subject);
  await expect(chip).toBeHidden();
  await there.openTicket(ticket.subject);
  await expect(chip).toBeVisible();
  await crashTab(there.page);
  await expect(chip).toBeHidden();
});

test('T-6 the switch is the same in every tab, and off until it is turned on', async ({ desk }) => {
  const ticket = await desk.newTicket();
  const [a, b] = await desk.openTabs(2, { as: desk.technician.username, ticket: ticket.id });
  const switchOf = (tab: DeskTab) => tab.page.getByRole('switch', { name: 'Tell me of new messages' });
  await expect(switchOf(a)).not.toBeChecked();
  await switchOf(a).click();
  await expect(switchOf(a)).toBeChecked();
  await expect(switchOf(b)).toBeChecked();
});
