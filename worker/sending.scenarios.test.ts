/** Sending: cases of CASES.md, section B, about one message and its server. Lanes are in `lanes.scenarios.test.ts`. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import { PROVISIONAL_BASE } from '../protocol/limits.ts';
import type { CachedMessage, ChatPage, ChatPatch } from '../protocol/index.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';
import { RIG_USER, type RigTab } from './testing/rig.ts';

let scenario: Scenario;
const use = async (options?: Parameters<typeof createScenario>[0]): Promise<Scenario> => (scenario = await createScenario(options));
beforeEach(() => use());

const bubbles = (tab: RigTab, content: string): readonly CachedMessage[] => tab.chat(CHAT).rows.filter((row) => row.content === content);
const patches = (tab: RigTab): ChatPatch[] => tab.frames.filter((frame) => frame.t === 'chat');
const failing = (code: ConstructorParameters<typeof TabcachedError>[0], kind = 'send') => (asked: string): void => {
  if (asked === kind) throw new TabcachedError(code);
};

describe('answers and echoes', () => {
  test('#33 an echo before the answer: one bubble, sent once', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    const gate = createGate();
    answers.send = (message) => gate.pass().then(() => message);
    const id = await scenario.send(tab, 'mine');
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'sent', sequenceNumber: 4, clientTempId: id }]);
    gate.open();
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    const sent = patches(tab).flatMap((patch) => patch.upserts.filter((row) => row.clientTempId === id && row.status === 'sent'));
    expect(sent).toHaveLength(1);
    expect(rig.updates.filter((update) => update.kind === 'outbox' && update.status === 'completed')).toHaveLength(1);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('#34 the answer comes, the echo never: the bubble stays sent, after a restart too', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    await scenario.send(tab, 'mine');
    await rig.time.advance(5_000);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'sent', sequenceNumber: 4 }]);
    // H-5: it is held ahead of the watermark, which only the server's own telling moves.
    expect(tab.chat(CHAT).meta).toMatchObject({ watermark: 3, gaps: [], state: 'SYNCED' });
    await rig.restartDaemon();
    rig.server.cut();
    const again = await scenario.openedTab();
    expect(bubbles(again, 'mine')).toMatchObject([{ status: 'sent', sequenceNumber: 4 }]);
    expect(again.texts(CHAT)).toEqual(serverTexts());
  });

  test.each([
    ['the connection broke', 'OFFLINE' as const, true],
    ['no answer in time', 'TIMEOUT' as const, true],
    ['a gateway failed', 'SERVER_FAILED' as const, true],
    ['the connection broke, and the server does not notice repeats', 'OFFLINE' as const, false],
  ])('#35 the answer is lost, the link stays up: tried again by itself, one row on the server (%s)', async (_, code, idempotent) => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(1);
    rig.server.idempotent = idempotent;
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    let lost = 0;
    answers.send = (message) => {
      if (lost++ === 0) throw new TabcachedError(code);
      return message;
    };
    await scenario.send(tab, 'mine');
    await rig.time.settle();
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'pending' }]);
    await rig.time.advance(30_000);
    expect(serverTexts()).toEqual(['message 1', 'mine']);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'sent', sequenceNumber: 2 }]);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('#35 the server answers that it has it already: success', async () => {
    await use({ without: ['findByTempId'] });
    const { rig, serverTexts, answers } = scenario;
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    let sends = 0;
    answers.send = (message) => {
      if (sends++ === 0) throw new TabcachedError('TIMEOUT');
      return message;
    };
    await scenario.send(tab, 'mine');
    await rig.time.advance(30_000);
    expect(sends).toBe(2);
    expect(serverTexts()).toEqual(['mine']);
    expect(tab.texts(CHAT)).toEqual(['mine']);
  });

  test('#35 refused as a duplicate: it is found by its id, and that is success', async () => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(1);
    const tab = await scenario.openedTab();
    rig.server.holdFrames(true);
    answers.send = () => {
      throw new TabcachedError('DUPLICATE');
    };
    await scenario.send(tab, 'mine');
    await rig.time.advance(1_000);
    expect(serverTexts()).toEqual(['message 1', 'mine']);
    expect(bubbles(tab, 'mine')).toMatchObject([{ status: 'sent', sequenceNumber: 2 }]);
    expect(scenario.asked('send')).toHaveLength(1);
  });
});

describe('a message that its tab repeats long after it was sent', () => {
  test('S-1 S-2 its row comes from the disk while the repeat waits: one bubble, and nothing is sent again (sim seed 3441)', async () => {
    const { rig, fill, serverTexts } = scenario;
    rig.server.idempotent = false;
    const tab = await scenario.openedTab();
    const id = await scenario.send(tab, 'mine');
    await rig.time.advance(1_000);
    for (let page = 0; page < 3; page++) {
      fill(40);
      await rig.time.advance(1_000);
    }
    rig.server.cut();
    // The next daemon has the newest rows in memory, and not this one.
    await rig.restartDaemon();
    const again = await scenario.openedTab();
    await again.call('send', { requestId: CHAT, clientTempId: id, content: 'mine' });
    expect(bubbles(again, 'mine')).toMatchObject([{ status: 'pending' }]);
    let lo = again.chat(CHAT).window.lo;
    const seen: CachedMessage[] = [];
    while (lo > 1) {
      const page = JSON.parse(await again.call('loadPage', { requestId: CHAT, direction: 'older', lo, hi: 121, tail: true, limit: 50 })) as ChatPage;
      seen.push(...page.rows);
      lo = page.window.lo;
    }
    expect(seen.filter((row) => row.clientTempId === id)).toMatchObject([{ status: 'sent', sequenceNumber: 1 }]);
    // Outside of the window of a tab that has not scrolled there.
    expect(bubbles(again, 'mine')).toEqual([]);
    await rig.time.settle();
    await rig.time.advance(1_000);
    expect(await scenario.storedOperations()).toEqual([]);
    rig.server.restore();
    await rig.time.advance(60_000);
    expect(serverTexts().filter((text) => text === 'mine')).toHaveLength(1);
  });
});

test('S-1 storage cannot tell whether a repeated message was sent before: the server is asked (sim seed 1760004146)', async () => {
  let fails = false;
  await use({
    env: (env) => ({
      openStore: async (...args) => {
        const store = await env.openStore(...args);
        return { ...store, read: (stores, work) => (fails ? Promise.reject(new TabcachedError('STORAGE_FAILED')) : store.read(stores, work)) };
      },
    }),
  });
  const { rig, serverTexts } = scenario;
  rig.server.idempotent = false;
  const tab = await scenario.openedTab();
  const id = await scenario.send(tab, 'mine');
  await rig.time.advance(1_000);
  await rig.restartDaemon();
  const again = await rig.openTab();
  fails = true;
  await again.call('send', { requestId: CHAT, clientTempId: id, content: 'mine' });
  await again.call('send', { requestId: CHAT, clientTempId: '99999999-9999-4999-8999-999999999999', content: 'new' });
  await rig.time.advance(1_000);
  fails = false;
  await rig.time.advance(60_000);
  expect(serverTexts()).toEqual(['mine', 'new']);
  await again.open(CHAT);
  expect(again.texts(CHAT)).toEqual(['mine', 'new']);
  expect(await scenario.storedOperations()).toEqual([]);
});

test('S-2 M-2 a message whose answer is lost is deleted by somebody, and so not found and sent again: a delta of before that comes last makes no second bubble (sim seed 1830002412)', async () => {
  const { rig, fill, serverTexts, answers } = scenario;
  fill(3);
  const tab = await scenario.openedTab();
  rig.server.cut();
  const id = await scenario.send(tab, 'mine');
  const delta = createGate();
  answers.changes = async (page) => {
    await delta.pass();
    return page;
  };
  let sent = 0;
  answers.send = (message) => {
    if (sent++ === 0) throw new TabcachedError('TIMEOUT');
    return message;
  };
  rig.server.holdFrames(true);
  const gate = createGate();
  rig.server.before = (kind) => (kind === 'changes' ? gate.pass() : undefined);
  rig.server.restore();
  await rig.time.advance(100);
  expect(serverTexts()).toContain('mine');
  gate.open();
  await rig.time.settle();
  expect(delta.arrived()).toBe(1);
  rig.server.remove(CHAT, 4);
  await rig.time.advance(5_000);
  expect(sent).toBe(2);
  expect(bubbles(tab, 'mine')).toMatchObject([{ sequenceNumber: 5, status: 'sent' }]);
  delta.open();
  await rig.time.advance(1_000);
  const late = await rig.openTab();
  await late.open(CHAT);
  for (const each of [tab, late]) expect(each.chat(CHAT).rows.filter((row) => row.clientTempId === id)).toMatchObject([{ sequenceNumber: 5 }]);
  rig.server.holdFrames(false);
  await rig.time.advance(5_000);
  for (const each of [tab, late]) expect(each.texts(CHAT)).toEqual(serverTexts());
  expect((await scenario.storedRows()).map((row) => row.content)).toEqual(serverTexts());
});

test('S-2 M-2 what was deleted and sent again is one row once both are read from the disk (sim seed 1830002721)', async () => {
  const { rig, fill, serverTexts, answers } = scenario;
  fill(3);
  const first = await rig.openTab();
  const id = await scenario.send(first, 'mine');
  await rig.time.advance(1_000);
  const [row] = await scenario.storedRows();
  if (!row) throw new Error('not stored');
  rig.server.remove(CHAT, 4);
  rig.server.append(CHAT, 'mine', RIG_USER, { clientTempId: id });
  const again = rig.server.visible(CHAT).at(-1);
  if (!again) throw new Error('not there');
  // As a daemon leaves it that confirmed the second one when it could not read the first.
  await rig.store.write(['messages', 'chat_meta'], 'strict', async (tx) => {
    const { revision, ...message } = again;
    await tx.put('messages', { ...row, ...message, _revision: revision });
    const meta = await tx.get('chat_meta', CHAT);
    if (meta) await tx.put('chat_meta', { ...meta, _ahead: [{ startSeq: 4, endSeq: 5 }], messageCount: 2, _messagesSize: meta._messagesSize * 2 });
  });
  answers.messages = async (page) => new Promise(() => page);
  await rig.restartDaemon();
  const tab = await rig.openTab();
  await tab.open(CHAT);
  expect(bubbles(tab, 'mine')).toMatchObject([{ sequenceNumber: 5 }]);
  delete answers.messages;
  await rig.restartDaemon();
  const next = await scenario.openedTab();
  expect(next.texts(CHAT)).toEqual(serverTexts());
  await rig.time.advance(1_000);
  expect((await scenario.storedRows()).map((each) => each.content)).toEqual(serverTexts());
});

describe('a daemon that is killed', () => {
  test.each([1, 2, 3, 4, 5])('#38 S-1 S-4 before its write %i, sending loses and doubles nothing', async (dies) => {
    const { rig, fill, serverTexts } = scenario;
    fill(2);
    rig.server.idempotent = false;
    const tab = await scenario.openedTab();
    let writes = 0;
    scenario.onWrite = () => {
      if (++writes >= dies) throw new TabcachedError('STORAGE_FAILED', 'killed here');
    };
    const accepted: string[] = [];
    for (const text of ['one', 'two']) {
      void scenario.send(tab, text).then(() => accepted.push(text), () => undefined);
      await rig.time.advance(5);
    }
    await rig.restartDaemon();
    scenario.onWrite = () => undefined;
    const again = await scenario.openedTab();
    await rig.time.advance(60_000);
    for (const text of accepted) expect(serverTexts().filter((other) => other === text)).toEqual([text]);
    expect(again.texts(CHAT)).toEqual(serverTexts());
    expect(again.chat(CHAT).rows.every((row) => row.status === 'sent')).toBe(true);
    expect(await scenario.storedOperations()).toEqual([]);
    expect(await again.call('verifyChat', { requestId: CHAT })).toMatchObject({ missing: 0, stray: 0, countersWrong: false });
  });

  test.each(['send', 'answer'])('#38 while the %s is under way: one row on the server, one bubble', async (moment) => {
    const { rig, fill, answers, serverTexts } = scenario;
    fill(1);
    rig.server.idempotent = false;
    const tab = await scenario.openedTab();
    const gate = createGate();
    if (moment === 'send') rig.server.before = (kind) => (kind === 'send' && gate.arrived() === 0 ? gate.pass() : undefined);
    else answers.send = (message) => gate.pass().then(() => message);
    await scenario.send(tab, 'mine');
    await rig.time.settle();
    expect(gate.arrived()).toBe(1);
    expect(await scenario.storedOperations()).toMatchObject([{ status: 'syncing' }]);
    gate.open();
    await rig.restartDaemon();
    const again = await scenario.openedTab();
    await rig.time.advance(60_000);
    expect(serverTexts()).toEqual(['message 1', 'mine']);
    expect(again.texts(CHAT)).toEqual(serverTexts());
  });

  test('T-1 #39 five milliseconds after pressing send, with its last tab: the next start sends', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(1);
    const tab = await scenario.openedTab();
    rig.server.before = failing('OFFLINE');
    const sent = scenario.send(tab, 'mine');
    await rig.time.advance(5);
    tab.crash();
    await rig.restartDaemon();
    await sent;
    rig.server.before = () => undefined;
    const again = await scenario.openedTab();
    await rig.time.advance(20_000);
    expect(serverTexts()).toEqual(['message 1', 'mine']);
    expect(again.texts(CHAT)).toEqual(serverTexts());
  });
});

describe('places', () => {
  test('#53 pending rows come last, stay where they are when others write, and move once at most', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(3);
    const tab = await scenario.openedTab();
    const gate = createGate();
    rig.server.before = (kind) => (kind === 'send' ? gate.pass() : undefined);
    for (const text of ['a', 'b', 'c']) await scenario.send(tab, text);
    await rig.time.settle();
    const before = tab.chat(CHAT).rows.slice(-3).map((row) => row.sequenceNumber);
    expect(before.every((sequence) => sequence >= PROVISIONAL_BASE)).toBe(true);
    fill(2);
    await rig.time.settle();
    expect(tab.texts(CHAT)).toEqual(['message 1', 'message 2', 'message 3', 'message 4', 'message 5', 'a', 'b', 'c']);
    expect(tab.chat(CHAT).rows.slice(-3).map((row) => row.sequenceNumber)).toEqual(before);
    const already = patches(tab).length;
    gate.open();
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
    for (const text of ['a', 'b', 'c']) {
      const places = patches(tab).slice(already).flatMap((patch) => patch.upserts.filter((row) => row.content === text).map((row) => row.sequenceNumber));
      expect(new Set(places.filter((sequence) => sequence < PROVISIONAL_BASE)).size).toBe(1);
      expect(new Set(places.filter((sequence) => sequence >= PROVISIONAL_BASE)).size).toBeLessThanOrEqual(1);
    }
  });

  test('#54 a hundred rows pending in one chat take no place twice, across a restart too', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(1);
    const tab = await scenario.openedTab();
    rig.server.cut();
    const texts = Array.from({ length: 100 }, (_, i) => `mine ${i}`);
    await Promise.all(texts.slice(0, 50).map((text) => scenario.send(tab, text)));
    await rig.restartDaemon();
    const again = await scenario.openedTab();
    await Promise.all(texts.slice(50).map((text) => scenario.send(again, text)));
    const stored = (await scenario.storedRows()).filter((row) => row.sequenceNumber >= PROVISIONAL_BASE);
    expect(stored.map((row) => row.content)).toEqual(texts);
    expect(new Set(stored.map((row) => row.sequenceNumber)).size).toBe(100);
    rig.server.restore();
    await rig.time.advance(60_000);
    expect(serverTexts()).toEqual(['message 1', ...texts]);
    expect(again.texts(CHAT)).toEqual(serverTexts());
  });
});

describe('others', () => {
  test('T-5 #56 what one user has not sent is not sent in another user’s session', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.cut();
    await scenario.send(tab, 'mine alone');
    // The tab’s token belongs to somebody else now: the welcome says so.
    const backend = rig.server.backend as { openPush: NonNullable<typeof rig.server.backend.openPush> };
    const open = backend.openPush.bind(backend);
    backend.openPush = (events) => open({ ...events, onOpen: () => events.onOpen('somebody-else') });
    await rig.restartDaemon();
    rig.server.restore();
    const other = await rig.openTab();
    await other.open(CHAT);
    scenario.forgetRequests();
    await rig.time.advance(10 * 60_000);
    expect(scenario.asked('send')).toEqual([]);
    expect(scenario.asked('find')).toEqual([]);
    expect(serverTexts()).toEqual([]);
    expect(await scenario.storedOperations()).toHaveLength(1);
  });

  test('T-3 #58 when nothing can be stored, send is refused, the text is the caller’s, no bubble stays', async () => {
    const { rig, fill } = scenario;
    fill(1);
    const tab = await scenario.openedTab();
    scenario.onWrite = () => {
      throw new TabcachedError('STORAGE_FAILED', 'QuotaExceededError');
    };
    await expect(scenario.send(tab, 'mine')).rejects.toMatchObject({ code: 'STORAGE_FAILED', retryable: true });
    await rig.time.advance(1_000);
    expect(tab.texts(CHAT)).toEqual(['message 1']);
    expect(scenario.asked('send')).toEqual([]);
    scenario.onWrite = () => undefined;
    await scenario.send(tab, 'mine');
    await rig.time.advance(5_000);
    expect(scenario.serverTexts()).toEqual(['message 1', 'mine']);
    expect(scenario.serverTexts(OTHER_CHAT)).toEqual([]);
  });
});

describe('#35 S-1 a message that its tab repeats, long after it was sent to a server that does not know an id again', () => {
  test('is asked about first: it is there once (sim seed 1770004781)', async () => {
    const { rig, fill, serverTexts } = scenario;
    rig.server.idempotent = false;
    const first = await rig.openTab();
    const id = await scenario.send(first, 'mine');
    await rig.time.advance(1_000);
    // More than a page of others since, and nobody has looked at it: its row is not among those that are read first.
    fill(80);
    await rig.time.advance(1_000);
    await rig.store.write(['messages'], 'strict', (tx) => tx.clear('messages'));
    await rig.restartDaemon();
    const tab = await rig.openTab();
    await tab.call('send', { requestId: CHAT, clientTempId: id, content: 'mine', again: true });
    await rig.time.advance(1_000);
    expect(serverTexts().filter((text) => text === 'mine')).toHaveLength(1);
    expect(scenario.asked('find')).toEqual([id]);
    expect(await scenario.storedOperations()).toEqual([]);
  });
});
