/** Catching up: cases of CASES.md, section A, that need a daemon and its server. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ChatSnapshot, MessagesQuery } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { PAGE_SIZE } from '../protocol/limits.ts';
import { modelOf } from './sync/chat-model.ts';
import { heldSet } from './sync/history.ts';
import { ofValues } from './sync/ranges.ts';
import { CHAT, createGate, createScenario, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

let scenario: Scenario;
const use = async (options?: Parameters<typeof createScenario>[0]): Promise<Scenario> => (scenario = await createScenario(options));
beforeEach(() => use());

/** Times at which a row of that sequence was put on the tab's screen. */
const shownTimes = (tab: RigTab, sequence: number): number =>
  tab.frames.filter((frame) => frame.t === 'chat' && frame.upserts.some((row) => row.sequenceNumber === sequence)).length;

describe('the push link and the catch-up', () => {
  test('#1 H-5 a push that arrives before the catch-up answer is applied after it', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(100);
    const tab = await scenario.openedTab();
    rig.server.cut();
    fill(100);
    const gate = createGate();
    answers.changes = (page) => gate.pass().then(() => page);
    rig.server.restore();
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    fill(1);
    await rig.time.settle();
    // Applied at once it would leave 101 to 200 behind the watermark.
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 100, gaps: [] });
    gate.open();
    await rig.time.settle();
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 201, gaps: [], state: 'SYNCED' });
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(-151));
    expect(scenario.asked('changes')).toEqual([100]);
    await rig.time.advance(1_000);
    expect((await scenario.storedRows()).map((row) => row.content)).toEqual(serverTexts().slice(-151));
    expect(await scenario.storedMeta()).toMatchObject({ lastSyncedSequence: 201, knownGaps: [] });
  });

  test('#2 H-5 the answer to an own send before the catch-up is done leaves no hole', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(100);
    const tab = await scenario.openedTab();
    rig.server.cut();
    fill(101);
    const gate = createGate();
    answers.changes = (page) => gate.pass().then(() => page);
    await scenario.send(tab, 'mine');
    rig.server.restore();
    await rig.time.settle();
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 100, gaps: [{ startSeq: 101, endSeq: 201 }] });
    expect(tab.chat(CHAT).rows.at(-1)).toMatchObject({ content: 'mine', status: 'sent', sequenceNumber: 202 });
    gate.open();
    await rig.time.advance(1_000);
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 202, gaps: [], state: 'SYNCED' });
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(50));
  });

  test.each([
    ['a link that comes up late', false],
    ['a link that comes up again while the answer is under way', true],
  ])('#29 a change between the answer and the attachment is received: %s', async (_, reattach) => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(5);
    const tab = await scenario.openedTab();
    rig.server.cut();
    await rig.time.settle();
    if (reattach) {
      const gate = createGate();
      rig.server.restore();
      answers.changes = (page) => gate.pass().then(() => page);
      rig.server.cut();
      rig.server.restore();
      await rig.time.settle();
      expect(gate.arrived()).toBeGreaterThan(0);
      // The answer was made before this; the link that would have told it was down.
      rig.server.cut();
      fill(1);
      rig.server.restore();
      delete answers.changes;
      gate.open();
    } else {
      fill(1);
      expect(scenario.asked('changes')).toEqual([]);
      rig.server.restore();
    }
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
  });

  test('#15 frames in the wrong order within 40 ms cause no request', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(103);
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    fill(3);
    scenario.forgetRequests();
    // On an intact link: the server sent them in that order.
    const first = scenario.heldChanges()[0]?.n ?? 0;
    for (const [i, frame] of scenario.heldChanges().reverse().entries()) {
      rig.server.deliver({ ...frame, n: first + i });
      await rig.time.advance(20);
    }
    await rig.time.advance(2_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(-53));
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 106, gaps: [], state: 'SYNCED' });
    expect([...scenario.asked('messages'), ...scenario.asked('changes'), ...scenario.asked('tickets')]).toEqual([]);
  });

  test('#15 frames in the wrong order and 900 ms apart cause one request, for what is missing', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(103);
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    fill(3);
    scenario.forgetRequests();
    // On an intact link: the server sent them in that order.
    const first = scenario.heldChanges()[0]?.n ?? 0;
    for (const [i, frame] of scenario.heldChanges().reverse().entries()) {
      rig.server.deliver({ ...frame, n: first + i });
      await rig.time.advance(900);
    }
    expect(scenario.asked('changes')).toEqual([103]);
    expect(scenario.asked('messages')).toEqual([]);
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(-53));
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 106, gaps: [], state: 'SYNCED' });
  });

  test('#16 a push repeated while its delta is under way is one row and one notification', async () => {
    const { rig, fill, answers } = scenario;
    fill(103);
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    fill(2);
    const [lost, frame] = scenario.heldChanges();
    const gate = createGate();
    answers.changes = (page) => gate.pass().then(() => page);
    if (frame && lost) rig.server.deliver({ ...frame, n: lost.n });
    await rig.time.advance(300);
    expect(gate.arrived()).toBe(1);
    if (frame && lost) for (const n of [1, 2]) rig.server.deliver({ ...frame, n: lost.n + n });
    await rig.time.settle();
    gate.open();
    await rig.time.advance(1_000);
    if (frame && lost) rig.server.deliver({ ...frame, n: lost.n + 3 });
    await rig.time.advance(1_000);
    expect(tab.chat(CHAT).rows.filter((row) => row.sequenceNumber === 105)).toHaveLength(1);
    expect(shownTimes(tab, 105)).toBe(1);
    expect(rig.updates.filter((update) => update.kind === 'messages' && update.sequences.includes(105))).toHaveLength(1);
  });

  test('#30 a push for a sequence that is being fetched again is one row, the newest', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(20);
    const tab = await scenario.openedTab();
    rig.server.cut();
    rig.server.forget(CHAT);
    fill(1);
    rig.server.forget(CHAT);
    const gate = createGate();
    answers.messages = (page) => gate.pass().then(() => page);
    rig.server.restore();
    await rig.time.settle();
    expect(tab.chat(CHAT).meta.state).toBe('RESYNCING');
    expect(gate.arrived()).toBe(1);
    rig.server.edit(CHAT, 10, 'edited while it was fetched');
    await rig.time.settle();
    gate.open();
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.chat(CHAT).rows.filter((row) => row.sequenceNumber === 10)).toMatchObject([{ content: 'edited while it was fetched' }]);
    expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', unverified: [] });
  });
});

