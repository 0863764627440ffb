/** The last tab closes, and the daemon with it, in the middle of writing: what is on the disk is consistent, and the next start goes on from there. */
import { beforeEach, expect, test } from 'vitest';
import { rowBytes } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { CHAT, createScenario, type Scenario } from './testing/scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

/** Rows, record, gaps and counters of the chat fit each other, whatever of it was stored. */
async function expectConsistent(): Promise<void> {
  const [rows, meta] = [await scenario.storedRows(), await scenario.storedMeta()];
  if (!meta) return expect(rows).toEqual([]);
  expect([meta.messageCount, meta._messagesSize]).toEqual([rows.length, rows.reduce((sum, row) => sum + rowBytes(row), 0)]);
  const stats = await scenario.rig.store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats'));
  expect([stats?.messageCount, stats?.messagesSize]).toEqual([meta.messageCount, meta._messagesSize]);
  const held = new Set(rows.map((row) => row.sequenceNumber));
  const inside = (ranges: readonly { readonly startSeq: number; readonly endSeq: number }[], sequence: number): boolean => ranges.some(({ startSeq, endSeq }) => startSeq <= sequence && sequence <= endSeq);
  for (let sequence = Math.max(1, meta._floor); sequence <= meta.lastSyncedSequence; sequence += 1) {
    const states = [held.has(sequence), inside(meta.knownGaps, sequence), inside(meta._voids, sequence)];
    expect([sequence, states.filter(Boolean)]).toEqual([sequence, [true]]);
  }
}

test.each([1, 2, 3, 4, 5, 6, 8, 10])('#88 before its write %i: consistent after the reopening, and equal to the server', async (dies) => {
  const { rig, fill, serverTexts } = scenario;
  fill(70);
  const tab = await scenario.openedTab();
  let writes = 0;
  scenario.onWrite = () => {
    if (++writes >= dies) throw new TabcachedError('STORAGE_FAILED', 'closed here');
  };
  // New, edited and deleted messages, older pages and an own message, all to be written.
  void tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 21, hi: 70, tail: true, limit: 50 }).catch(() => undefined);
  for (let step = 0; step < 6; step += 1) {
    fill(7);
    rig.server.edit(CHAT, 60 + step, `edited ${step}`);
    rig.server.remove(CHAT, 50 + step);
    await rig.time.advance(step % 2 === 0 ? 3 : 30);
  }
  const accepted: string[] = [];
  void scenario.send(tab, 'mine').then(
    () => accepted.push('mine'),
    () => undefined,
  );
  await rig.time.advance(5);
  expect(writes).toBeGreaterThan(0);
  tab.crash();
  await rig.restartDaemon();
  scenario.onWrite = () => undefined;
  await expectConsistent();

  const again = await scenario.openedTab();
  await rig.time.advance(60_000);
  await expectConsistent();
  expect(again.texts(CHAT)).toEqual(serverTexts().slice(-again.texts(CHAT).length));
  const count = serverTexts().filter((text) => text === 'mine').length;
  expect(count).toBeLessThanOrEqual(1);
  expect(count).toBeGreaterThanOrEqual(accepted.length);
  expect(await again.call('verifyChat', { requestId: CHAT })).toMatchObject({ missing: 0, stray: 0, countersWrong: false });
});
