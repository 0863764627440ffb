/** Lanes: cases of CASES.md, section B, about order, pauses and what blocks what. */
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError } from '../protocol/errors.ts';
import type { OutgoingMessage } from '../protocol/index.ts';
import { CHAT, createGate, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await createScenario();
});

/** Contents of the messages that were sent, in the order of the attempts. */
const attempts = (): string[] => scenario.asked('send').map((message) => (message as OutgoingMessage).content);
/** Fails the sending of messages with that content. */
const refuse = (content: string, ...args: ConstructorParameters<typeof TabcachedError>): void => {
  scenario.rig.server.before = (kind) => {
    if (kind === 'send' && attempts().at(-1) === content) throw new TabcachedError(...args);
  };
};

test('#40 S-3 two tabs that send at once, offline: both are delivered, in the order of acceptance, and both show both', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(1);
  const tab = await scenario.openedTab();
  const other = await scenario.openedTab();
  rig.server.cut();
  await Promise.all([scenario.send(tab, 'from the one'), scenario.send(other, 'from the other')]);
  await rig.time.settle();
  for (const each of [tab, other]) expect(each.texts(CHAT)).toEqual(['message 1', 'from the one', 'from the other']);
  rig.server.restore();
  await rig.time.advance(5_000);
  expect(serverTexts()).toEqual(['message 1', 'from the one', 'from the other']);
  for (const each of [tab, other]) expect(each.texts(CHAT)).toEqual(serverTexts());
});

test('#42 S-3 the first of three meets 503: the others wait, and the order holds', async () => {
  const { rig, serverTexts } = scenario;
  const tab = await scenario.openedTab();
  refuse('1', 'SERVER_FAILED');
  for (const text of ['1', '2', '3']) await scenario.send(tab, text);
  await rig.time.settle();
  expect(attempts()).toEqual(['1']);
  expect(tab.chat(CHAT).meta.lane).toMatchObject({ pending: 3, blocked: null });
  expect(tab.chat(CHAT).meta.lane.nextRetryAt).toBeGreaterThan(rig.time.clock.now());
  rig.server.before = () => undefined;
  await rig.time.advance(5_000);
  expect(serverTexts()).toEqual(['1', '2', '3']);
  expect(tab.chat(CHAT).meta.lane).toEqual({ pending: 0, blocked: null, nextRetryAt: null });
});

test('S-5 while the first of a lane is on its way, nothing that wakes the lane sends it again, or the next one', async () => {
  const { rig, serverTexts } = scenario;
  const tab = await scenario.openedTab();
  const gate = createGate();
  rig.server.before = (kind) => (kind === 'send' ? gate.pass() : undefined);
  for (const text of ['1', '2']) await scenario.send(tab, text);
  await rig.time.settle();
  // Somebody is back online, another tab joins, everything is retried, the link breaks and is up again, an hour passes.
  await tab.call('report', { visible: false, focused: false, online: false });
  await tab.call('report', { visible: true, focused: true, online: true });
  const other = await scenario.openedTab();
  await other.call('retryAll', {});
  await scenario.send(other, '3');
  rig.server.cut();
  rig.server.restore();
  await rig.time.advance(3_600_000);
  expect(attempts()).toEqual(['1']);
  expect((await scenario.storedOperations()).map(({ status }) => status)).toEqual(['syncing', 'pending', 'pending']);
  gate.open();
  await rig.time.advance(1_000);
  expect(attempts()).toEqual(['1', '2', '3']);
  expect(serverTexts()).toEqual(['1', '2', '3']);
});

