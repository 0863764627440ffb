import { expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { CHAT, createGate, createScenario } from './testing/scenario.ts';

test('#31 a refusal that was under way when the ticket came back does not lock the chat (sim seed 26)', async () => {
  const { rig, answers, openedTab, fill, serverTexts } = await createScenario();
  fill(5);
  const tab = await openedTab();
  const gate = createGate();
  answers.changes = async () => {
    await gate.pass();
    answers.changes = (answer) => answer;
    throw new TabcachedError('FORBIDDEN');
  };
  rig.server.tellLost();
  await rig.time.advance(100);
  expect(gate.arrived()).toBe(1);
  // The server tells the ticket, so this user may see the chat: the answer is of a moment before.
  rig.server.append(CHAT, 'news');
  await rig.time.advance(100);
  gate.open();
  await rig.time.advance(5_000);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
  expect(tab.chat(CHAT).meta).toMatchObject({ state: 'SYNCED', problem: null });
});
