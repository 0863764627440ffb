/** Chats that have to be fetched anew: cases of CASES.md, section A, that need a daemon and its server. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { ChatPage } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { EXPIRES_AFTER_MS } from '../protocol/limits.ts';
import type { RigTab } from './testing/rig.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

describe('a cursor that the server refuses', () => {
  test('#22 twice in a row: one snapshot, then a pause, never a loop', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    rig.server.before = (kind) => {
      if (kind === 'changes') throw new TabcachedError('CURSOR_EXPIRED');
    };
    scenario.forgetRequests();
    rig.server.tellLost();
    await rig.time.settle();
    expect(scenario.asked('changes')).toHaveLength(1);
    expect(scenario.asked('messages')).toHaveLength(1);
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
    rig.server.tellLost();
    await rig.time.settle();
    // Refused again: nothing more is asked before the pause is over, and what is held stays on screen.
    expect(scenario.asked('changes')).toHaveLength(2);
    expect(scenario.asked('messages')).toHaveLength(1);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    await rig.time.advance(60_000);
    expect(scenario.asked('changes').length + scenario.asked('messages').length).toBeLessThanOrEqual(5);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
  });

  test('#22 a server that refuses everything is asked less and less', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    rig.server.before = (kind) => {
      if (kind === 'changes' || kind === 'messages') throw new TabcachedError('CURSOR_EXPIRED');
    };
    scenario.forgetRequests();
    rig.server.tellLost();
    await rig.time.advance(10 * 60_000);
    const count = scenario.asked('changes').length + scenario.asked('messages').length;
    expect(count).toBeGreaterThan(10);
    // A pause of 8 seconds on average, once it has grown.
    expect(count).toBeLessThan(90);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.chat(CHAT).meta.state).toBe('FAILED');
  });
});

test('#24 H-8 a server restored from a backup: its state is taken over, the outbox is kept', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(900);
  const backup = rig.server.chats.get(CHAT)?.revision ?? 0;
  fill(100);
  const tab = await scenario.openedTab();
  rig.server.cut();
  rig.server.before = (kind) => {
    if (kind === 'send') throw new TabcachedError('SERVER_FAILED');
  };
  const id = await scenario.send(tab, 'written meanwhile');
  await tab.call('saveDraft', { requestId: CHAT, text: 'half a sentence' });
  rig.server.restoreTo(CHAT, backup);
  rig.server.restore();
  await rig.time.advance(2_000);
  expect(tab.texts(CHAT)).toEqual([...serverTexts().slice(-50), 'written meanwhile']);
  expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 900, gaps: [], draft: 'half a sentence' });
  expect(await scenario.storedOperations()).toMatchObject([{ id, requestId: CHAT }]);
  rig.server.before = () => undefined;
  await rig.time.advance(60_000);
  expect(serverTexts().slice(-1)).toEqual(['written meanwhile']);
  expect(tab.texts(CHAT)).toEqual(serverTexts().slice(-51));
  expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 901, state: 'SYNCED', draft: 'half a sentence' });
});

/** The last tab goes, a week and a minute pass offline with an edit and a deletion, and another one opens the chat. */
async function openedAWeekLater(last: RigTab): Promise<RigTab> {
  const { rig } = scenario;
  last.crash();
  await rig.time.settle();
  rig.server.cut();
  await rig.time.advance(100);
  rig.time.jump(EXPIRES_AFTER_MS + 60_000);
  rig.server.edit(CHAT, 10, 'edited on the third day');
  rig.server.remove(CHAT, 20);
  await rig.restartDaemon();
  const tab = await rig.openTab();
  await tab.open(CHAT);
  return tab;
}

test('#27 untouched for seven days and a minute: shown at once, marked, revalidated', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(30);
  const first = await scenario.openedTab();
  const before = serverTexts();
  const tab = await openedAWeekLater(first);
  expect(tab.texts(CHAT)).toEqual(before);
  expect(tab.chat(CHAT).meta.state).toBe('EXPIRED');
  const gate = createGate();
  scenario.answers.messages = (page) => gate.pass().then(() => page);
  rig.server.restore();
  await rig.time.settle();
  expect(tab.texts(CHAT)).toEqual(before);
  expect(tab.chat(CHAT).meta.state).toBe('RESYNCING');
  gate.open();
  await rig.time.advance(1_000);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
  expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', unverified: [] });
  expect((await scenario.storedRows()).map((row) => row.content)).toEqual(serverTexts());
});

test('#27 what lies below the newest page is shown and marked until it is confirmed, too', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(80);
  const first = await scenario.openedTab();
  const older = { requestId: CHAT, direction: 'older', lo: 31, hi: 80, tail: true, limit: 50 } as const;
  await first.call('loadPage', older);
  await rig.time.advance(100);
  const tab = await openedAWeekLater(first);
  const shown = JSON.parse(await tab.call('loadPage', older)) as ChatPage;
  expect(shown.rows.map(({ content }) => content)).toContain('message 10');
  const gate = createGate();
  let pages = 0;
  scenario.answers.messages = (page) => (++pages === 1 ? page : gate.pass().then(() => page));
  rig.server.restore();
  await rig.time.settle();
  // The newest page is confirmed; the rest is there, and nobody says that it is true.
  expect(tab.chat(CHAT).meta).toMatchObject({ state: 'RESYNCING', unverified: [{ startSeq: 1, endSeq: 30 }], gaps: [] });
  await rig.time.advance(100);
  expect(await scenario.storedMeta()).toMatchObject({ _unverified: [{ startSeq: 1, endSeq: 30 }] });
  gate.open();
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', unverified: [] });
  expect((await scenario.storedRows()).map((row) => row.content)).toEqual(serverTexts());
});