describe('#43 the first of three is refused for good', () => {
  test('the lane is blocked and says so; discarding the first lets the others go', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    refuse('1', 'REJECTED', 'Words are missing.');
    const ids = [];
    for (const text of ['1', '2', '3']) ids.push(await scenario.send(tab, text));
    await rig.time.advance(10 * 60_000);
    expect(attempts()).toEqual(['1']);
    expect(tab.chat(CHAT).meta.lane).toMatchObject({ pending: 3, blocked: { operationId: ids[0], code: 'REJECTED', message: 'Words are missing.' } });
    expect(tab.chat(CHAT).rows).toMatchObject([{ status: 'failed', errorMessage: 'Words are missing.' }, { status: 'pending' }, { status: 'pending' }]);
    await tab.call('discard', { operationId: ids[0] ?? '' });
    await rig.time.advance(5_000);
    expect(serverTexts()).toEqual(['2', '3']);
    expect(tab.texts(CHAT)).toEqual(serverTexts());
  });

  test('an edit sends it again, in its place', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    refuse('1', 'REJECTED');
    const id = await scenario.send(tab, '1');
    for (const text of ['2', '3']) await scenario.send(tab, text);
    await rig.time.advance(1_000);
    await rig.restartDaemon();
    const again = await scenario.openedTab();
    // S-6: a restart is no reason to try again.
    await rig.time.advance(10 * 60_000);
    expect(attempts()).toEqual(['1']);
    await again.call('edit', { operationId: id, content: '1, corrected' });
    await rig.time.advance(5_000);
    expect(serverTexts()).toEqual(['1, corrected', '2', '3']);
    expect(rig.server.byTempId(id)?.content).toBe('1, corrected');
    expect(again.texts(CHAT)).toEqual(serverTexts());
  });
});

test.each(['REJECTED', 'SERVER_FAILED', 'never answered'] as const)('#45 a lane that is blocked, waits, or has no answer holds up no other (%s)', async (met) => {
  const { rig, serverTexts } = scenario;
  const tab = await scenario.openedTab();
  await tab.open(OTHER_CHAT);
  if (met === 'never answered') rig.server.before = (kind) => (kind === 'send' && attempts().at(-1) === 'blocked' ? new Promise(() => undefined) : undefined);
  else refuse('blocked', met);
  await scenario.send(tab, 'blocked');
  await scenario.send(tab, 'behind it');
  await rig.time.settle();
  for (const text of ['x', 'y']) await scenario.send(tab, text, OTHER_CHAT);
  await tab.call('markRead', { requestId: OTHER_CHAT, upToSequence: 1 });
  await rig.time.advance(5_000);
  expect(serverTexts(OTHER_CHAT)).toEqual(['x', 'y']);
  expect(serverTexts()).toEqual([]);
  expect(tab.chat(OTHER_CHAT).meta.lane).toMatchObject({ pending: 0, blocked: null });
});

