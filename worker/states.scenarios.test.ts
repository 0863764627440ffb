/** The states that a tab really sees, against the table of SPEC.md. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { ChatState } from '../protocol/index.ts';
import { EXPIRES_AFTER_MS } from '../protocol/limits.ts';
import { CHAT, createGate, createScenario } from './testing/scenario.ts';

test('every change of state that a tab sees is in the table', async () => {
  const scenario = await createScenario();
  const { rig, fill } = scenario;
  const { server } = rig;
  fill(10);
  server.before = (kind) => {
    if (kind === 'messages') throw new TabcachedError('SERVER_FAILED');
  };
  const tab = await scenario.openedTab();
  const path: ChatState[] = [];
  let seen = 0;
  /** What patches told since the last look, and what a view that was opened anew shows. */
  const look = (): void => {
    const told = tab.frames.slice(seen).flatMap((frame) => (frame.t === 'chat' && frame.requestId === CHAT ? [frame.meta.state] : []));
    seen = tab.frames.length;
    for (const state of [...told, tab.chat(CHAT).meta.state]) if (state !== path.at(-1)) path.push(state);
  };
  look();
  server.before = () => undefined;
  await rig.time.advance(20_000);
  fill(2);
  await rig.time.advance(100);
  server.skip(CHAT);
  fill(1);
  await rig.time.advance(1_000);
  server.cut();
  await rig.time.advance(100);
  server.restore();
  await rig.time.advance(1_000);
  rig.time.jump(EXPIRES_AFTER_MS + 1_000);
  server.cut();
  await rig.time.advance(100);
  server.restore();
  await rig.time.advance(1_000);
  server.cut();
  fill(3);
  await scenario.send(tab, 'mine');
  server.before = (kind) => {
    if (kind === 'changes') throw new TabcachedError('SERVER_FAILED');
  };
  server.restore();
  await rig.time.advance(1_000);
  server.before = () => undefined;
  await rig.time.advance(20_000);
  look();
  server.setAccess(CHAT, false);
  await rig.time.settle();
  look();
  server.setAccess(CHAT, true);
  await rig.time.advance(1_000);
  look();

  const spec = readFileSync(new URL('../protocol/SPEC.md', import.meta.url), 'utf8');
  for (const [i, state] of path.entries()) if (i > 0) expect(spec).toContain(`| \`${path[i - 1]}\` | \`${state}\` |`);
  // The walk came by all of them.
  expect(new Set(path)).toEqual(new Set(['INITIAL', 'SYNCING', 'FAILED', 'SYNCED', 'GAP_DETECTED', 'RESYNCING', 'STALE', 'EXPIRED']));
  expect(path.at(-1)).toBe('SYNCED');
});

test('#31 a page that one tab asked for brings a chat up to date while the ticket list is under way: every other tab hears of it (sim seed 1830000564)', async () => {
  const { rig, answers, fill } = await createScenario();
  fill(5);
  const [first, second, list] = [createGate(), createGate(), createGate()];
  answers.messages = async (answer) => {
    await (first.arrived() === 0 ? first : second).pass();
    return answer;
  };
  const shown = await rig.openTab();
  await shown.open(CHAT);
  await rig.time.advance(100);
  expect(first.arrived()).toBe(1);
  answers.tickets = async (answer) => {
    await list.pass();
    return answer;
  };
  // The link is another one: what is on its way may be older than what was missed between.
  rig.server.cut();
  await rig.time.advance(100);
  rig.server.restore();
  await rig.time.advance(500);
  const other = await rig.openTab();
  void other.call('openChat', { requestId: CHAT, anchor: 'unread', limit: 50 });
  await rig.time.advance(100);
  expect(second.arrived()).toBe(1);
  first.open();
  await rig.time.advance(100);
  expect(shown.chat(CHAT).meta.state).toBe('STALE');
  second.open();
  await rig.time.advance(100);
  list.open();
  await rig.time.advance(5_000);
  expect(shown.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', problem: null });
});
