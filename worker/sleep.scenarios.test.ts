/** A machine that slept: the clock has jumped, sockets are dead, and nobody was told. */
import { beforeEach, describe, expect, test } from 'vitest';
import { EXPIRES_AFTER_MS } from '../protocol/limits.ts';
import { CHAT, createScenario, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

const HOUR_MS = 3_600_000;

let scenario: Scenario;
let tab: RigTab;
beforeEach(async () => {
  scenario = await createScenario();
  scenario.fill(3);
  tab = await scenario.openedTab();
});

/** Falls asleep, while others write, and wakes. Its socket dies meanwhile; if `silently`, nobody is told. */
async function sleep(ms: number, silently = false): Promise<void> {
  const { rig } = scenario;
  if (silently) rig.server.die();
  else rig.server.cut();
  scenario.fill(2);
  rig.server.edit(CHAT, 1, 'edited meanwhile');
  rig.server.remove(CHAT, 2);
  // What the screens say is of before the sleep.
  await rig.time.advance(100);
  rig.time.jump(ms);
  await rig.time.advance(10);
}

async function wake(): Promise<void> {
  const { rig } = scenario;
  rig.server.restore();
  await tab.call('report', { visible: true, focused: true, online: true });
  await rig.time.advance(1_000);
}

describe('#100 a machine that sleeps', () => {
  test('eight hours: the socket is attached again, what came meanwhile is there, and nothing counts as expired', async () => {
    await sleep(8 * HOUR_MS);
    expect(tab.chat(CHAT).meta.state).not.toBe('EXPIRED');
    scenario.forgetRequests();
    await wake();
    expect(scenario.rig.server.links()).toBe(1);
    expect(tab.texts(CHAT)).toEqual(scenario.serverTexts());
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
    // What it held was good for a delta; nothing is fetched anew.
    expect(scenario.asked('messages')).toEqual([]);
    expect(scenario.asked('changes')).toHaveLength(1);
    scenario.fill(1);
    await scenario.rig.time.advance(300);
    expect(tab.texts(CHAT)).toEqual(scenario.serverTexts());
  });

  test('eight hours, and nobody is told that the socket is dead: somebody looks, and it is attached again; what was due meanwhile is done', async () => {
    const { rig } = scenario;
    await tab.call('markRead', { requestId: CHAT, upToSequence: 3 });
    await sleep(8 * HOUR_MS, true);
    expect(rig.server.links()).toBe(0);
    scenario.fill(1);
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).not.toEqual(scenario.serverTexts());
    scenario.forgetRequests();
    await tab.call('report', { visible: false, focused: false, online: true });
    await tab.call('report', { visible: true, focused: true, online: true });
    await rig.time.advance(1_000);
    expect(rig.server.links()).toBe(1);
    expect(tab.texts(CHAT)).toEqual(scenario.serverTexts());
    expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', lastReadSequence: 3 });
    expect([scenario.asked('messages'), scenario.asked('changes').length]).toEqual([[], 1]);
    expect(rig.server.chats.get(CHAT)?.lastRead).toBe(3);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('longer than what is held counts as good: it is called expired, shown all the same, and fetched anew', async () => {
    const before = tab.texts(CHAT);
    await sleep(EXPIRES_AFTER_MS + HOUR_MS);
    // Somebody looks, and there is no network yet: it is said on the screen that shows it, not only to whoever opens it.
    await tab.call('report', { visible: false, focused: false, online: false });
    await tab.call('report', { visible: true, focused: true, online: false });
    await scenario.rig.time.settle();
    expect(tab.texts(CHAT)).toEqual(before);
    expect(tab.chat(CHAT).meta.state).toBe('EXPIRED');
    expect((await tab.open(CHAT)).meta.state).toBe('EXPIRED');
    scenario.forgetRequests();
    await wake();
    expect(tab.texts(CHAT)).toEqual(scenario.serverTexts());
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
    expect(scenario.asked('messages').length).toBeGreaterThan(0);
  });

  test('a clock that is set back makes nothing expire, and what it holds is not asked for over and over', async () => {
    scenario.rig.time.jump(-30 * 24 * HOUR_MS);
    scenario.forgetRequests();
    await scenario.rig.time.advance(HOUR_MS);
    expect(tab.chat(CHAT).meta.state).toBe('SYNCED');
    expect([...scenario.asked('messages'), ...scenario.asked('changes')]).toEqual([]);
  });
});
