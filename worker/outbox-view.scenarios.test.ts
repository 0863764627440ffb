/** The queue of all chats: what every tab sees of it, and deciding about it from there. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { CachedTicket, OutboxOperation, OutboxPatch, OutboxSnapshot } from '../protocol/index.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

let scenario: Scenario;
const use = async (options?: Parameters<typeof createScenario>[0]): Promise<Scenario> => (scenario = await createScenario(options));
beforeEach(() => use());

/** The outbox as a tab has it: its snapshot with the patches that followed. Throws when a version is missing. */
async function watch(tab: RigTab): Promise<() => Omit<OutboxSnapshot, 'operations'> & { readonly operations: readonly OutboxOperation[] }> {
  const before = tab.frames.length;
  const snapshot = JSON.parse((await tab.call('watchOutbox', { watching: true })) ?? '') as OutboxSnapshot;
  return () => {
    let head: Omit<OutboxSnapshot, 'operations'> = snapshot;
    const operations = new Map(snapshot.operations.map((operation) => [operation.operationId, operation]));
    for (const patch of tab.frames.slice(before).filter((frame): frame is OutboxPatch => frame.t === 'outbox')) {
      if (patch.version <= snapshot.version) continue;
      if (patch.version !== head.version + 1) throw new Error(`version ${patch.version} after ${head.version}`);
      head = patch;
      for (const id of patch.removals) operations.delete(id);
      for (const operation of patch.upserts) operations.set(operation.operationId, operation);
    }
    return { version: head.version, count: head.count, limit: head.limit, paused: head.paused, operations: [...operations.values()].sort((a, b) => a.order - b.order) };
  };
}
const failing = (code: ConstructorParameters<typeof TabcachedError>[0], ...args: [string?, { retryAfterMs?: number }?]) => (asked: string): void => {
  if (asked === 'send') throw new TabcachedError(code, ...args);
};
const contents = (operations: readonly OutboxOperation[]): string[] => operations.map((operation) => operation.content);

describe('the queue view', () => {
  test('S-4 every tab sees every chat’s messages that wait, from the sending to the confirmation, opened or not', async () => {
    const { rig } = scenario;
    const writer = await scenario.openedTab();
    const watcher = await rig.openTab();
    const early = await watch(watcher);
    rig.server.cut();
    await scenario.send(writer, 'a');
    await scenario.send(writer, 'b', OTHER_CHAT);
    await rig.time.advance(100);
    const late = await watch(await rig.openTab());
    for (const seen of [early, late]) {
      expect(contents(seen().operations)).toEqual(['a', 'b']);
      expect(seen()).toMatchObject({ count: 2, limit: 1_000, paused: { reason: 'offline', until: null } });
    }
    expect(late().operations).toMatchObject([
      { requestId: CHAT, status: 'pending', retryCount: 0, errorCode: null, context: null, outcomeUnknown: false },
      { requestId: OTHER_CHAT, status: 'pending' },
    ]);
    rig.server.restore();
    await rig.time.advance(5_000);
    for (const seen of [early, late]) expect(seen()).toMatchObject({ count: 0, paused: null, operations: [] });
  });

  test('S-4 it says what failed and why, and when the next attempt is', async () => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    const seen = await watch(tab);
    rig.server.before = failing('REJECTED', 'Words are missing.');
    const id = await scenario.send(tab, 'refused');
    await rig.time.advance(1_000);
    rig.server.before = failing('SERVER_FAILED');
    await scenario.send(tab, 'waits', OTHER_CHAT);
    await rig.time.advance(100);
    expect(seen().operations).toMatchObject([
      { operationId: id, status: 'failed', errorCode: 'REJECTED', errorMessage: 'Words are missing.', outcomeUnknown: false },
      { content: 'waits', status: 'pending', retryCount: 1, errorCode: 'SERVER_FAILED', outcomeUnknown: true },
    ]);
    expect(seen().operations[1]?.nextRetryAt).toBeGreaterThan(rig.time.clock.now());
  });

  test.each([
    ['rate-limited', 'RATE_LIMITED' as const],
    ['unauthorized', 'UNAUTHORIZED' as const],
  ])('#46 #47 it says that everything is paused: %s', async (reason, code) => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    const seen = await watch(tab);
    rig.server.before = failing(code, undefined, { retryAfterMs: 60_000 });
    await scenario.send(tab, 'mine');
    const until = code === 'RATE_LIMITED' ? rig.time.clock.now() + 60_000 : null;
    await rig.time.advance(100);
    expect(seen().paused).toEqual({ reason, until });
    rig.server.before = () => undefined;
    rig.server.cut();
    rig.server.restore();
    await rig.time.advance(61_000);
    expect(seen()).toMatchObject({ paused: null, count: 0 });
  });

  test('a tab that stops watching is not told any more; nor is one that is gone', async () => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    const watcher = await rig.openTab();
    await watch(watcher);
    expect(await watcher.call('watchOutbox', { watching: false })).toBeNull();
    await scenario.send(tab, 'mine');
    await rig.time.advance(1_000);
    expect(watcher.frames.filter((frame) => frame.t === 'outbox')).toEqual([]);
  });
});

