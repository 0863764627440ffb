/** Deciding about what waits: cases of CASES.md, section B, in which a person retries, edits or discards. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { CHAT, createGate, createScenario, type Scenario } from './testing/scenario.ts';
import type { CachedMessage } from '../protocol/index.ts';
import type { RigTab } from './testing/rig.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

const bubbles = (tab: RigTab, content: string): readonly CachedMessage[] => tab.chat(CHAT).rows.filter((row) => row.content === content);
const failing = (code: ConstructorParameters<typeof TabcachedError>[0], kind = 'send') => (asked: string): void => {
  if (asked === kind) throw new TabcachedError(code);
};

describe('deciding about what waits', () => {
  test('#49 after five failures it has failed, with its text; a person’s retry sends it under the same id', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.before = failing('SERVER_FAILED');
    const id = await scenario.send(tab, 'mine');
    await rig.time.advance(10 * 60_000);
    expect(scenario.asked('send')).toHaveLength(5);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'failed', clientTempId: id }]);
    expect(tab.chat(CHAT).meta.lane).toMatchObject({ pending: 1, blocked: { operationId: id, code: 'SERVER_FAILED' } });
    expect(await scenario.storedOperations()).toMatchObject([{ id, status: 'failed', retryCount: 5, payload: { content: 'mine' } }]);
    rig.server.before = () => undefined;
    await tab.call('retry', { operationId: id });
    await rig.time.advance(1_000);
    expect(serverTexts()).toEqual(['mine']);
    expect(rig.server.byTempId(id)?.content).toBe('mine');
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'sent', clientTempId: id }]);
  });

  test('#50 edited while it waits, the server sees the last text only; while it is sent, the edit is refused', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(1);
    const tab = await scenario.openedTab();
    rig.server.cut();
    const id = await scenario.send(tab, 'draft');
    await tab.call('edit', { operationId: id, content: 'final' });
    expect(bubbles(tab, 'final')).toMatchObject([{ status: 'pending' }]);
    const gate = createGate();
    rig.server.before = (kind) => (kind === 'send' ? gate.pass() : undefined);
    rig.server.restore();
    await rig.time.settle();
    await expect(tab.call('edit', { operationId: id, content: 'too late' })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    expect(bubbles(tab, 'final')).toHaveLength(1);
    gate.open();
    await rig.time.advance(1_000);
    expect(scenario.asked('send')).toMatchObject([{ content: 'final' }]);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    await expect(tab.call('edit', { operationId: id, content: 'far too late' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('#51 discarded while it waits, it is never sent; while it is sent, the discard is refused', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(1);
    const tab = await scenario.openedTab();
    rig.server.cut();
    const id = await scenario.send(tab, 'never');
    await tab.call('discard', { operationId: id });
    await rig.time.settle();
    expect(tab.texts(CHAT)).toEqual(['message 1']);
    expect(await scenario.storedOperations()).toEqual([]);
    const kept = await scenario.send(tab, 'kept');
    const gate = createGate();
    rig.server.before = (kind) => (kind === 'send' ? gate.pass() : undefined);
    rig.server.restore();
    await rig.time.settle();
    await expect(tab.call('discard', { operationId: kept })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    gate.open();
    await rig.restartDaemon();
    const again = await scenario.openedTab();
    await rig.time.advance(10_000);
    expect(serverTexts()).toEqual(['message 1', 'kept']);
    expect(again.texts(CHAT)).toEqual(serverTexts());
  });

  test('#51 H-7 while a discard is being stored, its place is not given to another; the disk refuses it (sim seed 1780000538)', async () => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    rig.server.cut();
    const id = await scenario.send(tab, 'stays');
    let sending: Promise<string> | null = null;
    scenario.onWrite = () => {
      sending ??= scenario.send(tab, 'next').catch(() => 'refused');
      throw new TabcachedError('STORAGE_FAILED');
    };
    const discarding = tab.call('discard', { operationId: id }).catch(() => 'refused');
    await rig.time.advance(100);
    expect(await discarding).toBe('refused');
    scenario.onWrite = () => undefined;
    await rig.time.advance(5_000);
    await sending;
    const places = (content: string): number[] => tab.frames.flatMap((frame) => (frame.t === 'chat' ? frame.upserts : [])).flatMap((row) => (row.content === content ? row.sequenceNumber : []));
    const [first = 0] = places('stays');
    expect(places('next').length).toBeGreaterThan(0);
    for (const place of places('next')) expect(place).toBeGreaterThan(first);
    expect(bubbles(tab, 'stays')).toHaveLength(1);
  });

  test('#51 S-4 while a discard is being stored a tab repeats its send: it is not stored again behind the discard (sim seed 1791100709)', async () => {
    const { rig } = scenario;
    rig.server.cut();
    const id = await scenario.send(await scenario.openedTab(), 'mine');
    await rig.restartDaemon();
    const tab = await scenario.openedTab();
    let repeated: Promise<unknown> | null = null;
    scenario.onWrite = () => {
      repeated ??= tab.call('send', { requestId: CHAT, clientTempId: id, content: 'mine', again: true });
    };
    await tab.call('discard', { operationId: id });
    await rig.time.advance(1_000);
    expect(await repeated).toMatchObject({ clientTempId: id });
    expect(await scenario.storedOperations()).toEqual([]);
    await rig.restartDaemon();
    rig.server.restore();
    await scenario.openedTab();
    await rig.time.advance(60_000);
    expect(scenario.serverTexts()).toEqual([]);
  });

  test('#50 S-4 an edit that is being stored is not sent, whatever wakes its lane; the disk refuses it, and its first text stays (sim seed 1790031214)', async () => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    rig.server.before = failing('REJECTED');
    const id = await scenario.send(tab, 'first');
    await rig.time.settle();
    rig.server.before = () => undefined;
    const [other, gate] = [await rig.openTab(), createGate()];
    const told = (edit: Promise<unknown>): Promise<string> => edit.then(() => 'done', (thrown: TabcachedError) => thrown.code);
    const waking: Promise<unknown>[] = [];
    scenario.onWrite = () => {
      // Somebody is online again in the middle of it.
      if (waking.length === 0) waking.push(tab.call('report', { visible: true, focused: true, online: false }), tab.call('report', { visible: true, focused: true, online: true }));
      gate.open();
      throw new TabcachedError('STORAGE_FAILED');
    };
    const edits = [tab, other].map((each) => told(each.call('edit', { operationId: id, content: 'second' })));
    await gate.pass();
    await rig.time.advance(1_000);
    expect(await Promise.all(edits)).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED']);
    expect(waking).toHaveLength(2);
    expect(bubbles(tab, 'first')).toMatchObject([{ status: 'failed' }]);
    expect(scenario.asked('send')).toHaveLength(1);
    scenario.onWrite = () => undefined;
    await tab.call('edit', { operationId: id, content: 'third' });
    await rig.time.advance(5_000);
    expect(scenario.serverTexts()).toEqual(['third']);
  });

  test.each([0, 2])('#51 discarded in one life of the daemon (of %i after), it is not sent by a later one whose tab has no answer to its send and repeats it', async (lives) => {
    const { rig } = scenario;
    rig.server.cut();
    const id = await scenario.send(await scenario.openedTab(), 'mine');
    await rig.restartDaemon();
    const other = await rig.openTab();
    await other.call('discard', { operationId: id });
    for (let life = 0; life < lives; life++) await rig.restartDaemon();
    rig.server.restore();
    const tab = await scenario.openedTab();
    expect(await tab.call('send', { requestId: CHAT, clientTempId: id, content: 'mine', again: true })).toMatchObject({ clientTempId: id, durable: true });
    await rig.time.advance(60_000);
    expect([scenario.serverTexts(), tab.texts(CHAT), await scenario.storedOperations()]).toEqual([[], [], []]);
  });

  test('#51 what was discarded more than a day ago is not remembered for ever', async () => {
    const { rig } = scenario;
    rig.server.cut();
    const tab = await scenario.openedTab();
    const remembered = async () => Object.keys((await rig.store.read(['ticket_meta'], (tx) => tx.get('ticket_meta', '_discarded')))?.value ?? {});
    const ids: string[] = [];
    for (const text of ['a', 'b', 'c']) {
      ids.push(await scenario.send(tab, text));
      await tab.call('discard', { operationId: ids.at(-1) ?? '' });
      await rig.time.advance(13 * 3_600_000);
    }
    expect(await remembered()).toEqual(ids.slice(1));
  });

  test('S-4 M-2 sent, and without its text on the server before that was known: it is not shown, and those after it go (sim seed 1780000029)', async () => {
    const { rig, answers, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    let sends = 0;
    answers.send = (message) => {
      if (sends++ > 0) return message;
      rig.server.edit(CHAT, message.sequenceNumber, '');
      throw new TabcachedError('TIMEOUT');
    };
    const id = await scenario.send(tab, 'mine');
    await scenario.send(tab, 'after it');
    await rig.time.advance(10_000);
    expect(serverTexts()).toEqual(['', 'after it']);
    expect(await scenario.storedOperations()).toEqual([]);
    expect(tab.texts(CHAT)).toEqual(['after it']);
    expect((await scenario.storedRows()).map((row) => row.content)).toEqual(['after it']);
    rig.server.edit(CHAT, 1, 'words again');
    rig.server.holdFrames(false);
    rig.server.tellLost();
    await rig.time.advance(5_000);
    expect(bubbles(tab, 'words again')).toMatchObject([{ clientTempId: id, sequenceNumber: 1 }]);
  });

  test('#50 #51 while nobody knows whether it arrived, it can be neither edited nor discarded', async () => {
    const { rig, answers, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    answers.send = () => {
      throw new TabcachedError('TIMEOUT');
    };
    rig.server.before = failing('TIMEOUT', 'find');
    const id = await scenario.send(tab, 'mine');
    await rig.time.advance(10 * 60_000);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'failed' }]);
    await expect(tab.call('edit', { operationId: id, content: 'other' })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    await expect(tab.call('discard', { operationId: id })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    rig.server.before = () => undefined;
    await tab.call('retry', { operationId: id });
    await rig.time.advance(1_000);
    expect(serverTexts()).toEqual(['mine']);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'sent' }]);
  });

  test.each(['REJECTED', 'FORBIDDEN'] as const)('#50 #51 nor when the question itself is refused (%s; sim seed 42)', async (code) => {
    const { rig, answers, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.idempotent = false;
    rig.server.holdFrames(true);
    answers.send = () => {
      throw new TabcachedError('TIMEOUT');
    };
    rig.server.before = failing(code, 'find');
    const id = await scenario.send(tab, 'mine');
    await rig.time.advance(60_000);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'failed' }]);
    await expect(tab.call('edit', { operationId: id, content: 'other' })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    await expect(tab.call('discard', { operationId: id })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    rig.server.before = () => undefined;
    delete answers.send;
    await tab.call('retry', { operationId: id });
    await rig.time.advance(1_000);
    expect(serverTexts()).toEqual(['mine']);
  });

  test('#35 #51 told that it is a duplicate, and what became of it not answered: it cannot be discarded', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    scenario.answers.send = () => {
      throw new TabcachedError('DUPLICATE');
    };
    rig.server.before = failing('FORBIDDEN', 'find');
    const id = await scenario.send(tab, 'mine');
    await rig.time.advance(1_000);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'failed' }]);
    await expect(tab.call('discard', { operationId: id })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    rig.server.before = () => undefined;
    await tab.call('retry', { operationId: id });
    await rig.time.advance(1_000);
    expect(serverTexts()).toEqual(['mine']);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'sent' }]);
  });

  test('#55 S-6 closed by somebody else while a reply waits: refused, told, not tried again', async () => {
    const { rig, fill } = scenario;
    fill(1);
    const tab = await scenario.openedTab();
    rig.server.cut();
    const id = await scenario.send(tab, 'my reply');
    rig.server.before = failing('TICKET_CLOSED');
    rig.server.restore();
    await rig.time.advance(10 * 60_000);
    expect(scenario.asked('send')).toHaveLength(1);
    expect(bubbles(tab, 'my reply')).toMatchObject([{ status: 'failed' }]);
    expect(tab.chat(CHAT).meta.lane.blocked).toMatchObject({ operationId: id, code: 'TICKET_CLOSED' });
    expect(tab.chat(CHAT).meta.lane.blocked?.message).toMatch(/./);
    await rig.restartDaemon();
    await scenario.openedTab();
    await rig.time.advance(10 * 60_000);
    expect(scenario.asked('send')).toHaveLength(1);
  });
});
