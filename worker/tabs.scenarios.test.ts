import { describe, expect, test } from 'vitest';
import type { Notice, NoticeFrame, TabInfo } from '../protocol/index.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { NOTICE_RETELL_MS } from '../protocol/tabs.ts';
import type { RigTab } from './testing/rig.ts';

const HIDDEN = { visible: false, focused: false, online: true } as const;
const VISIBLE = { visible: true, focused: false, online: true } as const;
const FOCUSED = { visible: true, focused: true, online: true } as const;

const frames = (tab: RigTab): NoticeFrame[] => tab.frames.filter((frame) => frame.t === 'notice');
const noticesOf = (tab: RigTab): Notice[] => frames(tab).flatMap(({ notices }) => notices);
const told = (...tabs: RigTab[]): (readonly [string, number, number])[] => tabs.flatMap(noticesOf).map(({ requestId, sequence, count }) => [requestId, sequence, count] as const);
const lists = (tab: RigTab): (readonly TabInfo[])[] => tab.frames.flatMap((frame) => (frame.t === 'tabs' ? [frame.tabs] : []));

/** A tab that is ready to tell, and answers for what it is told, as an awake one does. */
async function listening({ rig }: Scenario, report: typeof HIDDEN | typeof VISIBLE | typeof FOCUSED = HIDDEN, answers = true): Promise<RigTab> {
  const tab = await rig.openTab();
  await tab.call('report', report);
  await tab.call('watchNotices', { watching: true });
  if (answers) {
    const push = tab.frames.push.bind(tab.frames);
    tab.frames.push = (...added) => {
      for (const frame of added) if (frame.t === 'notice') void tab.call('noticed', { number: frame.number });
      return push(...added);
    };
  }
  await rig.time.advance(200);
  return tab;
}

describe('who is told', () => {
  test('T-6 a new message is told to exactly one of many tabs: the one that is looked at', async () => {
    const scenario = await createScenario();
    const hidden = await listening(scenario);
    const focused = await listening(scenario, FOCUSED);
    const visible = await listening(scenario, VISIBLE);
    scenario.fill(1);
    await scenario.rig.time.advance(200);
    expect(told(focused)).toEqual([[CHAT, 1, 1]]);
    expect(told(hidden, visible)).toEqual([]);
  });

  test('T-6 a hidden tab that has the chat is told before others, because a click on what it shows brings it to the front', async () => {
    const scenario = await createScenario();
    const focused = await listening(scenario, FOCUSED);
    const withChat = await listening(scenario);
    await withChat.open(CHAT);
    scenario.fill(1);
    await scenario.rig.time.advance(200);
    expect(told(withChat)).toEqual([[CHAT, 1, 1]]);
    expect(told(focused)).toEqual([]);
  });

  test('T-6 nobody is told while a visible tab shows the chat, and not later either', async () => {
    const scenario = await createScenario();
    const hidden = await listening(scenario);
    const looking = await scenario.openedTab();
    await looking.call('report', VISIBLE);
    scenario.fill(2);
    await scenario.rig.time.advance(200);
    await looking.call('report', HIDDEN);
    scenario.fill(1, OTHER_CHAT);
    await scenario.rig.time.advance(200);
    expect(told(hidden)).toEqual([[OTHER_CHAT, 1, 1]]);
  });

  test.each(['closed', 'gone'] as const)('T-6 D-3 a chat whose answer was still being made when its tab was done with it (%s) is shown by nobody: it is told of, and not kept in step (sim seed 1840000870)', async (how) => {
    const scenario = await createScenario();
    const { rig, answers } = scenario;
    const hidden = await listening(scenario);
    const opening = await rig.openTab();
    await opening.call('report', FOCUSED);
    scenario.fill(60);
    await rig.time.advance(200);
    const gate = createGate();
    answers.messages = (page) => gate.pass().then(() => page);
    const answer = opening.call('openChat', { requestId: CHAT, anchor: 'unread', limit: 50 });
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    if (how === 'closed') await opening.call('closeChat', { requestId: CHAT });
    else opening.crash();
    await rig.time.settle();
    gate.open();
    await rig.time.settle();
    if (how === 'closed') expect(JSON.parse(await answer)).toMatchObject({ window: { hi: 60 } });
    const before = told(hidden).length;
    scenario.forgetRequests();
    rig.server.tellLost();
    scenario.fill(1);
    await rig.time.advance(5_000);
    expect(told(hidden).slice(before)).toEqual([[CHAT, 61, 1]]);
    expect([...scenario.asked('changes'), ...scenario.asked('messages')]).toEqual([]);
    // Opened again, it is watched again.
    const next = how === 'closed' ? opening : await rig.openTab();
    await next.open(CHAT);
    scenario.fill(1);
    await rig.time.advance(1_000);
    expect(next.texts(CHAT).at(-1)).toBe('message 62');
  });

  test('T-6 a chat that is opened while its notice waits for its ticket to be stored is told of by nobody (sim seed 1840003446)', async () => {
    const scenario = await createScenario();
    const { rig } = scenario;
    const tab = await listening(scenario, VISIBLE);
    scenario.onWrite = () => {
      throw new TabcachedError('STORAGE_FAILED');
    };
    scenario.fill(2);
    scenario.fill(1, OTHER_CHAT);
    await rig.time.settle();
    await tab.open(CHAT);
    await rig.time.advance(5_000);
    expect(told(tab)).toEqual([[OTHER_CHAT, 1, 1]]);
  });

  test('T-6 the tab that was told crashes: nobody is told twice', async () => {
    const scenario = await createScenario();
    const first = await listening(scenario, FOCUSED, false);
    const second = await listening(scenario);
    scenario.fill(1);
    await scenario.rig.time.advance(200);
    expect(told(first)).toEqual([[CHAT, 1, 1]]);
    first.crash();
    await scenario.rig.time.advance(60_000);
    expect(told(second)).toEqual([]);
  });

  test('T-6 a tab that sleeps is passed over after a while, and only then', async () => {
    const scenario = await createScenario();
    const asleep = await listening(scenario, FOCUSED, false);
    const awake = await listening(scenario);
    scenario.fill(1);
    await scenario.rig.time.advance(4_500);
    expect(told(awake)).toEqual([]);
    await scenario.rig.time.advance(1_000);
    expect(told(asleep)).toEqual([[CHAT, 1, 1]]);
    expect(told(awake)).toEqual([[CHAT, 1, 1]]);
    await scenario.rig.time.advance(60_000);
    expect(told(asleep, awake)).toHaveLength(2);
  });
});

