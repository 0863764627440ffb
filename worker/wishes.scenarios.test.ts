/** What a person wants of a chat while its request is under way, and what time does to one that cannot be asked about. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { EXPIRES_AFTER_MS } from '../protocol/limits.ts';
import { CHAT, createGate, createScenario, type Scenario } from './testing/scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

describe('Sync now', () => {
  test('pressed while a request is being refused, asks once more after the refusal', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    const gate = createGate();
    let refuses = true;
    answers.changes = async (answer) => {
      if (!refuses) return answer;
      await gate.pass();
      throw new TabcachedError('FORBIDDEN');
    };
    await tab.call('syncChat', { requestId: CHAT });
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    await tab.call('syncChat', { requestId: CHAT });
    refuses = false;
    gate.open();
    await rig.time.advance(1_000);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', problem: null });
    expect(tab.texts(CHAT)).toEqual(serverTexts());
  });

  test('pressed while a delta is under way, is answered by a later one', async () => {
    const { rig, fill, answers } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    const gate = createGate();
    answers.changes = async (answer) => {
      await gate.pass();
      return answer;
    };
    scenario.forgetRequests();
    await tab.call('syncChat', { requestId: CHAT });
    await rig.time.settle();
    await tab.call('syncChat', { requestId: CHAT });
    gate.open();
    await rig.time.advance(1_000);
    expect(scenario.asked('changes')).toHaveLength(2);
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
  });

  test('a refusal that comes after it still holds', async () => {
    const { rig, fill } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    rig.server.before = (kind) => {
      if (kind === 'changes' || kind === 'messages') throw new TabcachedError('FORBIDDEN');
    };
    scenario.forgetRequests();
    await tab.call('syncChat', { requestId: CHAT });
    await rig.time.advance(60_000);
    expect(scenario.asked('changes').length + scenario.asked('messages').length).toBe(1);
    expect(tab.chat(CHAT).meta.problem).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('#31 access that is lost meanwhile ends it: nothing is asked any more', async () => {
    const { rig, fill, answers } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    const gate = createGate();
    answers.changes = async (answer) => {
      await gate.pass();
      return answer;
    };
    await tab.call('syncChat', { requestId: CHAT });
    await rig.time.settle();
    await tab.call('syncChat', { requestId: CHAT });
    rig.server.setAccess(CHAT, false);
    await rig.time.settle();
    scenario.forgetRequests();
    gate.open();
    await rig.time.advance(60_000);
    expect(scenario.asked('messages').concat(scenario.asked('changes'))).toEqual([]);
    expect(tab.chat(CHAT).meta).toMatchObject({ held: 0, problem: { code: 'FORBIDDEN' } });
  });
});

describe('#27 seven days without a link', () => {
  test('a chat on screen becomes EXPIRED by itself', async () => {
    const { rig, fill } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    rig.server.cut();
    await rig.time.advance(60_000);
    expect(tab.chat(CHAT).meta.state).toBe('STALE');
    await rig.time.advance(EXPIRES_AFTER_MS);
    expect(tab.chat(CHAT).meta.state).toBe('EXPIRED');
    rig.server.restore();
    await rig.time.advance(5_000);
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
  });

  test('a machine that slept: whoever opens the chat sees EXPIRED, though the same window was shown before', async () => {
    const { rig, fill } = scenario;
    fill(3);
    await scenario.openedTab();
    rig.server.cut();
    await rig.time.advance(100);
    const second = await scenario.openedTab();
    expect(second.chat(CHAT).meta.state).toBe('STALE');
    rig.time.jump(EXPIRES_AFTER_MS + 60_000);
    const third = await rig.openTab();
    await third.open(CHAT);
    expect(third.chat(CHAT).meta.state).toBe('EXPIRED');
  });
});

describe('a failed step', () => {
  test('is forgotten when a page that a tab asked for has brought the chat up to date', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(3);
    const gate = createGate();
    let asked = 0;
    answers.messages = async (page) => {
      if (asked++ > 0) return page;
      await gate.pass();
      throw new TabcachedError('TIMEOUT');
    };
    const tab = await rig.openTab();
    await tab.open(CHAT);
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    const other = await rig.openTab();
    await other.call('openChat', { requestId: CHAT, anchor: 1, limit: 50 });
    gate.open();
    await rig.time.advance(60_000);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', problem: null });
    expect(tab.texts(CHAT)).toEqual(serverTexts());
  });

  test('#22 whose second attempt is refused its cursor is followed by the newest page at once', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    let asked = 0;
    rig.server.before = (kind) => {
      if (kind === 'changes') throw new TabcachedError(asked++ === 0 ? 'SERVER_FAILED' : 'CURSOR_EXPIRED');
    };
    await tab.call('syncChat', { requestId: CHAT });
    await rig.time.settle();
    fill(2);
    rig.server.forget(CHAT);
    await rig.time.advance(20_000);
    await tab.open(CHAT);
    expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', problem: null });
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(scenario.asked('messages').length).toBeGreaterThan(1);
  });

  test('H-7 a frame that comes while a tab’s own request brings the first page is applied after it', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(3);
    const gate = createGate();
    answers.messages = async (page) => {
      await gate.pass();
      return page;
    };
    const tab = await rig.openTab();
    const opening = tab.call('openChat', { requestId: CHAT, anchor: 1, limit: 50 });
    await rig.time.settle();
    rig.server.remove(CHAT, 2);
    await rig.time.settle();
    gate.open();
    await opening;
    await rig.time.advance(1_000);
    await tab.open(CHAT);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    expect(scenario.asked('changes')).toEqual([]);
  });
});

describe('the ticket list', () => {
  test('R-1 R-2 an answer that frames of the same revision overtook takes neither the head nor the read mark back', async () => {
    const { rig, fill, answers } = scenario;
    fill(3);
    const tab = await rig.openTab();
    await rig.time.advance(100);
    const gate = createGate();
    answers.tickets = async (answer) => {
      await gate.pass();
      return answer;
    };
    rig.server.append(CHAT, 'message 4');
    rig.server.tellLost();
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    // Neither makes a revision of the chat.
    rig.server.skip(CHAT);
    rig.server.readElsewhere(CHAT, 4);
    await rig.time.advance(100);
    delete answers.tickets;
    gate.open();
    await rig.time.advance(5_000);
    const { tickets } = JSON.parse(await tab.call('openTickets', {})) as { tickets: { id: string }[] };
    expect(tickets.find(({ id }) => id === CHAT)).toMatchObject({ headSequence: 5, lastReadSequence: 4, unreadCount: 0 });
  });
});