describe('several tabs that press the same button', () => {
  test('#49 retry and retry all: one request for each message, whoever presses', async () => {
    const { rig, serverTexts } = scenario;
    const tabs = [await scenario.openedTab(), await rig.openTab(), await rig.openTab()];
    rig.server.before = failing('REJECTED');
    const a = await scenario.send(tabs[0] as RigTab, 'a');
    await scenario.send(tabs[0] as RigTab, 'b', OTHER_CHAT);
    await rig.time.advance(1_000);
    rig.server.before = () => undefined;
    scenario.forgetRequests();
    await Promise.all(tabs.flatMap((tab) => [tab.call('retryAll', {}), tab.call('retry', { operationId: a })]));
    await Promise.all(tabs.map((tab) => tab.call('retryAll', {})));
    await rig.time.advance(5_000);
    expect(scenario.asked('send')).toHaveLength(2);
    expect([serverTexts(), serverTexts(OTHER_CHAT)]).toEqual([['a'], ['b']]);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('#51 discard: each is told that it is done, and the next in the lane is sent once', async () => {
    const { rig, serverTexts } = scenario;
    const tabs = [await scenario.openedTab(), await rig.openTab()];
    rig.server.before = failing('REJECTED');
    const id = await scenario.send(tabs[0] as RigTab, 'never');
    await scenario.send(tabs[0] as RigTab, 'kept');
    await rig.time.advance(1_000);
    rig.server.before = () => undefined;
    await Promise.all(tabs.map((tab) => tab.call('discard', { operationId: id })));
    await (tabs[1] as RigTab).call('discard', { operationId: id });
    await rig.time.advance(5_000);
    expect(serverTexts()).toEqual(['kept']);
  });

  test('#50 edit: the same text twice is one request; another text while it is sent is refused', async () => {
    const { rig, serverTexts } = scenario;
    const tabs = [await scenario.openedTab(), await rig.openTab()];
    rig.server.before = failing('REJECTED');
    const operationId = await scenario.send(tabs[0] as RigTab, 'wrong');
    await rig.time.advance(1_000);
    scenario.forgetRequests();
    const gate = createGate();
    rig.server.before = (kind) => (kind === 'send' ? gate.pass() : undefined);
    await Promise.all(tabs.map((tab) => tab.call('edit', { operationId, content: 'right' })));
    await rig.time.settle();
    await (tabs[1] as RigTab).call('edit', { operationId, content: 'right' });
    await expect((tabs[1] as RigTab).call('edit', { operationId, content: 'other' })).rejects.toMatchObject({ code: 'IN_FLIGHT' });
    gate.open();
    await rig.time.advance(1_000);
    expect(scenario.asked('send')).toHaveLength(1);
    expect(serverTexts()).toEqual(['right']);
  });
});

describe('several tabs that press the same button while storage refuses', () => {
  /** A message that was refused, and what one tab after the other is told of a button. */
  const told = async (press: (tab: RigTab, operationId: string) => Promise<unknown>): Promise<string[]> => {
    const { rig } = scenario;
    const tabs = [await scenario.openedTab(), await rig.openTab()];
    rig.server.before = failing('REJECTED');
    const id = await scenario.send(tabs[0] as RigTab, 'refused');
    await rig.time.advance(1_000);
    scenario.onWrite = () => {
      throw new TabcachedError('STORAGE_FAILED');
    };
    const calls = tabs.map((tab) => press(tab, id).then(() => 'done', (thrown: unknown) => (thrown as TabcachedError).code));
    await rig.time.settle();
    const answers = await Promise.all(calls);
    scenario.onWrite = () => undefined;
    rig.server.before = () => undefined;
    return answers;
  };

  test('#50 an edit is done for none of them, and nothing else is sent (sim seed 104)', async () => {
    const answers = await told((tab, operationId) => tab.call('edit', { operationId, content: 'other' }));
    expect(answers).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED']);
    expect(await scenario.storedOperations()).toMatchObject([{ status: 'failed', payload: { content: 'refused' } }]);
  });

  test('#50 nor do two different edits leave one of them behind', async () => {
    let edits = 0;
    const answers = await told((tab, operationId) => tab.call('edit', { operationId, content: `other ${++edits}` }));
    expect(answers).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED']);
    const tab = await scenario.openedTab();
    expect(tab.texts(CHAT)).toEqual(['refused']);
  });

  test('#49 a retry is done for none of them', async () => {
    expect(await told((tab, operationId) => tab.call('retry', { operationId }))).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED']);
  });

  test('#51 nor is a discard', async () => {
    expect(await told((tab, operationId) => tab.call('discard', { operationId }))).toEqual(['STORAGE_FAILED', 'STORAGE_FAILED']);
    const tab = await scenario.openedTab();
    expect(tab.texts(CHAT)).toEqual(['refused']);
  });
});

describe('#55 what happened to the ticket meanwhile', () => {
  const context = (tab: RigTab): unknown => tab.chat(CHAT).meta.lane.blocked?.context;

  test.each(['before', 'after'])('closed by another agent, of which the ticket list hears %s the refusal: said in the chat and in the queue', async (order) => {
    const { rig, answers } = scenario;
    const tab = await scenario.openedTab();
    const seen = await watch(tab);
    rig.server.cut();
    await scenario.send(tab, 'my reply');
    rig.server.changeTicket(CHAT, { statusId: 4 });
    const gate = createGate();
    if (order === 'after') answers.tickets = (page) => gate.pass().then(() => page);
    else rig.server.before = (kind) => (kind === 'send' ? gate.pass() : undefined);
    rig.server.restore();
    await rig.time.advance(1_000);
    if (order === 'after') expect(context(tab)).toMatchObject({ kind: 'ticket-closed', statusId: 1 });
    gate.open();
    await rig.time.advance(1_000);
    const expected = { kind: 'ticket-closed', statusId: 4, statusIdThen: 1, at: null };
    expect(context(tab)).toEqual(expected);
    expect(seen().operations).toMatchObject([{ status: 'failed', errorCode: 'TICKET_CLOSED', context: expected }]);
    await rig.restartDaemon();
    const again = await scenario.openedTab();
    expect(context(again)).toEqual(expected);
    // Not tried again by itself.
    await rig.time.advance(10 * 60_000);
    expect(scenario.asked('send')).toHaveLength(1);
  });

  test('reassigned to another technician, and refused for it', async () => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    rig.server.cut();
    await scenario.send(tab, 'my reply');
    rig.server.changeTicket(CHAT, { technicianId: 'colleague' });
    rig.server.before = failing('REJECTED', 'Another technician has it.');
    rig.server.restore();
    await rig.time.advance(1_000);
    expect(context(tab)).toMatchObject({ kind: 'reassigned', from: { id: 'agent' }, to: { id: 'colleague' } });
  });

  test('access lost', async () => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    const seen = await watch(tab);
    rig.server.cut();
    await scenario.send(tab, 'my reply');
    rig.server.setAccess(CHAT, false);
    rig.server.restore();
    await rig.time.advance(1_000);
    expect(seen().operations).toMatchObject([{ content: 'my reply', status: 'failed', errorCode: 'FORBIDDEN', context: { kind: 'access-lost' } }]);
  });

  test('a refusal that has nothing to do with the ticket has no context', async () => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    rig.server.before = failing('REJECTED');
    await scenario.send(tab, 'my reply');
    await rig.time.advance(1_000);
    expect(tab.chat(CHAT).meta.lane.blocked).toMatchObject({ code: 'REJECTED', context: null });
    const { tickets } = JSON.parse(await tab.call('openTickets', {})) as { tickets: CachedTicket[] };
    expect(tickets).toHaveLength(2);
  });
});

