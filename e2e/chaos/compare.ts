/**
 * The end of a round: everything is restored, all comes to rest, and every tab, the store and the server are compared.
 *
 * Owns: what must be equal, and how long it may take until it is. The times are so long that a machine which needs them is not slow but
 * stuck.
 */
import { rowBytes, type CachedMessage, type CacheStats, type ChatSyncState, type ServerMessage } from 'tabcached/protocol';
import type { Person } from '../fixtures/person.ts';
import type { ChaosTab, ChaosWorld } from './chaos-world.ts';
import { readChat, readCondition, readStore } from './in-page.ts';
import { until } from './until.ts';
import { judgeSending } from './written.ts';

const RESTORED_WITHIN_MS = 60_000;
const AT_REST_WITHIN_MS = 180_000;
const EQUAL_WITHIN_MS = 90_000;
const QUIET_MS = 5_000;

const told = (row: Pick<ServerMessage, 'sequenceNumber' | 'id' | 'content'>): string => `${row.sequenceNumber} ${row.id} ${row.content}`;

/** First difference of two lists, or null. */
function difference(actual: readonly string[], expected: readonly string[]): string | null {
  const at = Array.from({ length: Math.max(actual.length, expected.length) }, (_, index) => index).find((index) => actual[index] !== expected[index]);
  return at === undefined ? null : `at ${at} of ${expected.length}: "${actual[at] ?? 'nothing'}" instead of "${expected[at] ?? 'nothing'}"`;
}

/** Why a tab is not at rest yet, or null. `failed` collects what it shows as failed. */
async function restlessness(tab: ChaosTab, failed: Set<string>): Promise<string | null> {
  const condition = await tab.page.evaluate(readCondition);
  if (!condition) return 'it has no client';
  if (!condition.connected || condition.link !== 'live') return `connected ${condition.connected}, link ${condition.link}`;
  for (const { id, status } of condition.waiting) if (status === 'failed') failed.add(id);
  // What stands behind a failed one waits for a person.
  const moving = condition.waiting.find(({ status }, at) => status !== 'failed' && !condition.waiting.slice(0, at).some((other) => other.status === 'failed'));
  return moving ? `${moving.id} is ${moving.status} ${moving.code ?? ''}` : null;
}

async function compareStore(tab: ChaosTab, user: Person, expected: ReadonlyMap<string, readonly string[]>): Promise<string | null> {
  const stored = await tab.page.evaluate(readStore, `support-center-${user.userId}-cache`);
  const [messages, metas, stats] = [stored.messages as CachedMessage[], stored.metas as ChatSyncState[], stored.stats as CacheStats | undefined];
  for (const [requestId, lines] of expected) {
    const rows = messages.filter((row) => row.requestId === requestId).toSorted((a, b) => a.sequenceNumber - b.sequenceNumber);
    const wrong = difference(rows.map(told), lines);
    if (wrong) return `chat ${requestId.slice(0, 8)} ${wrong}`;
  }
  for (const meta of metas) {
    const rows = messages.filter(({ requestId }) => requestId === meta.requestId);
    const bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
    if (meta.messageCount !== rows.length || meta._messagesSize !== bytes) return `chat ${meta.requestId.slice(0, 8)} counts ${meta.messageCount} rows of ${meta._messagesSize} bytes, really ${rows.length} of ${bytes}`;
  }
  const counted = { messageCount: messages.length, messagesSize: messages.reduce((sum, row) => sum + rowBytes(row), 0), chatCount: metas.length, pendingOperations: stored.operations.length };
  for (const name of ['messageCount', 'messagesSize', 'chatCount', 'pendingOperations'] as const) {
    if (stats?.[name] !== counted[name]) return `${name} is ${stats?.[name]}, a recount gives ${counted[name]}`;
  }
  return null;
}

