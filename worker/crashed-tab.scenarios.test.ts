/** A tab that crashed says no goodbye: its lease alone tells, and what it alone wanted costs nothing any more. */
import { expect, test } from 'vitest';
import { CHAT, createScenario, OTHER_CHAT } from './testing/scenario.ts';

test('#86 what only the crashed tab showed is not kept in step any more; what others show is', async () => {
  const scenario = await createScenario();
  const { rig } = scenario;
  scenario.fill(3);
  scenario.fill(3, OTHER_CHAT);
  const crashed = await scenario.openedTab();
  const other = await scenario.openedTab(OTHER_CHAT);
  crashed.crash();
  await rig.time.settle();
  expect((await other.call('stats', {})).sessions).toBe(1);
  const told = crashed.frames.length;
  scenario.forgetRequests();

  // Something is missed in both chats; only the one that somebody shows is worth asking for.
  rig.server.holdFrames(true);
  scenario.fill(1);
  scenario.fill(1, OTHER_CHAT);
  rig.server.holdFrames(false);
  scenario.fill(1);
  scenario.fill(1, OTHER_CHAT);
  await rig.time.advance(5_000);
  expect(other.texts(OTHER_CHAT)).toEqual(scenario.serverTexts(OTHER_CHAT));
  expect(scenario.asked('changes')).toHaveLength(1);
  expect(scenario.asked('messages')).toEqual([]);
  expect(crashed.frames).toHaveLength(told);

  // Whoever opens it next has it whole.
  await other.open(CHAT);
  await rig.time.advance(1_000);
  expect(other.texts(CHAT)).toEqual(scenario.serverTexts());
});
