/** Gaps and voids: cases of CASES.md, section A, that need a daemon and its server. */
import { beforeEach, describe, expect, test } from 'vitest';
import { STALL_LIMIT } from '../protocol/limits.ts';
import { CHAT, createScenario, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

let scenario: Scenario;
const use = async (options?: Parameters<typeof createScenario>[0]): Promise<Scenario> => (scenario = await createScenario(options));
beforeEach(() => use());

/** Rows vanish from the store and a verification finds them missing: known gaps, without any doubt about the rest. */
async function loseRows(tab: RigTab, ...sequences: number[]): Promise<void> {
  const rows = (await scenario.storedRows()).filter((row) => sequences.includes(row.sequenceNumber));
  await scenario.rig.store.write(['messages'], 'relaxed', async (tx) => void (await Promise.all(rows.map((row) => tx.delete('messages', row.id)))));
  await tab.call('verifyChat', { requestId: CHAT });
}

async function openTenTimes(tab: RigTab): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await tab.call('closeChat', { requestId: CHAT });
    await tab.open(CHAT);
    await scenario.rig.time.advance(500);
  }
}

describe('sequences that the server has no row for', () => {
  test('#6 deleted while offline: a complete range makes it void, and it is never asked for again', async () => {
    // Without deltas only the range can tell.
    await use({ without: ['changes', 'revision'] });
    const { rig, fill, serverTexts } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    rig.server.cut();
    rig.server.remove(CHAT, 5);
    rig.server.restore();
    await rig.time.advance(500);
    scenario.forgetRequests();
    await loseRows(tab, 4, 5, 6);
    await rig.time.advance(1_000);
    expect(scenario.asked('messages')).toEqual([{ mode: 'range', start: 4, end: 6, limit: 50 }]);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect((await scenario.storedMeta())?._voids).toMatchObject([{ startSeq: 5, endSeq: 5, reason: 'absent' }]);
    scenario.forgetRequests();
    await openTenTimes(tab);
    expect(scenario.asked('messages')).toEqual([]);
    expect(tab.chat(CHAT).meta).toMatchObject({ gaps: [], state: 'SYNCED' });
  });

  test('#6 deleted while offline: the delta tells', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    rig.server.cut();
    rig.server.remove(CHAT, 5);
    rig.server.restore();
    await rig.time.advance(500);
    scenario.forgetRequests();
    await openTenTimes(tab);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect((await scenario.storedMeta())?._voids).toMatchObject([{ startSeq: 5, endSeq: 5, reason: 'deleted' }]);
    expect(rig.server.log.slice(-1)).not.toMatchObject([{ kind: 'messages' }]);
    expect(scenario.asked('messages').concat(scenario.asked('changes'))).toEqual([]);
  });

  test('#7 never allocated: asked for once, then void', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    scenario.forgetRequests();
    rig.server.skip(CHAT);
    fill(2);
    await rig.time.settle();
    // Nobody can tell yet whether 4 exists: the watermark does not pass it.
    await rig.time.advance(1_000);
    expect(scenario.asked('messages')).toEqual([{ mode: 'range', start: 4, end: 4, limit: 50 }]);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 6, gaps: [], state: 'SYNCED' });
    scenario.forgetRequests();
    await openTenTimes(tab);
    expect(scenario.asked('messages')).toEqual([]);
  });

  test('#8 hidden from this user: void, until a change of role shows it', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    const hidden = rig.server.appendHidden(CHAT, 'an internal note');
    fill(2);
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.texts(CHAT)).not.toContain('an internal note');
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 6, gaps: [], state: 'SYNCED' });
    expect((await scenario.storedMeta())?._voids).toMatchObject([{ startSeq: hidden, endSeq: hidden }]);
    rig.server.setRole(CHAT, true);
    await rig.time.advance(2_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.texts(CHAT)[hidden - 1]).toBe('an internal note');
    expect((await scenario.storedMeta())?._voids).toEqual([]);
  });
});

