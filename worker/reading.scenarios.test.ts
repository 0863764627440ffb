/** Reading: cases of CASES.md, section C, as far as the daemon is concerned. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { CachedTicket } from '../protocol/index.ts';
import { TabcachedError } from '../protocol/errors.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

/** The badge of the chat in the list. */
async function badge(tab: RigTab): Promise<number | undefined> {
  const { tickets } = JSON.parse(await tab.call('openTickets', {})) as { tickets: CachedTicket[] };
  return tickets.find((ticket) => ticket.id === CHAT)?.unreadCount;
}

test('#59 read further on another device while a lower mark waits here: the server’s stays, the waiting one goes', async () => {
  const { rig, fill } = scenario;
  fill(60);
  const tab = await scenario.openedTab();
  rig.server.cut();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 40 });
  rig.server.readElsewhere(CHAT, 50);
  expect(tab.chat(CHAT).meta.unread).toBe(20);
  rig.server.restore();
  await rig.time.advance(5_000);
  expect(rig.server.chats.get(CHAT)?.lastRead).toBe(50);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 50, unread: 10 });
  expect(await badge(tab)).toBe(10);
  expect(await scenario.storedOperations()).toEqual([]);
});

test('R-1 a mark of another device that is lower than ours changes nothing', async () => {
  const { rig, fill } = scenario;
  fill(60);
  const tab = await scenario.openedTab();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 50 });
  const gate = createGate();
  rig.server.before = (kind) => (kind === 'read' ? gate.pass() : undefined);
  await rig.time.advance(1_000);
  rig.server.readElsewhere(CHAT, 30);
  await rig.time.settle();
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 50, unread: 10 });
  gate.open();
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 50, unread: 10 });
  expect(rig.server.unread(CHAT)).toBe(10);
});

test('R-3 reading offline changes the badge at once, survives a restart, and reaches the server', async () => {
  const { rig, fill } = scenario;
  fill(10);
  const tab = await scenario.openedTab();
  rig.server.cut();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 7 });
  expect(await badge(tab)).toBe(3);
  await rig.time.advance(1_000);
  await rig.restartDaemon();
  const again = await scenario.openedTab();
  expect(again.chat(CHAT).meta).toMatchObject({ lastReadSequence: 7, unread: 3 });
  expect(await badge(again)).toBe(3);
  rig.server.restore();
  await rig.time.advance(2_000);
  expect(rig.server.unread(CHAT)).toBe(3);
  expect(again.chat(CHAT).meta.unread).toBe(3);
});

describe('#61 sending implies having read', () => {
  test('what is held up to the own message', async () => {
    const { rig, fill } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    expect(await badge(tab)).toBe(10);
    // Nothing but the answer to the sending tells.
    rig.server.holdFrames(true);
    await scenario.send(tab, 'mine');
    await rig.time.advance(1_000);
    expect(tab.chat(CHAT).meta).toMatchObject({ unread: 0, lastReadSequence: 11 });
    expect(await badge(tab)).toBe(0);
    expect(rig.server.unread(CHAT)).toBe(0);
  });

  test('not what lies in a gap below it: then the server’s count counts', async () => {
    const { rig, fill, answers } = scenario;
    fill(10);
    const tab = await scenario.openedTab();
    await tab.call('markRead', { requestId: CHAT, upToSequence: 10 });
    await rig.time.advance(1_000);
    rig.server.cut();
    fill(5);
    const gate = createGate();
    answers.changes = (page) => gate.pass().then(() => page);
    answers.tickets = (page) => gate.pass().then(() => page);
    rig.server.holdFrames(true);
    rig.server.restore();
    await scenario.send(tab, 'mine');
    await rig.time.advance(100);
    expect(tab.chat(CHAT).meta.gaps).toEqual([{ startSeq: 11, endSeq: 15 }]);
    // Five messages that nobody here has seen are not declared read.
    expect(tab.chat(CHAT).meta.lastReadSequence).toBe(10);
    rig.server.holdFrames(false);
    rig.server.ping();
    gate.open();
    await rig.time.advance(2_000);
    expect(tab.chat(CHAT).meta.unread).toBe(rig.server.unread(CHAT));
    expect(await badge(tab)).toBe(rig.server.unread(CHAT));
  });
});