describe('much that is missing', () => {
  test('#3 a backend without deltas is read page by page; a break goes on from where it was', async () => {
    await use({ without: ['changes', 'revision'] });
    const { rig, fill, serverTexts } = scenario;
    fill(60);
    const tab = await scenario.openedTab();
    rig.server.cut();
    fill(180);
    scenario.forgetRequests();
    let pages = 0;
    rig.server.before = (kind) => {
      if (kind === 'messages' && ++pages === 3) rig.server.cut();
    };
    rig.server.restore();
    await rig.time.advance(100);
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 60 + 2 * PAGE_SIZE, gaps: [] });
    rig.server.restore();
    await rig.time.advance(1_000);
    const since = scenario.asked('messages').map((query) => (query as MessagesQuery & { sequence: number }).sequence);
    expect(since).toEqual([60, 110, 160, 160, 210]);
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 240, gaps: [], state: 'SYNCED' });
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(10));
  });

  test('#17 ten thousand missing: the newest page is shown, the rest is a gap, few requests', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(100);
    const tab = await scenario.openedTab();
    rig.server.cut();
    scenario.fillMany(10_000);
    scenario.forgetRequests();
    rig.server.restore();
    await rig.time.advance(60_000);
    const again = await rig.openTab();
    await again.open(CHAT);
    expect(again.texts(CHAT)).toEqual(serverTexts().slice(-50));
    // The ticket list was waited for: it tells the length of the absence.
    expect(again.chat(CHAT).meta).toMatchObject({ watermark: 10_100, gaps: [{ startSeq: 101, endSeq: 10_050 }], state: 'SYNCED' });
    // H-7: who scrolls up sees the gap, not message 100 above message 10,051.
    expect(tab.chat(CHAT).meta.gaps).toEqual(again.chat(CHAT).meta.gaps);
    expect(scenario.asked('changes')).toEqual([]);
    expect(scenario.asked('messages')[0]).toEqual({ mode: 'newest', limit: PAGE_SIZE });
    expect(scenario.asked('messages').filter((query) => (query as MessagesQuery).mode === 'newest')).toHaveLength(1);
    // What the tab's window holds from before is confirmed, page by page, and nothing else is fetched.
    expect(scenario.asked('messages').length).toBeLessThanOrEqual(1 + 100 / PAGE_SIZE);
  });

  test('#18 opening at the first unread message loads around it, with the gap above told', async () => {
    const { rig } = scenario;
    scenario.fillMany(1_000);
    rig.server.readElsewhere(CHAT, 500);
    const tab = await scenario.openedTab();
    scenario.forgetRequests();
    const snapshot = JSON.parse(await tab.call('openChat', { requestId: CHAT, anchor: 'unread', limit: 50 })) as ChatSnapshot;
    expect(snapshot.rows.map((row) => row.sequenceNumber)).toEqual(Array.from({ length: 50 }, (_, i) => 491 + i));
    expect(snapshot.window).toMatchObject({ lo: 491, hi: 540, tail: false });
    expect(snapshot.meta.gaps).toEqual([{ startSeq: 541, endSeq: 950 }]);
    expect(scenario.asked('messages')).toHaveLength(1);
  });

  test('#18 a gap right at the first unread message is loaded there', async () => {
    const { rig, fill } = scenario;
    fill(100);
    const tab = await scenario.openedTab();
    rig.server.cut();
    scenario.fillMany(1_000);
    rig.server.readElsewhere(CHAT, 700);
    rig.server.restore();
    await rig.time.advance(1_000);
    expect(tab.chat(CHAT).meta.gaps).toEqual([{ startSeq: 101, endSeq: 1_050 }]);
    scenario.forgetRequests();
    const snapshot = JSON.parse(await tab.call('openChat', { requestId: CHAT, anchor: 'unread', limit: 50 })) as ChatSnapshot;
    expect(snapshot.rows.map((row) => row.sequenceNumber)).toEqual(Array.from({ length: 50 }, (_, i) => 691 + i));
    expect(snapshot.meta.gaps).toEqual([{ startSeq: 101, endSeq: 690 }, { startSeq: 741, endSeq: 1_050 }]);
    expect(scenario.asked('messages')[0]).toMatchObject({ mode: 'range', start: 691, end: 740 });
  });
});

