/** A server restored from a backup whose client was not told by a cursor: cases of #24, that need a daemon and its server. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { ChatSnapshot, TicketsSnapshot } from '../protocol/index.ts';
import { createRig, type RigTab } from './testing/rig.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

describe('#24 M-2 a server set back under an own message that was confirmed early, and grown past its number since', () => {
  const setBack = async (): Promise<void> => {
    const { rig } = scenario;
    rig.server.cut();
    rig.server.restoreTo(CHAT, 3);
    rig.server.skip(CHAT);
    rig.server.skip(CHAT);
    rig.server.restore();
    await rig.time.advance(2_000);
  };

  test.each(['before', 'after a restart'])('in a chat that was never opened (%s): the first page takes it away (sim seed 622)', async (when) => {
    const { rig, fill, serverTexts } = scenario;
    fill(4);
    const sender = await rig.openTab();
    await scenario.send(sender, 'mine');
    await rig.time.advance(1_000);
    expect(await scenario.storedRows()).toMatchObject([{ sequenceNumber: 5, status: 'sent' }]);
    await setBack();
    expect(rig.server.chats.get(CHAT)).toMatchObject({ revision: 3, head: 5 });
    if (when !== 'before') await rig.restartDaemon();
    const tab = await rig.openTab();
    await tab.open(CHAT);
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', watermark: 5 });
    expect((await scenario.storedRows()).map((row) => row.content)).toEqual(serverTexts());
  });

  test('above the watermark of one that is open: the delta tells, and the chat is fetched anew', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    fill(1);
    await scenario.send(tab, 'mine');
    await rig.time.advance(100);
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 3, gaps: [{ startSeq: 4, endSeq: 4 }] });
    rig.server.holdFrames(false);
    await setBack();
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', watermark: 5 });
  });
});

test('#24 R-2 a ticket that push told before the first answer of the list is older than the server’s word after its restore (sim seeds 2043, 2211)', async () => {
  const { rig, fill } = scenario;
  fill(10);
  const backup = rig.server.chats.get(CHAT)?.revision ?? 0;
  rig.server.before = (kind) => {
    if (kind === 'tickets') throw new TabcachedError('SERVER_FAILED');
  };
  const tab = await rig.openTab();
  await tab.call('openTickets', {});
  fill(5);
  rig.server.cut();
  rig.server.restoreTo(CHAT, backup);
  rig.server.before = () => undefined;
  rig.server.restore();
  await rig.time.advance(30_000);
  const ticket = async () => (JSON.parse(await tab.call('openTickets', {})) as TicketsSnapshot).tickets.find(({ id }) => id === CHAT);
  expect(await ticket()).toMatchObject({ unreadCount: 10, headSequence: 10 });
  await tab.open(CHAT);
  expect(tab.chat(CHAT).meta).toMatchObject({ unread: 10 });
});

describe('#24 R-2 a server that was set back before the list was ever answered', () => {
  const unreadOf = async (tab: RigTab): Promise<unknown> =>
    (JSON.parse(await tab.call('openTickets', {})) as TicketsSnapshot).tickets.find(({ id }) => id === CHAT)?.unreadCount;
  /** A tab that push told of fifteen messages, of which ten are left. */
  const setBack = async (): Promise<RigTab> => {
    const { rig, fill } = scenario;
    fill(10);
    const backup = rig.server.chats.get(CHAT)?.revision ?? 0;
    rig.server.before = (kind) => {
      if (kind === 'tickets') throw new TabcachedError('SERVER_FAILED');
    };
    const tab = await rig.openTab();
    await tab.call('openTickets', {});
    rig.server.cut();
    rig.server.restore();
    fill(5);
    expect(await unreadOf(tab)).toBe(15);
    rig.server.cut();
    rig.server.restoreTo(CHAT, backup);
    rig.server.before = () => undefined;
    return tab;
  };

  test('and writes on while it answers (sim seed 1539110774)', async () => {
    const { rig, fill, answers } = scenario;
    const tab = await setBack();
    let written = 0;
    answers.tickets = (page) => {
      if (++written === 1) fill(1);
      return page;
    };
    rig.server.restore();
    await rig.time.advance(30_000);
    expect(await unreadOf(tab)).toBe(11);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta).toMatchObject({ unread: 11 });
  });

  test('and grows past what push had told of it: a chat that nobody has opened is as the list tells it (sim seed 1840006027)', async () => {
    const { rig, fill } = scenario;
    fill(10);
    rig.server.readElsewhere(CHAT, 8);
    rig.server.before = (kind) => {
      if (kind === 'tickets') throw new TabcachedError('SERVER_FAILED');
    };
    const tab = await rig.openTab();
    await tab.call('openTickets', {});
    fill(1);
    await rig.time.settle();
    expect(await unreadOf(tab)).toBe(3);
    rig.server.cut();
    rig.server.restoreTo(CHAT, 5);
    fill(20);
    rig.server.before = () => undefined;
    rig.server.restore();
    await rig.time.advance(30_000);
    expect(await scenario.storedMeta()).toBeUndefined();
    expect(await unreadOf(tab)).toBe(rig.server.unread(CHAT));
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta).toMatchObject({ unread: rig.server.unread(CHAT) });
  });

  test('and takes the chat away for a moment (sim seed 1539110774, shortened)', async () => {
    const { rig } = scenario;
    const tab = await setBack();
    rig.server.setAccess(CHAT, false);
    rig.server.restore();
    await rig.time.advance(10_000);
    rig.server.setAccess(CHAT, true);
    await rig.time.advance(10_000);
    expect(await unreadOf(tab)).toBe(10);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta).toMatchObject({ unread: 10 });
  });
});