describe('#62 the server deletes three unread messages', () => {
  test.each([
    ['of a chat that is held whole', 10],
    ['of a chat that is held in part', 200],
  ])('%s: three less, never below nothing', async (_, count) => {
    const { rig, fill } = scenario;
    fill(count);
    const tab = await scenario.openedTab();
    expect(await badge(tab)).toBe(count);
    for (const sequence of [count, count - 1, count - 2]) rig.server.remove(CHAT, sequence);
    await rig.time.advance(1_000);
    expect(tab.chat(CHAT).meta.unread).toBe(count - 3);
    expect(await badge(tab)).toBe(count - 3);
    await tab.call('markRead', { requestId: CHAT, upToSequence: count });
    for (let sequence = 1; sequence <= Math.min(count, 7); sequence++) rig.server.remove(CHAT, sequence);
    await rig.time.advance(2_000);
    expect(tab.chat(CHAT).meta.unread).toBe(0);
    expect(await badge(tab)).toBe(0);
  });

  test('in a chat that was never opened', async () => {
    const { rig, fill } = scenario;
    fill(10);
    const tab = await rig.openTab();
    expect(await badge(tab)).toBe(10);
    for (const sequence of [8, 9, 10]) rig.server.remove(CHAT, sequence);
    await rig.time.advance(100);
    expect(await badge(tab)).toBe(7);
  });
});

test('R-2 a mark that is refused after the ticket was told again: the badge is the server’s (sim seed 193)', async () => {
  const { rig, fill } = scenario;
  fill(5);
  const tab = await scenario.openedTab();
  rig.server.before = (kind) => {
    if (kind === 'read') throw new TabcachedError('SERVER_FAILED');
  };
  await tab.call('markRead', { requestId: CHAT, upToSequence: 5 });
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ unread: 0, lastReadSequence: 5 });
  rig.server.skip(CHAT);
  await rig.time.advance(100);
  rig.server.before = (kind) => {
    if (kind === 'read') throw new TabcachedError('REJECTED');
  };
  await rig.time.advance(60_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ unread: 5, lastReadSequence: 0 });
});

test('R-2 a chat that was taken away, and set back before it was given again, is as unread as the server says, whatever was typed in it (sim seed 1760003222)', async () => {
  const { rig, fill } = scenario;
  fill(10);
  const { revision } = rig.server.chats.get(CHAT) ?? { revision: 0 };
  fill(10);
  const tab = await scenario.openedTab();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 20 });
  await tab.call('saveDraft', { requestId: CHAT, text: 'typed' });
  await rig.time.advance(1_000);
  rig.server.setAccess(CHAT, false);
  await rig.time.advance(1_000);
  rig.server.cut();
  rig.server.restoreTo(CHAT, revision);
  fill(1);
  rig.server.setAccess(CHAT, true);
  await rig.restartDaemon();
  rig.server.restore();
  const again = await scenario.openedTab();
  await rig.time.advance(2_000);
  expect(rig.server.unread(CHAT)).toBeGreaterThan(0);
  expect(again.chat(CHAT).meta.unread).toBe(rig.server.unread(CHAT));
  expect(await badge(again)).toBe(rig.server.unread(CHAT));
  expect(again.chat(CHAT).meta.draft).toBe('typed');
});

test.each([
  ['the first list', true],
  ['a list that tells of a new message', false],
])('R-2 read elsewhere while %s is on its way: the badge is what the server says (sim seed 1760006346)', async (_, first) => {
  const { rig, fill, answers } = scenario;
  fill(3);
  await rig.openTab();
  await rig.time.advance(1_000);
  if (first) {
    await rig.store.write(['tickets', 'ticket_meta'], 'relaxed', async (tx) => {
      await tx.delete('tickets', CHAT);
      await tx.delete('ticket_meta', 'cursor');
    });
  } else {
    rig.server.holdFrames(true);
    fill(1);
    rig.server.holdFrames(false);
  }
  const gate = createGate();
  answers.tickets = (page) => gate.pass().then(() => page);
  await rig.restartDaemon();
  const again = await rig.openTab();
  await rig.time.advance(1_000);
  expect(gate.arrived()).toBeGreaterThan(0);
  rig.server.readElsewhere(CHAT, first ? 2 : 4);
  await rig.time.advance(100);
  gate.open();
  await rig.time.advance(1_000);
  expect(await badge(again)).toBe(rig.server.unread(CHAT));
  await again.open(CHAT);
  expect(again.chat(CHAT).meta.unread).toBe(rig.server.unread(CHAT));
});