describe('#46 the server asks for a pause of 120 seconds', () => {
  const pause = (): void => refuse('1', 'RATE_LIMITED', 'Slower.', { retryAfterMs: 120_000 });

  test('no attempt before, of nobody’s lane, and none is counted', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    pause();
    await scenario.send(tab, '1');
    await rig.time.settle();
    await scenario.send(tab, 'elsewhere', OTHER_CHAT);
    await rig.time.advance(119_000);
    expect(attempts()).toEqual(['1']);
    expect((await scenario.storedOperations()).map((operation) => operation.retryCount)).toEqual([0, 0]);
    rig.server.before = () => undefined;
    await rig.time.advance(2_000);
    expect(serverTexts()).toEqual(['1']);
    expect(serverTexts(OTHER_CHAT)).toEqual(['elsewhere']);
  });

  test('nor is a read mark told before', async () => {
    const { rig, fill } = scenario;
    fill(9, OTHER_CHAT);
    const tab = await scenario.openedTab(OTHER_CHAT);
    pause();
    await scenario.send(tab, '1');
    await rig.time.settle();
    await tab.call('markRead', { requestId: OTHER_CHAT, upToSequence: 9 });
    await rig.time.advance(119_000);
    expect(scenario.asked('read')).toEqual([]);
    rig.server.before = () => undefined;
    await rig.time.advance(2_000);
    expect(scenario.asked('read')).toEqual([9]);
  });

  test('nor anything, when it was a read mark that the server would not take', async () => {
    const { rig, fill, serverTexts } = scenario;
    fill(9, OTHER_CHAT);
    const tab = await scenario.openedTab(OTHER_CHAT);
    rig.server.before = (kind) => {
      if (kind === 'read') throw new TabcachedError('RATE_LIMITED', 'Slower.', { retryAfterMs: 120_000 });
    };
    await tab.call('markRead', { requestId: OTHER_CHAT, upToSequence: 9 });
    await rig.time.advance(600);
    rig.server.before = () => undefined;
    await scenario.send(tab, '1');
    await rig.time.advance(119_000);
    expect([attempts(), scenario.asked('read')]).toEqual([[], [9]]);
    await rig.time.advance(2_000);
    expect(serverTexts()).toEqual(['1']);
    expect(rig.server.chats.get(OTHER_CHAT)?.lastRead).toBe(9);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('not of a message that was asked about when the pause began (sim seed 3301)', async () => {
    const { rig, answers, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.before = (kind) => {
      if (kind === 'send') throw new TabcachedError('TIMEOUT');
    };
    await scenario.send(tab, 'unknown', OTHER_CHAT);
    await rig.time.settle();
    const gate = createGate();
    answers.findByTempId = (known) => gate.pass().then(() => known);
    await rig.time.advance(2_000);
    expect(gate.arrived()).toBe(1);
    pause();
    await scenario.send(tab, '1');
    await rig.time.settle();
    scenario.forgetRequests();
    gate.open();
    await rig.time.advance(110_000);
    expect([...scenario.asked('send'), ...scenario.asked('findByTempId')]).toEqual([]);
    rig.server.before = () => undefined;
    await rig.time.advance(15_000);
    expect([serverTexts(), serverTexts(OTHER_CHAT)]).toEqual([['1'], ['unknown']]);
  });

  test('not by a daemon that was started meanwhile either', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    pause();
    await scenario.send(tab, '1');
    await rig.time.settle();
    await rig.restartDaemon();
    rig.server.before = () => undefined;
    const again = await scenario.openedTab();
    await scenario.send(again, 'elsewhere', OTHER_CHAT);
    await rig.time.advance(110_000);
    expect(attempts()).toEqual(['1']);
    await rig.time.advance(20_000);
    expect(serverTexts()).toEqual(['1']);
    expect(serverTexts(OTHER_CHAT)).toEqual(['elsewhere']);
  });
});

describe('#47 the token is refused', () => {
  test('sending waits for the next attachment, which is with another token, and counts no attempt', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.before = (kind) => {
      if (kind === 'send') throw new TabcachedError('UNAUTHORIZED');
    };
    await scenario.send(tab, '1');
    await rig.time.advance(50_000);
    expect(attempts()).toEqual(['1']);
    expect(await scenario.storedOperations()).toMatchObject([{ status: 'pending', retryCount: 0 }]);
    rig.server.before = () => undefined;
    rig.server.cut();
    rig.server.restore();
    await rig.time.advance(100);
    expect(serverTexts()).toEqual(['1']);
  });

  test('an attachment while the refusal is being noted is not missed', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    let refused = false;
    rig.server.before = (kind) => {
      if (kind !== 'send' || refused) return;
      refused = true;
      // The new token is there before the daemon has stored what became of the attempt.
      scenario.onWrite = () => {
        scenario.onWrite = () => undefined;
        rig.server.cut();
        rig.server.restore();
      };
      throw new TabcachedError('UNAUTHORIZED');
    };
    await scenario.send(tab, '1');
    await rig.time.advance(1_000);
    expect(refused).toBe(true);
    expect(serverTexts()).toEqual(['1']);
  });

  test('nor is one that comes before the refusal is told (sim seed 222)', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.before = async (kind) => {
      if (kind !== 'send') return;
      rig.server.before = () => undefined;
      rig.server.cut();
      rig.server.restore();
      await rig.time.settle();
      throw new TabcachedError('UNAUTHORIZED');
    };
    await scenario.send(tab, '1');
    await rig.time.advance(1_000);
    expect(attempts()).toEqual(['1', '1']);
    expect(serverTexts()).toEqual(['1']);
  });

  test('a tab that comes with a token makes sending go on, though the link never broke', async () => {
    const { rig, serverTexts } = scenario;
    const tab = await scenario.openedTab();
    rig.server.before = (kind) => {
      if (kind === 'send') throw new TabcachedError('UNAUTHORIZED');
    };
    await scenario.send(tab, '1');
    await rig.time.advance(60_000);
    rig.server.before = () => undefined;
    await rig.openTab();
    await rig.time.advance(100);
    expect(serverTexts()).toEqual(['1']);
  });
});

