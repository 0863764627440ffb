/** Drafts: what is typed and not sent, over tabs, restarts and sending. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { ChatMeta } from '../protocol/index.ts';
import { CHAT, createScenario, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

let scenario: Scenario;
let tab: RigTab;
beforeEach(async () => {
  scenario = await createScenario();
  tab = await scenario.openedTab();
});

const type = (text: string, by = tab): Promise<null> => by.call('saveDraft', { requestId: CHAT, text });
const meta = (of = tab): ChatMeta => of.chat(CHAT).meta;
const stored = async (): Promise<string | undefined> => (await scenario.storedMeta())?._draft;

describe('a draft', () => {
  test('T-1 is stored when its call resolves: it survives the daemon and every tab', async () => {
    await type('Dear Ann');
    expect(await stored()).toBe('Dear Ann');
    tab.crash();
    await scenario.rig.restartDaemon();
    expect(meta(await scenario.openedTab())).toMatchObject({ draft: 'Dear Ann', draftBy: null });
  });

  test('follows the chat to other tabs, and says which tab wrote it: a tab knows its own echo', async () => {
    const other = await scenario.openedTab();
    await type('Dear');
    await type('Dear Ann');
    await scenario.rig.time.settle();
    for (const each of [tab, other]) expect(meta(each)).toMatchObject({ draft: 'Dear Ann', draftBy: tab.id, draftVersion: 2 });
    await type('Hello', other);
    await scenario.rig.time.settle();
    expect(meta()).toMatchObject({ draft: 'Hello', draftBy: other.id, draftVersion: 3 });
  });

  test('a text that was emptied is no draft', async () => {
    await type('Dear Ann');
    await type('');
    expect(await stored()).toBeUndefined();
    await scenario.rig.time.settle();
    expect(meta().draft).toBe('');
  });

  test('T-3 that cannot be stored is on every screen, its tab is told, and it is stored when storage is back', async () => {
    scenario.onWrite = () => {
      throw new TabcachedError('STORAGE_FAILED', 'The disk is full.');
    };
    await expect(type('Dear Ann')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(meta().draft).toBe('Dear Ann');
    scenario.onWrite = () => undefined;
    await scenario.rig.time.advance(2_000);
    expect(await stored()).toBe('Dear Ann');
  });
});

describe('a message and the draft it was', () => {
  test.each([1, 2, 3])('S-4 go and come together, whichever write the daemon dies before (%i)', async (dies) => {
    await type('Dear Ann');
    scenario.rig.server.cut();
    let writes = 0;
    scenario.onWrite = () => {
      if (++writes >= dies) throw new TabcachedError('STORAGE_FAILED', 'killed here');
    };
    await scenario.send(tab, 'Dear Ann').catch(() => undefined);
    await scenario.rig.restartDaemon();
    scenario.onWrite = () => undefined;
    const kept = (await scenario.storedOperations()).length;
    expect([kept, await stored()]).toEqual(dies === 1 ? [0, 'Dear Ann'] : [1, undefined]);
  });

  test('#58 a message that is refused leaves the draft on every screen', async () => {
    const other = await scenario.openedTab();
    await type('Dear Ann');
    scenario.onWrite = () => {
      throw new TabcachedError('STORAGE_FAILED', 'The disk is full.');
    };
    await expect(scenario.send(tab, 'Dear Ann')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await scenario.rig.time.settle();
    for (const each of [tab, other]) expect(meta(each).draft).toBe('Dear Ann');
    scenario.onWrite = () => undefined;
    await scenario.rig.time.advance(2_000);
    expect(await stored()).toBe('Dear Ann');
  });

  test('what is typed after pressing send is not taken, however long the daemon takes to accept', async () => {
    // Rows on disk only: accepting waits for them.
    scenario.fill(3);
    await scenario.rig.time.advance(1_000);
    await scenario.rig.restartDaemon();
    tab = await scenario.rig.openTab();
    await type('Dear Ann');
    await Promise.all([scenario.send(tab, 'Dear Ann'), type('P.S.')]);
    expect(await stored()).toBe('P.S.');
    await scenario.rig.time.advance(1_000);
    expect(scenario.serverTexts()).toContain('Dear Ann');
  });

  test('a picture that is sent beside it leaves it', async () => {
    await type('Dear Ann');
    await tab.call('send', { requestId: CHAT, clientTempId: '99999999-9999-4999-8999-000000000001', content: 'a.png', isScreenshot: true, screenshotFileName: 'a.png', keepDraft: true });
    expect(await stored()).toBe('Dear Ann');
  });
});
