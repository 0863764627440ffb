/** Nothing that can be sent is left asleep (S-4): whatever it waits for, it goes on when that is there. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { TabcachedError, type ErrorCode } from '../protocol/errors.ts';
import { BACKOFF_LONGEST_MS } from '../protocol/limits.ts';
import type { OfflineOperation } from '../protocol/index.ts';
import { rebased } from './outbox/lane.ts';
import { sendOperation } from './outbox/operations.ts';
import { CHAT, createScenario, OTHER_CHAT, type Scenario } from './testing/scenario.ts';
import type { RigTab } from './testing/rig.ts';

let scenario: Scenario;
let tab: RigTab;
beforeEach(async () => {
  scenario = await createScenario();
  tab = await scenario.openedTab();
});

const HOUR_MS = 3_600_000;
const failing = (code: ErrorCode, facts: { readonly retryAfterMs?: number } = {}) => (kind: string): void => {
  if (kind === 'send' || kind === 'find') throw new TabcachedError(code, undefined, facts);
};
/** A message that met that error and waits. */
async function waiting(code: ErrorCode, facts?: { readonly retryAfterMs?: number }): Promise<void> {
  scenario.rig.server.before = failing(code, facts);
  await scenario.send(tab, 'mine');
  await scenario.rig.time.settle();
  expect(await scenario.storedOperations()).toMatchObject([{ status: 'pending' }]);
  scenario.rig.server.before = () => undefined;
}
const nextRetryIn = async (): Promise<number> => ((await scenario.storedOperations())[0]?.nextRetryAt ?? 0) - scenario.rig.time.clock.now();

test('#47 a chat that was refused for its token is asked for again, though the link with the next one was up before the refusal came (sim seed 1539109909)', async () => {
  const { rig, fill, serverTexts } = scenario;
  fill(3, OTHER_CHAT);
  let refused = false;
  rig.server.before = (kind) => {
    if (kind !== 'messages' || refused) return;
    refused = true;
    rig.server.cut();
    rig.server.restore();
    throw new TabcachedError('UNAUTHORIZED');
  };
  await tab.open(OTHER_CHAT);
  await rig.time.advance(1_000);
  expect(tab.texts(OTHER_CHAT)).toEqual(serverTexts(OTHER_CHAT));
  expect(tab.chat(OTHER_CHAT).meta).toMatchObject({ state: 'SYNCED', problem: null });
});

describe('S-4 what wakes a message that waits', () => {
  test('its timer', async () => {
    await waiting('SERVER_FAILED');
    await scenario.rig.time.advance(1_000);
    expect(scenario.serverTexts()).toEqual(['mine']);
  });

  test.each([
    ['the push link that comes up', () => {
      scenario.rig.server.cut();
      scenario.rig.server.restore();
    }],
    ['a tab that is online again', async () => {
      await tab.call('report', { visible: true, focused: true, online: false });
      await tab.call('report', { visible: true, focused: true, online: true });
    }],
    ['a tab that becomes visible', async () => {
      await tab.call('report', { visible: false, focused: false, online: true });
      await tab.call('report', { visible: true, focused: false, online: true });
    }],
  ])('%s, without waiting for the timer', async (_, wake) => {
    await waiting('OFFLINE');
    expect(await nextRetryIn()).toBeGreaterThan(0);
    await wake();
    await scenario.rig.time.settle();
    expect(scenario.serverTexts()).toEqual(['mine']);
  });

  test('another tab, which may have the token that was missing', async () => {
    await waiting('UNAUTHORIZED');
    await scenario.rig.time.advance(50_000);
    expect(scenario.serverTexts()).toEqual([]);
    await scenario.rig.openTab();
    await scenario.rig.time.settle();
    expect(scenario.serverTexts()).toEqual(['mine']);
  });

  test.each([0, -HOUR_MS])('#47 a minute, when no tab had a good token: one may have it by now; the clock is set by %i ms (sim seed 1780002401)', async (jumpMs) => {
    await waiting('UNAUTHORIZED');
    scenario.rig.time.jump(jumpMs);
    await scenario.rig.time.advance(59_000);
    expect(scenario.serverTexts()).toEqual([]);
    await scenario.rig.time.advance(2_000);
    expect(scenario.serverTexts()).toEqual(['mine']);
    expect(await scenario.storedOperations()).toEqual([]);
  });

  test('a restart, at the time that was stored', async () => {
    await waiting('RATE_LIMITED', { retryAfterMs: 60_000 });
    await scenario.rig.restartDaemon();
    await scenario.openedTab();
    await scenario.rig.time.advance(59_000);
    expect(scenario.serverTexts()).toEqual([]);
    await scenario.rig.time.advance(2_000);
    expect(scenario.serverTexts()).toEqual(['mine']);
  });

  test('a restart, when an attempt was under way', async () => {
    scenario.rig.server.before = (kind) => (kind === 'send' ? new Promise(() => undefined) : undefined);
    await scenario.send(tab, 'mine');
    await scenario.rig.time.settle();
    expect(await scenario.storedOperations()).toMatchObject([{ status: 'syncing' }]);
    scenario.rig.server.before = () => undefined;
    await scenario.rig.restartDaemon();
    await scenario.openedTab();
    expect(scenario.serverTexts()).toEqual(['mine']);
  });
});

