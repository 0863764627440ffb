/** The last tab is closed while the daemon writes, and the daemon is killed: what is on the disk fits together, and the next start goes on from there. */
import { rowBytes, type CachedMessage, type CacheStats, type ChatSyncState } from 'tabcached/protocol';
import { readStore } from '../chaos/in-page.ts';
import { expect, test } from '../fixtures/test.ts';

const ROUNDS = 4;
const BURST = 40;

/** What does not fit together in a chat's rows, record and counters. */
function faults(stored: Awaited<ReturnType<typeof readStore>>, requestId: string): readonly string[] {
  const [messages, metas, stats] = [stored.messages as CachedMessage[], stored.metas as ChatSyncState[], stored.stats as CacheStats | undefined];
  const rows = messages.filter((row) => row.requestId === requestId);
  const meta = metas.find((each) => each.requestId === requestId);
  if (!meta) return rows.length === 0 ? [] : [`${rows.length} rows without a record`];
  const found: string[] = [];
  const bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
  if (meta.messageCount !== rows.length || meta._messagesSize !== bytes) found.push(`the record counts ${meta.messageCount} rows of ${meta._messagesSize} bytes, there are ${rows.length} of ${bytes}`);
  if (stats?.messageCount !== messages.length) found.push(`the statistics count ${stats?.messageCount} rows, there are ${messages.length}`);
  const held = new Set(rows.map(({ sequenceNumber }) => sequenceNumber));
  for (let sequence = Math.max(1, meta._floor); sequence <= meta.lastSyncedSequence; sequence += 1) {
    const isKnown = [...meta.knownGaps, ...meta._voids].some(({ startSeq, endSeq }) => startSeq <= sequence && sequence <= endSeq);
    if (held.has(sequence) === isKnown) found.push(`sequence ${sequence} is ${isKnown ? 'held, and said to be missing' : 'neither held nor known to be missing'}`);
  }
  return found;
}

test('#88 H-6 T-1 the last tab is closed while others write fast, and its daemon is killed: nothing on the disk contradicts itself, and nothing is missing after the reopening', async ({ desk }) => {
  test.setTimeout(240_000);
  const ticket = await desk.newTicket();
  const database = `support-center-${desk.technician.userId}-cache`;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const [tab] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
    await tab.isLive();
    await tab.reply.fill(`mine, round ${round}`);
    const writing = Promise.all(Array.from({ length: BURST }, (_, n) => desk.requester.say(ticket.id, `round ${round}, line ${n + 1}`)));
    // Some are on the screen, so the rest is being written.
    await expect(tab.articles.last()).toContainText(`round ${round}, line`);
    // Pressed, and not waited for.
    await tab.sendButton.click();
    await expect(tab.reply).toHaveValue('');
    await tab.page.close();
    // Where it ends with its tab there is none any more.
    await desk.daemons.kill(desk.technician.userId).catch(() => undefined);
    await writing;

    const page = await desk.context.newPage();
    await page.goto(`${desk.proxy.origin}/health`);
    expect(faults(await page.evaluate(readStore, database), ticket.id)).toEqual([]);
    await page.close();
  }
  const [next] = await desk.openTabs(1, { as: desk.technician.username, ticket: ticket.id });
  await next.isLive();
  const serverLines = async (): Promise<readonly string[]> => (await desk.technician.messages(ticket.id)).map(({ content }) => content);
  await expect.poll(async () => (await serverLines()).filter((line) => line.startsWith('mine'))).toEqual(Array.from({ length: ROUNDS }, (_, n) => `mine, round ${n + 1}`));
  const lines = await serverLines();
  expect(lines).toHaveLength(1 + ROUNDS * (BURST + 1));
  await expect(next.articles.last()).toContainText(lines.at(-1) ?? '');
  await expect.poll(async () => faults(await next.page.evaluate(readStore, database), ticket.id)).toEqual([]);
  await expect
    .poll(async () => {
      const stored = (await next.page.evaluate(readStore, database)).messages as CachedMessage[];
      return stored.filter(({ requestId }) => requestId === ticket.id).toSorted((a, b) => a.sequenceNumber - b.sequenceNumber).at(-1)?.content;
    })
    .toBe(lines.at(-1));
});