async function compareTab(world: ChaosWorld, tab: ChaosTab, expected: ReadonlyMap<string, readonly string[]>): Promise<string | null> {
  for (const [requestId, lines] of expected) {
    const shown = await tab.page.evaluate(readChat, requestId);
    if (!shown) return `chat ${requestId.slice(0, 8)} does not load to its beginning`;
    const wrong = difference(shown, lines);
    if (wrong) return `chat ${requestId.slice(0, 8)} ${wrong}`;
  }
  const condition = await tab.page.evaluate(readCondition);
  const served = (await tab.user.tickets()).filter(({ id }) => expected.has(id));
  for (const { id, unreadCount, headSequence } of served) {
    const shown = condition?.tickets.find((ticket) => ticket.id === id);
    if (shown?.unread !== unreadCount || shown.head !== headSequence) return `ticket ${id.slice(0, 8)} is shown with unread ${shown?.unread}, head ${shown?.head}; the server says ${unreadCount}, ${headSequence}`;
  }
  return served.length === world.round.tickets.length ? null : 'the server does not show the tickets';
}

/** Restores everything and compares. What differs is told to the journal. */
export async function restoreAndCompare(world: ChaosWorld): Promise<void> {
  const { journal, desk, round, users } = world;
  journal.note('everything is restored');
  desk.proxy.clear();
  await world.undoAll(RESTORED_WITHIN_MS);
  for (const user of users) if (![...round.tabs].some((tab) => tab.user === user)) await world.openTab(user, round.tickets[0] as (typeof round.tickets)[number]);
  const tabs = [...round.tabs];
  const failed = new Set<string>();
  const rest = (): Promise<unknown> =>
    Promise.all(
      tabs.map(async (tab) => {
        const reason = await until(AT_REST_WITHIN_MS, () => restlessness(tab, failed));
        if (reason) journal.broken('S-4', `${tab.name} does not come to rest: ${reason}`);
      }),
    );
  await rest();

  const listings = async (): Promise<ReadonlyMap<Person, ReadonlyMap<string, readonly ServerMessage[]>>> =>
    new Map(await Promise.all(users.map(async (user) => [user, new Map(await Promise.all(round.tickets.map(async ({ id }) => [id, await user.messages(id)] as const)))] as const)));
  const judge = async (shown: ReadonlySet<string>): Promise<void> => {
    for (const [user, chats] of await listings()) {
      for (const [requestId, listing] of chats) {
        if (listing.length >= 500) throw new Error('A round wrote more than one listing can show.');
        const own = round.written.all().filter((message) => message.userId === user.userId && message.requestId === requestId);
        for (const [promise, text] of judgeSending(own, listing, shown)) journal.broken(promise, text);
      }
    }
  };
  await judge(failed);
  // What failed is retried by a person, until it is through.
  for (let attempt = 0; failed.size > 0 && attempt < 10; attempt += 1) {
    failed.clear();
    for (const user of users) await tabs.find((tab) => tab.user === user)?.page.evaluate(() => window.tabcached?.outbox.retryAll());
    await rest();
  }
  await judge(new Set());

  for (const tab of tabs) {
    const reason = await until(EQUAL_WITHIN_MS, async () => {
      const chats = (await listings()).get(tab.user) ?? new Map<string, readonly ServerMessage[]>();
      const expected = new Map([...chats].map(([id, rows]) => [id, rows.map(told)]));
      return (await compareTab(world, tab, expected)) ?? compareStore(tab, tab.user, expected);
    });
    if (reason) journal.broken('equal', `${tab.name}: ${reason}`);
  }
  for (const user of users) {
    const epochs = new Set(await Promise.all(tabs.filter((tab) => tab.user === user).map(async ({ page }) => (await page.evaluate(readCondition))?.epoch)));
    const daemons = await desk.daemons.list(user.userId);
    if (epochs.size !== 1 || daemons.length !== 1) journal.broken('T-2', `${user.username}: ${epochs.size} epochs, daemons ${daemons.map(({ name }) => name).join(', ')}`);
  }
  const noise = await until(AT_REST_WITHIN_MS, async () => {
    const before = desk.proxy.requests().length;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const since = desk.proxy.requests().slice(before);
    return since.length === 0 ? null : `${since.length} requests in ${QUIET_MS} ms, the last: ${since.at(-1)?.method} ${since.at(-1)?.path}`;
  });
  if (noise) journal.broken('loop', noise);
  journal.note(`compared: ${round.written.all().length} sent in ${tabs.length} tabs`);
}