describe('a daemon that dies', () => {
  test('#5 H-6 within the transaction that makes a gap: rows and gap are both there, or neither', async () => {
    const outcomes = new Set<string>();
    // Each write from the moment of the jump on is the one in which the daemon dies, one after the other.
    for (let dies = 1; dies <= 8; dies++) {
      await use();
      const { rig, fill, serverTexts } = scenario;
      fill(100);
      await scenario.openedTab();
      rig.server.cut();
      scenario.fillMany(1_000);
      let writes = 0;
      scenario.onWrite = () => {
        if (++writes >= dies) throw new TabcachedError('STORAGE_FAILED', 'killed here');
      };
      rig.server.restore();
      await rig.time.advance(50);
      await rig.restartDaemon();
      scenario.onWrite = () => undefined;
      const stored = (await scenario.storedRows()).map((row) => row.sequenceNumber);
      const meta = await scenario.storedMeta();
      expect(ofValues(stored)).toEqual(meta && heldSet(modelOf(meta, []).history));
      outcomes.add(JSON.stringify(meta?.knownGaps.map(({ startSeq, endSeq }) => [startSeq, endSeq])));
      const again = await scenario.openedTab();
      await rig.time.advance(1_000);
      expect(again.texts(CHAT).slice(-50)).toEqual(serverTexts().slice(-50));
      expect(again.chat(CHAT).meta).toMatchObject({ watermark: 1_100, state: 'SYNCED' });
      expect(await again.call('verifyChat', { requestId: CHAT })).toMatchObject({ missing: 0, stray: 0, countersWrong: false });
    }
    expect([...outcomes].sort()).toEqual(['[[101,1050]]', '[]']);
  });

  test('#20 a watermark whose newest rows are gone is found on open', async () => {
    const { rig, serverTexts } = scenario;
    scenario.fillMany(1_040);
    await scenario.openedTab();
    await rig.store.write(['messages'], 'relaxed', async (tx) => {
      for (const row of await tx.getAll('messages')) if (row.sequenceNumber > 1_000) void tx.delete('messages', row.id);
    });
    await rig.restartDaemon();
    const tab = await scenario.openedTab();
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(-50));
    expect(await tab.call('verifyChat', { requestId: CHAT })).toEqual({ rows: 50, missing: 0, stray: 0, countersWrong: false });
  });
});