test('#24 S-2 S-1 a message that gets a number which another one had keeps its bubble, and is not sent again when its tab repeats it (sim seed 2997)', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(12);
  const tab = await scenario.openedTab();
  rig.server.edit(CHAT, 8, 'edited');
  await rig.time.advance(100);
  const watching = tab.chat(CHAT).meta.watermark;
  expect(watching).toBe(12);
  rig.server.idempotent = false;
  rig.server.cut();
  rig.server.restoreTo(CHAT, 7);
  // The link is up again; what the chat missed is not asked for yet.
  rig.server.before = (kind) => {
    if (kind === 'changes' || kind === 'messages') throw new TabcachedError('SERVER_FAILED');
  };
  rig.server.restore();
  await rig.time.advance(100);
  const id = await scenario.send(tab, 'mine');
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).rows.filter((row) => row.clientTempId === id)).toMatchObject([{ sequenceNumber: 8, status: 'sent' }]);
  await tab.call('send', { requestId: CHAT, clientTempId: id, content: 'mine' });
  await rig.time.advance(1_000);
  rig.server.before = () => undefined;
  await rig.time.advance(60_000);
  expect(serverTexts()).toEqual([...Array.from({ length: 7 }, (_, at) => `message ${at + 1}`), 'mine']);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
});

test('#24 S-1 nor one that gets the number of a message that was deleted', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(12);
  const tab = await scenario.openedTab();
  rig.server.remove(CHAT, 8);
  await rig.time.advance(100);
  rig.server.idempotent = false;
  rig.server.cut();
  rig.server.restoreTo(CHAT, 7);
  rig.server.before = (kind) => {
    if (kind === 'changes' || kind === 'messages') throw new TabcachedError('SERVER_FAILED');
  };
  rig.server.restore();
  await rig.time.advance(100);
  const id = await scenario.send(tab, 'mine');
  await rig.time.advance(1_000);
  await tab.call('send', { requestId: CHAT, clientTempId: id, content: 'mine' });
  await rig.time.advance(1_000);
  rig.server.before = () => undefined;
  await rig.time.advance(60_000);
  expect(serverTexts().filter((text) => text === 'mine')).toEqual(['mine']);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
});

test.each([
  ['has not come as far again (sim seed 1947457570)', 0],
  ['has come exactly as far again (sim seed 1797002265)', 1],
])('#24 H-7 a chat that was evicted, of which only its deletions are known, and whose server %s', async (_, since) => {
  const { rig, fill, serverTexts } = scenario;
  fill(10);
  const backup = rig.server.chats.get(CHAT)?.revision ?? 0;
  const first = await scenario.openedTab();
  rig.server.remove(CHAT, 5);
  await rig.time.advance(1_000);
  const meta = await scenario.storedMeta();
  expect(meta?._voids).toMatchObject([{ startSeq: 5, reason: 'deleted' }]);
  const rows = await scenario.storedRows();
  first.crash();
  await rig.store.write(['messages', 'chat_meta'], 'strict', async (tx) => {
    for (const { id } of rows) await tx.delete('messages', id);
    if (meta) await tx.put('chat_meta', { ...meta, _floor: 0, lastSyncedSequence: 0, serverRevision: null, messageCount: 0, _messagesSize: 0 });
  });
  await rig.restartDaemon();
  rig.server.cut();
  rig.server.restoreTo(CHAT, backup);
  fill(since);
  rig.server.restore();
  const tab = await scenario.openedTab();
  await rig.time.advance(5_000);
  expect(serverTexts()).toHaveLength(10 + since);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
});