test('R-1 #24 the answer to a mark that was under way when a server was found to be set back does not take a higher one back (sim seed 1790030541)', async () => {
  const { rig, fill, answers } = scenario;
  fill(60);
  fill(3, OTHER_CHAT);
  const tab = await scenario.openedTab();
  const [reading, listing] = [createGate(), createGate()];
  answers.markRead = (state) => reading.pass().then(() => state);
  await tab.call('markRead', { requestId: CHAT, upToSequence: 20 });
  await rig.time.advance(600);
  expect(reading.arrived()).toBe(1);
  rig.server.readElsewhere(CHAT, 45);
  await rig.time.settle();
  expect(tab.chat(CHAT).meta.lastReadSequence).toBe(45);
  answers.tickets = (page) => listing.pass().then(() => page);
  rig.server.cut();
  rig.server.restoreTo(OTHER_CHAT, 1);
  rig.server.restore();
  await rig.time.advance(1_000);
  expect(listing.arrived()).toBe(1);
  reading.open();
  await rig.time.advance(100);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 45, unread: 15 });
  expect(await scenario.storedMeta()).toMatchObject({ lastReadSequence: 45 });
  listing.open();
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 45, unread: 15 });
  expect(await scenario.storedOperations()).toEqual([]);
});

test('R-1 rows and record that disagree are fetched anew, and how far was read stays stored (sim seed 1760006303)', async () => {
  const { rig, fill } = scenario;
  fill(100);
  const tab = await scenario.openedTab();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 100 });
  await rig.time.advance(1_000);
  const rows = await scenario.storedRows();
  // Cleared by the browser.
  await rig.store.write(['messages'], 'relaxed', async (tx) => {
    for (const { id } of rows) await tx.delete('messages', id);
  });
  await rig.restartDaemon();
  rig.server.cut();
  const again = await scenario.openedTab();
  await scenario.send(again, 'mine');
  await rig.time.advance(1_000);
  expect(await scenario.storedMeta()).toMatchObject({ lastReadSequence: 100 });
});

test('#64 two hundred marks while scrolling fast: one request for each half second, with the highest', async () => {
  const { rig, fill } = scenario;
  fill(200);
  const tab = await scenario.openedTab();
  const started = rig.time.clock.now();
  for (let i = 1; i <= 200; i++) {
    // Up and down, as people scroll.
    await tab.call('markRead', { requestId: CHAT, upToSequence: i % 3 === 0 ? Math.max(1, i - 20) : i });
    await rig.time.advance(10);
  }
  const windows = Math.ceil((rig.time.clock.now() - started) / 500);
  await rig.time.advance(2_000);
  const marks = scenario.asked('read') as number[];
  expect(marks.length).toBeLessThanOrEqual(windows);
  expect(marks.length).toBeGreaterThan(1);
  expect(marks).toEqual(marks.toSorted((a, b) => a - b));
  expect(marks.at(-1)).toBe(200);
  expect(rig.server.unread(CHAT)).toBe(0);
});