test('T-6 what a sleeping tab was told is not told to the next one when it is looked at meanwhile', async () => {
  const scenario = await createScenario();
  const sleeping = await listening(scenario, FOCUSED, false);
  scenario.fill(1);
  await scenario.rig.time.advance(200);
  expect(told(sleeping)).toHaveLength(1);
  const awake = await listening(scenario, VISIBLE);
  await awake.open(CHAT);
  await scenario.rig.time.advance(NOTICE_RETELL_MS + 1_000);
  expect(told(awake)).toEqual([]);
});

describe('what is told', () => {
  test('T-6 own messages are not told, from this browser or another device', async () => {
    const scenario = await createScenario();
    const tab = await listening(scenario);
    await scenario.send(tab, 'mine');
    scenario.rig.server.append(CHAT, 'mine, from the phone', 'agent');
    scenario.rig.server.appendsRead = false;
    scenario.rig.server.append(CHAT, 'mine, and the server moves no mark', 'agent');
    await scenario.rig.time.advance(5_000);
    expect(told(tab)).toEqual([]);
    scenario.fill(1);
    await scenario.rig.time.advance(200);
    expect(told(tab)).toEqual([[CHAT, 4, 1]]);
  });

  test('T-6 an edit, a deletion and a change of the ticket are not told', async () => {
    const scenario = await createScenario();
    const tab = await listening(scenario);
    scenario.fill(3);
    await scenario.rig.time.advance(200);
    const before = told(tab).length;
    scenario.rig.server.edit(CHAT, 2, 'edited');
    scenario.rig.server.remove(CHAT, 1);
    scenario.rig.server.changeTicket(CHAT, { statusId: 4 });
    await scenario.rig.time.advance(5_000);
    expect(told(tab)).toHaveLength(before);
  });

  test('T-6 history is not told: neither at the first start nor to the first tab that asks', async () => {
    const scenario = await createScenario();
    scenario.fill(5);
    const tab = await listening(scenario);
    await scenario.rig.time.advance(5_000);
    expect(told(tab)).toEqual([]);
    scenario.fill(1);
    await scenario.rig.time.advance(200);
    expect(told(tab)).toEqual([[CHAT, 6, 1]]);
  });

  test('T-6 a new ticket is told once it has a message', async () => {
    const scenario = await createScenario();
    const tab = await listening(scenario);
    const id = '33333333-3333-4333-8333-333333333333';
    scenario.rig.server.createChat(id, 'New');
    scenario.fill(1, id);
    await scenario.rig.time.advance(200);
    expect(told(tab)).toEqual([[id, 1, 1]]);
    expect(noticesOf(tab)[0]?.subject).toBe('New');
  });

  test.each([
    ['never opened here', []],
    ['opened here before', [CHAT]],
  ])('T-6 what came while the link was down is told once, with its count: a chat %s', async (_name, opened) => {
    const scenario = await createScenario();
    scenario.fill(2);
    const tab = await listening(scenario);
    for (const id of opened) {
      await tab.open(id);
      await scenario.rig.time.advance(200);
      await tab.call('closeChat', { requestId: id });
    }
    scenario.rig.server.cut();
    await scenario.rig.time.advance(1_000);
    scenario.fill(3);
    scenario.rig.server.restore();
    await scenario.rig.time.advance(5_000);
    expect(told(tab)).toEqual([[CHAT, 5, 3]]);
  });

  test('T-6 what came while the link was down is told once to a hidden tab that shows the chat', async () => {
    const scenario = await createScenario();
    scenario.fill(2);
    const tab = await listening(scenario);
    await tab.open(CHAT);
    await tab.call('markRead', { requestId: CHAT, upToSequence: 2 });
    await scenario.rig.time.advance(2_000);
    scenario.rig.server.cut();
    await scenario.rig.time.advance(1_000);
    scenario.fill(3);
    scenario.rig.server.restore();
    await scenario.rig.time.advance(5_000);
    expect(told(tab)).toEqual([[CHAT, 5, 3]]);
  });

  test('T-6 what was read on another device while the link was down is not told', async () => {
    const scenario = await createScenario();
    const tab = await listening(scenario);
    scenario.rig.server.cut();
    scenario.fill(3);
    scenario.rig.server.readElsewhere(CHAT, 3);
    scenario.fill(2, OTHER_CHAT);
    scenario.rig.server.readElsewhere(OTHER_CHAT, 1);
    scenario.rig.server.restore();
    await scenario.rig.time.advance(5_000);
    expect(told(tab)).toEqual([[OTHER_CHAT, 2, 1]]);
  });

  test('T-6 many chats at once are one frame to one tab', async () => {
    const scenario = await createScenario();
    const tabs = [await listening(scenario), await listening(scenario, VISIBLE)];
    scenario.rig.server.cut();
    scenario.fill(1);
    scenario.fill(2, OTHER_CHAT);
    scenario.rig.server.restore();
    await scenario.rig.time.advance(5_000);
    expect(tabs.map((tab) => frames(tab).length)).toEqual([0, 1]);
    expect(told(...tabs)).toHaveLength(2);
  });
});