describe('#24 H-7 a server set back while a page that a tab asked for is under way (sim seed 1629194351)', () => {
  test.each(['before', 'after'])('what the newest page brought, %s the answer of the other one, stays', async (when) => {
    const { rig, answers, serverTexts } = scenario;
    scenario.fill(184);
    const tab = await scenario.openedTab();
    rig.server.cut();
    rig.server.restoreTo(CHAT, 148);
    const newest = createGate();
    const around = createGate();
    answers.messages = async (page) => {
      await (page.newestSequence === 148 ? newest : around).pass();
      return page;
    };
    rig.server.restore();
    await rig.time.advance(2_000);
    expect(newest.arrived()).toBe(1);
    const opening = tab.call('openChat', { requestId: CHAT, anchor: 78, limit: 50 });
    await rig.time.advance(10);
    expect(around.arrived()).toBe(1);
    for (const gate of when === 'before' ? [newest, around] : [around, newest]) {
      gate.open();
      await rig.time.advance(1_000);
    }
    await rig.time.advance(5_000);
    const { window, rows } = JSON.parse(await opening) as ChatSnapshot;
    // Where the newest page comes last, it comes to the screen as a patch.
    const hi = when === 'before' ? 148 : 117;
    expect(window).toMatchObject({ lo: 68, hi, tail: true });
    expect(rows.map((row) => row.content)).toEqual(serverTexts().slice(67, hi));
    await tab.open(CHAT);
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(98));
    expect(await scenario.storedMeta()).toMatchObject({ _floor: 68, lastSyncedSequence: 148, serverRevision: '148', knownGaps: [] });
  });

  test('a delta that leads on from a revision of before says nothing of what is held since', async () => {
    const { rig, answers, serverTexts } = scenario;
    scenario.fill(184);
    const tab = await scenario.openedTab();
    rig.server.cut();
    rig.server.restoreTo(CHAT, 148);
    // Grown past the cursor by edits alone: only the head tells.
    for (let at = 1; at <= 40; at++) rig.server.edit(CHAT, at, `edited ${at}`);
    const delta = createGate();
    answers.changes = async (page) => {
      await delta.pass();
      return page;
    };
    rig.server.restore();
    await rig.time.advance(1_000);
    expect(delta.arrived()).toBe(1);
    await tab.call('openChat', { requestId: CHAT, anchor: 78, limit: 50 });
    delta.open();
    await rig.time.advance(5_000);
    await tab.open(CHAT);
    expect(tab.texts(CHAT)).toEqual(serverTexts().slice(98));
    expect(await scenario.storedMeta()).toMatchObject({ _floor: 68, lastSyncedSequence: 148, serverRevision: '188' });
  });
});

test('#24 R-2 a chat that was evicted before its server was set back has the server’s count in the list as well, once it is opened (sim seed 1760011539)', async () => {
  const rig = await createRig({ settings: { messageBudgetBytes: 45_000 } });
  rig.server.appendsRead = false;
  for (const id of [CHAT, OTHER_CHAT]) {
    rig.server.createChat(id);
    for (let at = 1; at <= 50; at++) rig.server.append(id, `message ${at}`);
  }
  const tab = await rig.openTab();
  await tab.call('openTickets', {});
  await tab.open(CHAT);
  await rig.time.advance(100);
  await tab.call('closeChat', { requestId: CHAT });
  // Read elsewhere after the restore: what is held here above that never happened.
  rig.server.cut();
  rig.server.restoreTo(CHAT, 30);
  rig.server.readElsewhere(CHAT, 30);
  rig.server.restore();
  await tab.open(OTHER_CHAT);
  await rig.time.advance(40_000);
  expect(await rig.store.read(['messages'], (tx) => tx.getAll('messages', { index: 'by_request', bounds: { lower: CHAT, upper: CHAT } }))).toEqual([]);
  await tab.open(CHAT);
  await rig.time.advance(1_000);
  const ticket = (JSON.parse(await tab.call('openTickets', {})) as TicketsSnapshot).tickets.find(({ id }) => id === CHAT);
  expect(tab.chat(CHAT).meta).toMatchObject({ unread: 0, watermark: 30 });
  expect(ticket).toMatchObject({ unreadCount: 0, headSequence: 30 });
});

test('#24 R-2 H-8 the badge of a chat that nobody looks at is the server’s as soon as the list is told anew: what was held above its head never happened', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(60);
  fill(60, OTHER_CHAT);
  const tab = await scenario.openedTab();
  await tab.open(OTHER_CHAT);
  await rig.time.advance(100);
  for (const requestId of [CHAT, OTHER_CHAT]) await tab.call('markRead', { requestId, upToSequence: 60 });
  await rig.time.advance(1_000);
  await tab.call('saveDraft', { requestId: CHAT, text: 'begun' });
  await tab.call('closeChat', { requestId: CHAT });
  rig.server.cut();
  rig.server.restoreTo(CHAT, 40);
  rig.server.restore();
  await rig.time.advance(5_000);
  const badge = async (id: string) => (JSON.parse(await tab.call('openTickets', {})) as TicketsSnapshot).tickets.find((ticket) => ticket.id === id);
  expect(await badge(CHAT)).toMatchObject({ unreadCount: 0, lastReadSequence: 40, headSequence: 40 });
  expect(await scenario.storedRows()).toEqual([]);
  // Of the other chat nothing was lost.
  expect(await scenario.storedRows(OTHER_CHAT)).toHaveLength(50);
  rig.server.append(CHAT, 'new');
  await rig.time.advance(1_000);
  expect(await badge(CHAT)).toMatchObject({ unreadCount: 1, headSequence: 41 });
  await tab.open(CHAT);
  await rig.time.advance(1_000);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
  expect(tab.chat(CHAT).meta).toMatchObject({ unread: 1, draft: 'begun', state: 'SYNCED' });
});