test('S-4 an attempt that could not be noted blocks its lane only as long as storage fails', async () => {
  const { rig, serverTexts } = scenario;
  const tab = await scenario.openedTab();
  let writes = 0;
  scenario.onWrite = () => {
    if (++writes > 1) throw new TabcachedError('STORAGE_FAILED', 'The disk is full.');
  };
  await scenario.send(tab, '1');
  await rig.time.advance(20_000);
  expect(attempts()).toEqual([]);
  expect(tab.chat(CHAT).rows).toMatchObject([{ status: 'pending' }]);
  scenario.onWrite = () => undefined;
  await rig.time.advance(30_000);
  expect(serverTexts()).toEqual(['1']);
  expect(tab.chat(CHAT).rows).toMatchObject([{ status: 'sent' }]);
});

describe('S-4 S-6 what becomes of a message whose attempt meets', () => {
  type Code = ConstructorParameters<typeof TabcachedError>[0];
  const met = async (code: Code): Promise<void> => {
    const tab = await scenario.openedTab();
    refuse('mine', code, 'As the server says.');
    await scenario.send(tab, 'mine');
    await scenario.rig.time.settle();
  };
  const after = async (): Promise<readonly unknown[]> =>
    (await scenario.storedOperations()).map(({ status, retryCount, _outcomeUnknown: unknown = false, nextRetryAt }) => [status, retryCount, unknown, nextRetryAt === null ? null : nextRetryAt - scenario.rig.time.clock.now()]);

  // Half of each bound: the random number here is always 0.5.
  test.each<[Code, boolean]>([['SERVER_FAILED', true], ['TIMEOUT', true], ['INTERNAL', true], ['CORRUPT', false]])('%s: it waits, and that counts', async (code, unknown) => {
    await met(code);
    expect(await after()).toEqual([['pending', 1, unknown, 500]]);
  });

  test.each<[Code, boolean]>([['OFFLINE', true], ['CANCELLED', true], ['CLOSED', false]])('%s: it waits for the link, and that does not count', async (code, unknown) => {
    await met(code);
    expect(await after()).toEqual([['pending', 0, unknown, 500]]);
  });

  test.each<Code>(['UNAUTHORIZED', 'USER_MISMATCH'])('%s: it waits for a token, and that does not count', async (code) => {
    await met(code);
    expect(await after()).toEqual([['pending', 0, false, null]]);
  });

  test('RATE_LIMITED: it waits, and that does not count', async () => {
    await met('RATE_LIMITED');
    expect(await after()).toEqual([['pending', 0, false, 1_000]]);
  });

  test.each<Code>(['FORBIDDEN', 'NOT_FOUND', 'TICKET_CLOSED', 'REJECTED', 'INVALID', 'CURSOR_EXPIRED'])('%s: it has failed, and is not tried again over a day and a restart', async (code) => {
    await met(code);
    expect(await after()).toEqual([['failed', 0, false, null]]);
    await scenario.rig.restartDaemon();
    await scenario.openedTab();
    await scenario.rig.time.advance(24 * 3_600_000);
    expect(attempts()).toEqual(['mine']);
    expect(await scenario.storedOperations()).toMatchObject([{ status: 'failed', lastError: 'As the server says.', _errorCode: code, payload: { content: 'mine' } }]);
  });
});

describe('#42 #49 a server that fails on', () => {
  /** Times of the attempts, from the first. */
  const timesOf = async (facts: { readonly retryAfterMs?: number }): Promise<number[]> => {
    const { rig } = scenario;
    const tab = await scenario.openedTab();
    const times: number[] = [];
    rig.server.before = (kind) => {
      if (kind !== 'send') return;
      times.push(rig.time.elapsedMs());
      throw new TabcachedError('SERVER_FAILED', undefined, facts);
    };
    await scenario.send(tab, 'mine');
    await rig.time.advance(10 * 60_000);
    return times.map((at) => at - (times[0] ?? 0));
  };

  test('is asked after half of 1, 2, 4 and 8 seconds, where the random number is 0.5', async () => {
    expect(await timesOf({})).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  test('and says when it wants to be: then, and not sooner', async () => {
    expect(await timesOf({ retryAfterMs: 30_000 })).toEqual([0, 30_000, 60_000, 90_000, 120_000]);
  });
});