describe('R-1 R-3 read further while a mark is on its way: there is one operation, and the server hears of the higher mark', () => {
  const marked = async (): Promise<{ tab: RigTab; gate: ReturnType<typeof createGate> }> => {
    const { rig, fill } = scenario;
    fill(60);
    const tab = await scenario.openedTab();
    const gate = createGate();
    rig.server.before = (kind) => (kind === 'read' ? gate.pass() : undefined);
    await tab.call('markRead', { requestId: CHAT, upToSequence: 20 });
    await rig.time.advance(600);
    expect(gate.arrived()).toBe(1);
    await tab.call('markRead', { requestId: CHAT, upToSequence: 40 });
    await tab.call('markRead', { requestId: CHAT, upToSequence: 45 });
    await rig.time.advance(100);
    expect(await scenario.storedOperations()).toMatchObject([{ type: 'mark_read', status: 'syncing', payload: { upToSequence: 45 } }]);
    expect(await scenario.storedMeta()).toMatchObject({ lastReadSequence: 45 });
    return { tab, gate };
  };

  test('after the answer, and not before its half second is over', async () => {
    const { tab, gate } = await marked();
    const { rig } = scenario;
    gate.open();
    await rig.time.advance(100);
    expect(scenario.asked('read')).toEqual([20]);
    expect(await scenario.storedOperations()).toMatchObject([{ status: 'pending', retryCount: 0, payload: { upToSequence: 45 } }]);
    await rig.time.advance(400);
    expect(scenario.asked('read')).toEqual([20, 45]);
    expect(await scenario.storedOperations()).toEqual([]);
    expect(await badge(tab)).toBe(15);
  });

  test('after a restart', async () => {
    await marked();
    const { rig } = scenario;
    rig.server.before = () => undefined;
    await rig.restartDaemon();
    const tab = await rig.openTab();
    await rig.time.advance(1_000);
    expect(rig.server.chats.get(CHAT)?.lastRead).toBe(45);
    expect(await scenario.storedOperations()).toEqual([]);
    expect(await badge(tab)).toBe(15);
  });

  test('after a failure, which counts for the mark as it is now', async () => {
    const { rig, fill } = scenario;
    fill(60);
    const tab = await scenario.openedTab();
    const gate = createGate();
    rig.server.before = async (kind) => {
      if (kind !== 'read') return;
      await gate.pass();
      if (gate.arrived() === 1) throw new TabcachedError('SERVER_FAILED');
    };
    await tab.call('markRead', { requestId: CHAT, upToSequence: 20 });
    await rig.time.advance(600);
    await tab.call('markRead', { requestId: CHAT, upToSequence: 45 });
    gate.open();
    await rig.time.advance(5_000);
    expect(scenario.asked('read')).toEqual([20, 45]);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('after storage refused to note the attempt while somebody read on', async () => {
    const { rig, fill } = scenario;
    fill(60);
    const tab = await scenario.openedTab();
    await tab.call('markRead', { requestId: CHAT, upToSequence: 20 });
    await rig.time.advance(100);
    let marking: Promise<unknown> | null = null;
    scenario.onWrite = () => {
      marking ??= tab.call('markRead', { requestId: CHAT, upToSequence: 45 });
      throw new TabcachedError('STORAGE_FAILED');
    };
    await rig.time.advance(500);
    expect(marking).not.toBeNull();
    scenario.onWrite = () => undefined;
    await rig.time.advance(10_000);
    expect(scenario.asked('read')).toEqual([45]);
    expect(await scenario.storedOperations()).toEqual([]);
  });
});

test('#66 a message that arrives in a chat on screen is not read before its tab says so', async () => {
  const { rig, fill } = scenario;
  fill(3);
  const tab = await scenario.openedTab();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 3 });
  await rig.time.advance(1_000);
  await tab.call('report', { visible: false, focused: false, online: true });
  scenario.forgetRequests();
  fill(1);
  await rig.time.advance(5_000);
  expect(tab.texts(CHAT).at(-1)).toBe('message 4');
  expect(tab.chat(CHAT).meta.unread).toBe(1);
  expect(scenario.asked('read')).toEqual([]);
  await tab.call('report', { visible: true, focused: true, online: true });
  await tab.call('markRead', { requestId: CHAT, upToSequence: 4 });
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta.unread).toBe(0);
  expect(scenario.asked('read')).toEqual([4]);
});

test('R-2 what came while the link was down is on the badge of a chat that was open before and is not any more', async () => {
  const { rig, fill } = scenario;
  fill(2);
  const tab = await scenario.openedTab();
  await tab.call('closeChat', { requestId: CHAT });
  rig.server.cut();
  await rig.time.advance(1_000);
  fill(3);
  rig.server.restore();
  await rig.time.advance(5_000);
  expect(await badge(tab)).toBe(5);
});

