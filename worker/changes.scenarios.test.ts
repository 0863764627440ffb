/** Edits and deletions: cases of CASES.md, section D, that need a daemon and its server. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CHAT, createGate, createScenario, type Scenario } from './testing/scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

describe('#67 an edit that is pushed while an older copy is on its way stays', () => {
  test.each([
    ['a page of older messages', 'older' as const],
    ['the newest page of a first open', 'newest' as const],
    ['a delta', 'delta' as const],
  ])('%s', async (_, way) => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(60);
    const gate = createGate();
    if (way === 'newest') answers.messages = (page) => gate.pass().then(() => page);
    const tab = await scenario.openedTab();
    const sequence = way === 'older' ? 5 : 55;
    let loading: Promise<unknown> = Promise.resolve();
    if (way === 'older') {
      answers.messages = (page) => gate.pass().then(() => page);
      loading = tab.call('loadPage', { requestId: CHAT, direction: 'older', ...tab.chat(CHAT).window, limit: 50 });
    }
    if (way === 'delta') {
      rig.server.cut();
      rig.server.edit(CHAT, sequence, 'the older copy');
      answers.changes = (page) => gate.pass().then(() => page);
      rig.server.restore();
    }
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    rig.server.edit(CHAT, sequence, 'edited while it was fetched');
    await rig.time.settle();
    gate.open();
    await loading;
    await rig.time.advance(1_000);
    const again = await rig.openTab();
    await again.open(CHAT);
    const rows = way === 'older' ? await scenario.storedRows() : again.chat(CHAT).rows;
    expect(rows.find((row) => row.sequenceNumber === sequence)?.content).toBe('edited while it was fetched');
    expect(again.texts(CHAT).slice(-50)).toEqual(serverTexts().slice(-50));
  });
});

describe('#69 M-3 an edit of a message inside a known gap is what the gap shows when it is filled', () => {
  test.each([
    ['told by push', false],
    ['told to nobody: the link was down', true],
  ])('%s', async (_, offline) => {
    const { rig, fill } = scenario;
    fill(20);
    const tab = await scenario.openedTab();
    rig.server.cut();
    scenario.fillMany(1_000);
    rig.server.restore();
    await rig.time.advance(1_000);
    const gap = tab.chat(CHAT).meta.gaps[0] ?? { startSeq: 0, endSeq: 0 };
    const sequence = gap.endSeq - 10;
    expect(gap.startSeq).toBeLessThan(sequence);
    if (offline) rig.server.cut();
    rig.server.edit(CHAT, sequence, 'edited in the gap');
    rig.server.remove(CHAT, sequence + 1);
    if (offline) rig.server.restore();
    await rig.time.advance(1_000);
    for (let fills = 0; fills < 30 && tab.chat(CHAT).meta.gaps.length > 0; fills++) {
      const [next] = tab.chat(CHAT).meta.gaps.slice(-1);
      if (next) await tab.call('loadPage', { requestId: CHAT, direction: 'gap', ...tab.chat(CHAT).window, gap: next, limit: 50 });
      await rig.time.advance(1_000);
    }
    expect(tab.chat(CHAT).meta.gaps).toEqual([]);
    const stored = await scenario.storedRows();
    expect(stored.map((row) => row.content)).toEqual(scenario.serverTexts());
    expect(stored.find((row) => row.sequenceNumber === sequence)?.content).toBe('edited in the gap');
  });
});

test('S-2 M-1 an own message that loses its text on the server is gone, and back with the text that it gets (sim seed 1679)', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(2);
  const tab = await scenario.openedTab();
  await scenario.send(tab, 'mine');
  await rig.time.advance(1_000);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
  rig.server.edit(CHAT, 3, '');
  await rig.time.advance(1_000);
  expect(tab.texts(CHAT)).toEqual(serverTexts().slice(0, 2));
  expect((await scenario.storedRows()).map((row) => row.content)).toEqual(serverTexts().slice(0, 2));
  rig.server.edit(CHAT, 3, 'mine again');
  await rig.time.advance(1_000);
  expect(tab.texts(CHAT)).toEqual(serverTexts());
  expect(tab.chat(CHAT).rows.at(-1)).toMatchObject({ content: 'mine again', status: 'sent' });
  expect((await scenario.storedRows()).map((row) => row.content)).toEqual(serverTexts());
});