describe('limits', () => {
  test('#58 from 80 % on `send` warns; beyond the limit it is refused and leaves nothing behind', async () => {
    const { rig, serverTexts } = await use({ outboxLimit: 5 });
    const tab = await scenario.openedTab();
    const seen = await watch(tab);
    rig.server.cut();
    const warned: boolean[] = [];
    for (let i = 1; i <= 5; i++) {
      const clientTempId = `99999999-9999-4999-8999-${String(i).padStart(12, '0')}`;
      warned.push((await tab.call('send', { requestId: CHAT, clientTempId, content: `mine ${i}` })).nearlyFull);
    }
    expect(warned).toEqual([false, false, false, true, true]);
    await expect(scenario.send(tab, 'too much')).rejects.toMatchObject({ code: 'OUTBOX_FULL', retryable: true });
    await rig.time.advance(100);
    expect(tab.texts(CHAT)).toEqual(['mine 1', 'mine 2', 'mine 3', 'mine 4', 'mine 5']);
    expect(seen()).toMatchObject({ count: 5, limit: 5 });
    rig.server.restore();
    await rig.time.advance(5_000);
    await scenario.send(tab, 'now there is room');
    await rig.time.advance(1_000);
    expect(serverTexts()).toEqual(['mine 1', 'mine 2', 'mine 3', 'mine 4', 'mine 5', 'now there is room']);
  });
});