test('R-1 the list that was asked for before an own message was sent does not take the mark back (sim seed 900000614)', async () => {
  const late = await createScenario();
  const { rig, fill, answers } = late;
  fill(5);
  const gate = createGate();
  answers.tickets = (page) => gate.pass().then(() => page);
  const tab = await late.openedTab();
  rig.server.holdFrames(true);
  await late.send(tab, 'mine');
  await rig.time.advance(100);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 6, unread: 0 });
  gate.open();
  await rig.time.advance(100);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 6, unread: 0 });
});

test('R-1 a ticket that was told before an own message was sent does not take the mark back either (sim seed 1629194039)', async () => {
  const { rig, fill } = scenario;
  fill(5);
  const tab = await scenario.openedTab();
  rig.server.holdFrames(true);
  rig.server.edit(CHAT, 2, 'edited');
  await scenario.send(tab, 'mine');
  await rig.time.advance(100);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 6 });
  const marks: number[] = [];
  const { length } = tab.frames;
  // One after the other, so that each is seen by itself.
  for (const frame of [...rig.server.heldFrames]) {
    rig.server.deliver(frame);
    await rig.time.advance(100);
  }
  for (const frame of tab.frames.slice(length)) if (frame.t === 'chat') marks.push(frame.meta.lastReadSequence);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 6 });
  expect(marks.filter((mark) => mark < 6)).toEqual([]);
});

test('R-1 a list that was asked for before the chat was read elsewhere does not take the mark back when the copy was thrown away since (sim seed 1795000010)', async () => {
  const late = await createScenario();
  const { rig, fill, answers } = late;
  fill(5);
  const [list, page] = [createGate(), createGate()];
  answers.tickets = (tickets) => list.pass().then(() => tickets);
  const tab = await late.openedTab();
  rig.server.readElsewhere(CHAT, 5);
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 5, unread: 0 });
  answers.messages = (messages) => page.pass().then(() => messages);
  await tab.call('dropChat', { requestId: CHAT });
  list.open();
  await rig.time.advance(1_000);
  expect(await late.storedMeta()).toMatchObject({ lastReadSequence: 5 });
  page.open();
  await rig.time.advance(1_000);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 5, unread: 0 });
});

test('R-1 a chat that is first opened while the list is under way keeps the mark that push has told since (sim seed 1799001195)', async () => {
  const late = await createScenario();
  const { rig, fill, answers } = late;
  fill(5);
  const list = createGate();
  answers.tickets = (tickets) => list.pass().then(() => tickets);
  const tab = await rig.openTab();
  await rig.time.advance(1_000);
  // A ticket without a new revision, as of a message that was rolled back.
  rig.server.skip(CHAT);
  rig.server.readElsewhere(CHAT, 5);
  await rig.time.advance(1_000);
  answers.messages = () => Promise.reject(new TabcachedError('SERVER_FAILED'));
  await tab.open(CHAT);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 5, unread: 0 });
  // What follows the answer at once is under way for longer.
  answers.tickets = (tickets) => createGate().pass().then(() => tickets);
  list.open();
  await rig.time.advance(100);
  expect(tab.chat(CHAT).meta).toMatchObject({ lastReadSequence: 5, unread: 0 });
});

test('R-2 the answer to a mark tells of reading before the list tells of a new head: the badge counts what came since (sim seed 1790040262)', async () => {
  const { rig, fill, answers } = scenario;
  fill(2);
  const tab = await scenario.openedTab();
  rig.server.cut();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 2 });
  await tab.call('closeChat', { requestId: CHAT });
  await rig.time.advance(1_000);
  fill(3);
  const list = createGate();
  answers.tickets = (tickets) => list.pass().then(() => tickets);
  rig.server.restore();
  await rig.time.advance(5_000);
  expect(rig.server.chats.get(CHAT)?.lastRead).toBe(2);
  list.open();
  await rig.time.advance(1_000);
  expect(await badge(tab)).toBe(3);
});