describe('answers that are not complete', () => {
  test('#9 H-4 an incomplete page that ends where the gap begins leaves the gap; the complete one clears it', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(100);
    const tab = await scenario.openedTab();
    let incomplete = true;
    const isBelowGap = (row: unknown): boolean => (row as { sequenceNumber: number }).sequenceNumber < 60;
    // The server had not more than the row before the gap ready, and says so.
    answers.messages = (page) => (incomplete ? { ...page, messages: page.messages.slice(0, 1).filter(isBelowGap), newestSequence: 59, complete: false } : page);
    const page = { requestId: CHAT, direction: 'gap' as const, lo: 51, hi: 100, tail: true, gap: { startSeq: 59, endSeq: 69 }, limit: 50 };
    rig.server.cut();
    await loseRows(tab, ...Array.from({ length: 10 }, (_, i) => 60 + i));
    rig.server.restore();
    await tab.call('loadPage', page);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta.gaps).toEqual([{ startSeq: 60, endSeq: 69 }]);
    expect(tab.chat(CHAT).meta.watermark).toBe(100);
    incomplete = false;
    await rig.time.advance(1_000);
    await tab.open(CHAT);
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(50));
    expect(tab.chat(CHAT).meta).toMatchObject({ gaps: [], state: 'SYNCED' });
  });

  test('#10 H-4 H-5 an empty incomplete page clears no gap and moves no watermark', async () => {
    const { rig, fill, answers } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    answers.messages = (page) => ({ ...page, messages: [], oldestSequence: null, newestSequence: null, headSequence: 30, complete: false });
    await loseRows(tab, 4, 5, 6);
    await rig.time.advance(60_000);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 10, gaps: [{ startSeq: 4, endSeq: 6 }], held: 7 });
    expect((await scenario.storedMeta())?._voids).toEqual([]);
    // H-7: the other rows stay readable, with the gap between them.
    expect(tab.chat(CHAT).rows.map((row) => row.sequenceNumber)).toEqual([1, 2, 3, 7, 8, 9, 10]);
  });

  test.each([
    ['with nothing', []],
    ['with the same rows, which are held', [4, 6]],
  ])('#23 a repair that is answered %s three times is parked and told; the rest stays readable', async (_, told) => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    const rows = rig.server.visible(CHAT).filter(({ sequenceNumber }) => told.includes(sequenceNumber));
    answers.messages = (page) => ({ ...page, messages: [...rows], oldestSequence: told[0] ?? null, newestSequence: told.at(-1) ?? null, complete: false });
    scenario.forgetRequests();
    await loseRows(tab, 5);
    await rig.time.advance(10 * 60_000);
    await tab.open(CHAT);
    expect(scenario.asked('messages')).toHaveLength(STALL_LIMIT);
    expect((await tab.call('stats', {})).parkedRepairs).toBe(1);
    expect(tab.texts(CHAT)).toEqual(serverTexts().filter((text) => text !== 'message 5'));
    expect(tab.chat(CHAT).meta.gaps).toEqual([{ startSeq: 5, endSeq: 5 }]);
    // A person may ask all the same, when the server is well again.
    delete answers.messages;
    await tab.call('loadPage', { requestId: CHAT, direction: 'gap', ...tab.chat(CHAT).window, gap: { startSeq: 5, endSeq: 5 }, limit: 50 });
    await tab.open(CHAT);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
  });
});

describe('two gaps', () => {
  test.each([
    ['the older first', [20, 40]],
    ['the newer first', [40, 20]],
  ])('#12 filled one after the other end in the same state: %s', async (_, order) => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(50);
    const tab = await scenario.openedTab();
    rig.server.remove(CHAT, 21);
    await rig.time.settle();
    answers.messages = (page) => ({ ...page, messages: [], oldestSequence: null, newestSequence: null, complete: false });
    await loseRows(tab, 20, 22, 40, 41);
    await rig.time.advance(60_000);
    delete answers.messages;
    for (const start of order) {
      await tab.call('loadPage', { requestId: CHAT, direction: 'gap', ...tab.chat(CHAT).window, gap: { startSeq: start, endSeq: start + 3 }, limit: 50 });
    }
    await rig.time.advance(100);
    await tab.open(CHAT);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    const meta = await scenario.storedMeta();
    expect(meta).toMatchObject({ lastSyncedSequence: 50, knownGaps: [], _floor: 1, messageCount: 49 });
    expect(meta?._voids).toMatchObject([{ startSeq: 21, endSeq: 21, reason: 'deleted' }]);
  });

  test('#13 an older page that overlaps a gap shrinks it from its newer side', async () => {
    const { rig, fill } = scenario;
    fill(20);
    const tab = await scenario.openedTab();
    rig.server.cut();
    scenario.fillMany(1_000);
    rig.server.restore();
    await rig.time.advance(1_000);
    const gap = tab.chat(CHAT).meta.gaps[0] ?? { startSeq: 0, endSeq: 0 };
    const top = await rig.openTab();
    await top.open(CHAT);
    expect(top.chat(CHAT).window.lo).toBe(gap.endSeq + 1);
    await top.call('loadPage', { requestId: CHAT, direction: 'older', ...top.chat(CHAT).window, limit: 50 });
    await rig.time.settle();
    expect(top.chat(CHAT).meta.gaps).toEqual([{ startSeq: gap.startSeq, endSeq: gap.endSeq - 50 }]);
  });
});

test('#10 S-2 a newest page full of holes that the server does not vouch for takes nothing away, however many gaps there are (sim seed 1795001774)', async () => {
  const scenario = await createScenario();
  const { rig, answers, fill } = scenario;
  fill(60);
  const tab = await rig.openTab();
  await scenario.send(tab, 'mine');
  await rig.time.advance(100);
  let pages = 0;
  answers.messages = (page) => {
    pages += 1;
    return { ...page, messages: page.messages.filter((row) => (row as { sequenceNumber: number }).sequenceNumber % 2 === pages % 2), oldestSequence: 12, newestSequence: 61, complete: false };
  };
  await tab.open(CHAT);
  const seen: boolean[] = [];
  for (let second = 0; second < 20; second++) {
    await rig.time.advance(1_000);
    seen.push(tab.texts(CHAT).includes('mine'));
  }
  expect(pages).toBeGreaterThan(2);
  expect(seen).toEqual(seen.map(() => true));
  delete answers.messages;
  await rig.time.advance(120_000);
  expect(tab.texts(CHAT).slice(-2)).toEqual(['message 60', 'mine']);
  expect(tab.chat(CHAT).meta.gaps).toEqual([]);
});