test('#31 M-2 access that is lost and given back while the first page is on its way: what was deleted in between does not come with it (sim seed 1790012071)', async () => {
  const { rig, fill, answers, serverTexts } = scenario;
  fill(5);
  const tab = await rig.openTab();
  const gate = createGate();
  answers.messages = async (page) => {
    if (gate.arrived() === 0) await gate.pass();
    return page;
  };
  const opening = tab.call('openChat', { requestId: CHAT, anchor: 'unread', limit: 50 });
  await rig.time.settle();
  expect(gate.arrived()).toBe(1);
  rig.server.setAccess(CHAT, false);
  rig.server.remove(CHAT, 5);
  await rig.time.settle();
  rig.server.setAccess(CHAT, true);
  await rig.time.settle();
  gate.open();
  await opening;
  await tab.open(CHAT);
  await rig.time.advance(60_000);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
  expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED' });
});

describe('#31 access that is lost while a gap is being filled', () => {
  test.each([
    ['told by the answer', false],
    ['told by push, the answer late', true],
  ])('%s: repairs stop, rows go, nothing is asked again', async (_, pushed) => {
    const { rig, fill, answers } = scenario;
    fill(20);
    const tab = await scenario.openedTab();
    rig.server.cut();
    scenario.fillMany(1_000);
    const gate = createGate();
    answers.messages = (page) => gate.pass().then(() => page);
    rig.server.restore();
    await rig.time.advance(1_000);
    expect(gate.arrived()).toBe(1);
    if (pushed) rig.server.setAccess(CHAT, false);
    else {
      rig.server.before = (kind) => {
        if (kind === 'messages' || kind === 'changes') throw new TabcachedError('FORBIDDEN');
      };
    }
    await rig.time.settle();
    gate.open();
    await rig.time.settle();
    scenario.forgetRequests();
    await rig.time.advance(10 * 60_000);
    expect(scenario.asked('messages').concat(scenario.asked('changes'))).toEqual([]);
    expect(await scenario.storedRows()).toEqual([]);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).rows).toEqual([]);
    expect(tab.chat(CHAT).meta).toMatchObject({ problem: { code: 'FORBIDDEN' }, held: 0 });
    // Other chats go on.
    fill(2, OTHER_CHAT);
    await tab.open(OTHER_CHAT);
    await rig.time.settle();
    rig.server.before = () => undefined;
    await tab.call('syncChat', { requestId: OTHER_CHAT });
    await rig.time.advance(1_000);
    expect(tab.texts(OTHER_CHAT)).toEqual(scenario.serverTexts(OTHER_CHAT));
  });
});

test('a repair that failed once and then succeeded leaves no failed chat behind', async () => {
  const { rig, fill } = scenario;
  fill(10);
  const tab = await scenario.openedTab();
  let failures = 0;
  rig.server.before = (kind) => {
    if (kind === 'messages' && failures++ === 0) throw new TabcachedError('SERVER_FAILED');
  };
  rig.server.skip(CHAT);
  fill(1);
  await rig.time.settle();
  expect(tab.chat(CHAT).meta).toMatchObject({ state: 'FAILED', problem: { code: 'SERVER_FAILED' } });
  await rig.time.advance(5_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', problem: null, gaps: [], watermark: 12 });
});

test('a chat whose link never broke does not expire', async () => {
  const { rig, fill } = scenario;
  fill(10);
  const tab = await scenario.openedTab();
  rig.time.jump(EXPIRES_AFTER_MS + 60_000);
  fill(1);
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
  rig.server.cut();
  await rig.time.settle();
  expect(tab.chat(CHAT).meta.state).toBe('EXPIRED');
});

test('#20 M-2 H-7 rows that the browser cleared while a tab shows others of the chat: every tab is given what there is (sim seeds 1770000969, 1770000167)', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(100);
  const tab = await rig.openTab();
  await tab.open(CHAT);
  await rig.time.advance(1_000);
  await tab.call('loadPage', { requestId: CHAT, direction: 'older', lo: 51, hi: 100, tail: true, limit: 50 });
  await rig.time.advance(1_000);
  await rig.restartDaemon();
  const [first, second] = [await rig.openTab(), await rig.openTab()];
  for (const each of [first, second]) await each.open(CHAT);
  await rig.time.advance(1_000);
  const cleared = await rig.store.read(['messages'], (tx) => tx.getAll('messages', { index: 'by_request', bounds: { lower: CHAT, upper: CHAT } }));
  await rig.store.write(['messages'], 'relaxed', async (tx) => {
    for (const { id, sequenceNumber } of cleared) if (sequenceNumber <= 50) await tx.delete('messages', id);
  });
  rig.server.cut();
  await second.call('loadPage', { requestId: CHAT, direction: 'older', lo: 51, hi: 100, tail: true, limit: 50 }).catch(() => undefined);
  await rig.time.advance(100);
  rig.server.remove(CHAT, 60);
  rig.server.restore();
  await rig.time.advance(5_000);
  for (const each of [first, second]) expect(each.texts(CHAT)).toEqual(serverTexts().slice(-50));
});