describe('#100 a clock that jumps', () => {
  test.each([
    ['in one life of the daemon', false],
    ['over a restart', true],
  ])('S-4 set back an hour, a message waits no longer than it was to wait from now: %s', async (_, restarts) => {
    const { rig } = scenario;
    await waiting('RATE_LIMITED', { retryAfterMs: 30_000 });
    rig.time.jump(-HOUR_MS);
    if (restarts) {
      await rig.restartDaemon();
      await scenario.openedTab();
    }
    await rig.time.advance(61_000);
    expect(scenario.serverTexts()).toEqual(['mine']);
  });

  test('S-4 set back while nothing waits, the pauses that follow are as short as ever', async () => {
    const { rig } = scenario;
    rig.time.jump(-HOUR_MS);
    await waiting('SERVER_FAILED');
    await rig.time.advance(BACKOFF_LONGEST_MS);
    expect(scenario.serverTexts()).toEqual(['mine']);
  });

  test('S-4 after eight hours of sleep it goes at once', async () => {
    const { rig } = scenario;
    await waiting('RATE_LIMITED', { retryAfterMs: 60_000 });
    rig.time.jump(8 * HOUR_MS);
    await tab.call('report', { visible: false, focused: false, online: true });
    await tab.call('report', { visible: true, focused: true, online: true });
    await rig.time.settle();
    expect(scenario.serverTexts()).toEqual(['mine']);
  });

  test('a read mark that waits for its window does not wait longer than that', async () => {
    const { rig, fill } = scenario;
    fill(3);
    await rig.time.settle();
    await tab.call('markRead', { requestId: CHAT, upToSequence: 3 });
    rig.time.jump(-HOUR_MS);
    await rig.time.advance(2_000);
    expect(scenario.asked('read')).toEqual([3]);
  });

  test('S-4 a wait is never longer than it was, and one that is over stays so', () => {
    const draft = { requestId: CHAT, clientTempId: OTHER_CHAT, content: 'x', isScreenshot: false, screenshotFileName: null };
    const times = fc.record({ createdAt: fc.nat(1e9), attempted: fc.boolean(), waitMs: fc.nat(1e6), now: fc.nat(1e9) });
    fc.assert(
      fc.property(times, ({ createdAt, attempted, waitMs, now }) => {
        const operation: OfflineOperation = { ...sendOperation(draft, createdAt, 1), attemptedAt: attempted ? createdAt : null, nextRetryAt: createdAt + waitMs };
        const after = rebased(operation, now);
        expect((after.nextRetryAt ?? 0) - now).toBeLessThanOrEqual(waitMs);
        expect(rebased(after, now)).toEqual(after);
        if (now >= createdAt) expect(after).toBe(operation);
      }),
    );
  });
});

test('S-4 S-3 whatever happened before, when all is well everything is sent within the schedule, once and in order', async () => {
  const step = fc.oneof(
    fc.constant('send' as const), fc.constant('other' as const), fc.constant('cut' as const), fc.constant('restore' as const), fc.constant('restart' as const),
    fc.constantFrom<ErrorCode>('SERVER_FAILED', 'TIMEOUT', 'OFFLINE', 'RATE_LIMITED', 'UNAUTHORIZED'), fc.integer({ min: -HOUR_MS, max: HOUR_MS }), fc.constant('wait' as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      scenario = await createScenario();
      const { rig } = scenario;
      tab = await scenario.openedTab();
      const texts: string[] = [];
      const others: string[] = [];
      for (const what of steps) {
        if (what === 'send') await scenario.send(tab, texts[texts.push(`mine ${texts.length}`) - 1] ?? '');
        else if (what === 'other') await scenario.send(tab, others[others.push(`other ${others.length}`) - 1] ?? '', OTHER_CHAT);
        else if (what === 'cut') rig.server.cut();
        else if (what === 'restore') rig.server.restore();
        else if (what === 'wait') await rig.time.advance(500);
        else if (typeof what === 'number') rig.time.jump(what);
        else if (what === 'restart') {
          await rig.restartDaemon();
          tab = await rig.openTab();
        } else {
          rig.server.before = failing(what, what === 'RATE_LIMITED' ? { retryAfterMs: 5_000 } : {});
          await rig.time.advance(100);
        }
      }
      rig.server.before = () => undefined;
      rig.server.cut();
      rig.server.restore();
      await tab.call('retryAll', {});
      await rig.time.advance(4 * BACKOFF_LONGEST_MS);
      expect([scenario.serverTexts(), scenario.serverTexts(OTHER_CHAT)]).toEqual([texts, others]);
      expect(await scenario.storedOperations()).toEqual([]);
    }),
    // Clocks that are set forward while an attempt or a pause runs, and back before the next one (found by this test).
    { numRuns: 40, examples: [[['other', 63_451, 'SERVER_FAILED', -63_551]], [['other', 'RATE_LIMITED', 'cut', 4_900, 'restore', -64_451, 'wait']]] },
  );
});

test('S-4 an operation that another build left completed is pruned at boot and not sent again', async () => {
  const { rig } = scenario;
  rig.server.cut();
  await scenario.send(tab, 'mine');
  const [operation] = await scenario.storedOperations();
  await rig.store.write(['offline_queue'], 'strict', (tx) => tx.put('offline_queue', { ...(operation as OfflineOperation), status: 'completed' }));
  await rig.restartDaemon();
  rig.server.restore();
  await scenario.openedTab();
  await rig.time.advance(60_000);
  expect(scenario.asked('send')).toEqual([]);
  expect(await scenario.storedOperations()).toEqual([]);
});