test('T-6 many messages of one chat at once are few notices, in order, and none counts twice', async () => {
  const scenario = await createScenario();
  const tab = await listening(scenario, FOCUSED);
  scenario.fill(100);
  await scenario.rig.time.advance(2_000);
  const notices = told(tab);
  expect(notices.length).toBeLessThanOrEqual(3);
  expect(notices.map(([, sequence]) => sequence)).toEqual(notices.map(([, sequence]) => Number(sequence)).toSorted((a, b) => a - b));
  expect(notices.at(-1)?.[1]).toBe(100);
  expect(notices.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(100);
});

describe('over lives of the daemon', () => {
  test('T-6 what came while the daemon was dead is told once by the next one', async () => {
    const scenario = await createScenario();
    const before = await listening(scenario);
    scenario.fill(1);
    await scenario.rig.time.advance(1_000);
    expect(told(before)).toHaveLength(1);
    await scenario.rig.restartDaemon();
    scenario.fill(1);
    const after = await listening(scenario);
    await scenario.rig.time.advance(5_000);
    expect(told(after)).toEqual([[CHAT, 2, 1]]);
    await scenario.rig.restartDaemon();
    const third = await listening(scenario);
    await scenario.rig.time.advance(5_000);
    expect(told(third)).toEqual([]);
  });

  test('T-6 what came while no tab could tell waits for one, over the death of the daemon too', async () => {
    const scenario = await createScenario();
    const first = await listening(scenario);
    first.crash();
    await scenario.rig.time.advance(1_000);
    scenario.fill(2);
    await scenario.rig.time.advance(1_000);
    await scenario.rig.restartDaemon();
    const second = await listening(scenario);
    await scenario.rig.time.advance(5_000);
    expect(told(second)).toEqual([[CHAT, 2, 2]]);
  });

  test('T-6 what waited and was read meanwhile is not told', async () => {
    const scenario = await createScenario();
    const first = await listening(scenario);
    first.crash();
    await scenario.rig.time.advance(1_000);
    scenario.fill(2);
    await scenario.rig.time.advance(1_000);
    await scenario.rig.restartDaemon();
    scenario.rig.server.readElsewhere(CHAT, 2);
    const second = await listening(scenario);
    await scenario.rig.time.advance(5_000);
    expect(told(second)).toEqual([]);
    scenario.fill(1);
    await scenario.rig.time.advance(200);
    expect(told(second)).toEqual([[CHAT, 3, 1]]);
  });
});

describe('the list of tabs', () => {
  test('#86 tabs hear of each other: which there are, what they show, which is looked at; a crashed one goes', async () => {
    const { rig } = await createScenario();
    const a = await rig.openTab();
    expect(await a.call('watchTabs', { watching: true })).toEqual([{ tabId: a.id, visible: true, focused: true, chats: [] }]);
    const b = await rig.openTab();
    await b.open(CHAT);
    await b.call('report', VISIBLE);
    await rig.time.advance(200);
    expect(lists(a).at(-1)).toEqual([
      { tabId: a.id, visible: true, focused: true, chats: [] },
      { tabId: b.id, visible: true, focused: false, chats: [CHAT] },
    ]);
    b.crash();
    await rig.time.advance(200);
    expect(lists(a).at(-1)).toEqual([{ tabId: a.id, visible: true, focused: true, chats: [] }]);
    await a.call('watchTabs', { watching: false });
    const count = lists(a).length;
    await rig.openTab();
    await rig.time.advance(200);
    expect(lists(a)).toHaveLength(count);
  });

  test('one frame for many changes of a moment, and none when nothing changed', async () => {
    const { rig } = await createScenario();
    const a = await rig.openTab();
    await a.call('watchTabs', { watching: true });
    await rig.time.advance(200);
    const before = lists(a).length;
    for (let i = 0; i < 10; i++) await rig.openTab();
    await rig.time.advance(200);
    expect(lists(a).length).toBeLessThanOrEqual(before + 2);
    const after = lists(a).length;
    await a.call('report', FOCUSED);
    await rig.time.advance(200);
    expect(lists(a)).toHaveLength(after);
  });

  test('a tab calls another one forward; one that is gone is told to be gone', async () => {
    const { rig } = await createScenario();
    const a = await rig.openTab();
    const b = await rig.openTab();
    expect(await a.call('callTab', { tabId: b.id, requestId: CHAT })).toBe(true);
    expect(b.frames).toContainEqual({ t: 'called', from: a.id, requestId: CHAT });
    b.crash();
    await rig.time.advance(200);
    expect(await a.call('callTab', { tabId: b.id })).toBe(false);
  });
});

test('T-6 own messages of another device are not told while what was read of the chat is still on its way to the server (sim seed 1790031694)', async () => {
  const scenario = await createScenario();
  const { rig, answers } = scenario;
  scenario.fill(4);
  const before = await listening(scenario);
  await before.open(CHAT);
  await rig.time.advance(1_000);
  rig.server.cut();
  await before.call('markRead', { requestId: CHAT, upToSequence: 4 });
  before.crash();
  await rig.time.advance(1_000);
  // The memory of rows goes with the daemon: what was read is not counted from them.
  await rig.restartDaemon();
  rig.server.appendsRead = false;
  rig.server.append(CHAT, 'mine, from the phone', 'agent');
  const reading = createGate();
  answers.markRead = (state) => reading.pass().then(() => state);
  const after = await listening(scenario);
  rig.server.restore();
  await rig.time.advance(5_000);
  expect(told(after)).toEqual([]);
  scenario.fill(1);
  reading.open();
  await rig.time.advance(1_000);
  expect(told(after)).toEqual([[CHAT, 6, 1]]);
});

test('T-6 own messages of another device are not told either where only the newest of what was read was ever fetched (sim seed 1812000166)', async () => {
  const scenario = await createScenario();
  const { rig, answers } = scenario;
  scenario.fill(80);
  const before = await listening(scenario);
  await before.open(CHAT);
  await rig.time.advance(1_000);
  const reading = createGate();
  answers.markRead = (state) => reading.pass().then(() => state);
  await before.call('markRead', { requestId: CHAT, upToSequence: 80 });
  before.crash();
  const after = await listening(scenario);
  rig.server.appendsRead = false;
  rig.server.cut();
  rig.server.append(CHAT, 'mine, from the phone', 'agent');
  rig.server.restore();
  await rig.time.advance(5_000);
  expect(told(after)).toEqual([]);
  scenario.fill(1);
  reading.open();
  await rig.time.advance(NOTICE_RETELL_MS + 1_000);
  expect(told(after)).toEqual([[CHAT, 82, 1]]);
});

test('T-6 a message that came while what was read is on its way is told once, also where the count was right all the time', async () => {
  const scenario = await createScenario();
  const { rig } = scenario;
  rig.server.appendsRead = false;
  rig.server.append(CHAT, 'mine, from the phone', 'agent');
  const before = await listening(scenario);
  await before.open(CHAT);
  await rig.time.advance(1_000);
  rig.server.cut();
  await before.call('markRead', { requestId: CHAT, upToSequence: 1 });
  before.crash();
  await rig.time.advance(1_000);
  await rig.restartDaemon();
  scenario.fill(1);
  const after = await listening(scenario);
  rig.server.restore();
  await rig.time.advance(NOTICE_RETELL_MS + 10_000);
  expect(told(after)).toEqual([[CHAT, 2, 1]]);
});
