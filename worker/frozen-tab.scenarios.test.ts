/** A tab that the browser has frozen, or that is slow: what it costs the daemon, and what it has when it goes on. */
import { expect, test } from 'vitest';
import type { CallInput, CallName, CallResult, ChatSnapshot, DaemonFrame } from '../protocol/index.ts';
import { UNACKED_LIMIT } from '../protocol/limits.ts';
import { tabLease } from '../protocol/names.ts';
import { RIG_USER, type Rig } from './testing/rig.ts';
import { CHAT, createScenario, OTHER_CHAT } from './testing/scenario.ts';

/** A tab that acknowledges nothing by itself. */
async function openSleeper(rig: Rig) {
  const frames: DaemonFrame[] = [];
  const lease = tabLease(RIG_USER, '0000-sleeper');
  await rig.locks.hold(lease);
  const connection = rig.daemon.connect((text) => void frames.push(JSON.parse(text) as DaemonFrame));
  const call = async <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<unknown> => {
    const result = (await connection.call(name, input)) as CallResult<unknown>;
    if (!result.ok) throw new Error(result.error.code);
    return result.value;
  };
  const settings = { backend: 'http://backend.test/api/v1', budgetBytes: 1e8, messageBudgetBytes: 1e9, mediaStore: 'indexeddb', outboxLimit: 1_000 } as const;
  await call('hello', { protocol: 1, buildId: 'build', userId: RIG_USER, tabId: '0000-sleeper', lease, settings, returning: false, report: { visible: false, focused: false, online: true } });
  const open = async (requestId: string): Promise<ChatSnapshot> => JSON.parse((await call('openChat', { requestId, anchor: 'newest', limit: 50 })) as string) as ChatSnapshot;
  return { frames, call, open };
}

test('L-2 #87 a tab is frozen for 30 minutes: a bounded number of frames; thawed it is told once which views to open, and misses no row', async () => {
  const scenario = await createScenario();
  const { rig } = scenario;
  const awake = await scenario.openedTab();
  const sleeper = await openSleeper(rig);
  await sleeper.open(CHAT);
  await sleeper.open(OTHER_CHAT);
  await rig.time.advance(1_000);
  const before = sleeper.frames.length;
  for (let minute = 0; minute < 30; minute += 1) {
    scenario.fill(5);
    if (minute % 10 === 0) scenario.fill(1, OTHER_CHAT);
    for (let step = 0; step < 6; step += 1) {
      scenario.fill(1);
      await rig.time.advance(10_000);
    }
  }
  expect(sleeper.frames.length).toBeLessThanOrEqual(UNACKED_LIMIT);
  expect(sleeper.frames.length).toBeGreaterThan(before);

  // Thawed, it reads what waited for it and acknowledges.
  await sleeper.call('ack', { frames: sleeper.frames.length });
  await rig.time.advance(100);
  const stale = sleeper.frames.filter((frame) => frame.t === 'stale');
  expect(stale.map(({ requestIds }) => [...requestIds].sort())).toEqual([[CHAT, OTHER_CHAT]]);
  const whole = (await sleeper.open(CHAT)).rows.map(({ content }) => content);
  expect(whole).toEqual(scenario.serverTexts().slice(-50));
  expect(whole).toEqual(awake.texts(CHAT).slice(-50));
  expect((await sleeper.open(OTHER_CHAT)).rows.map(({ content }) => content)).toEqual(scenario.serverTexts(OTHER_CHAT));

  // From here on it is told everything again.
  const count = sleeper.frames.length;
  scenario.fill(1);
  await rig.time.advance(1_000);
  expect(sleeper.frames.slice(count).some((frame) => frame.t === 'chat' && frame.upserts.some(({ content }) => content === scenario.serverTexts().at(-1)))).toBe(true);
});
