import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboxOperation, OutboxPatch, OutboxSnapshot } from '../protocol/outbox.ts';
import { lanesOf } from './outbox-view.ts';
import { openBrowser, settle, until, type BrowserUnderTest } from './testing/tab.ts';

let browser: BrowserUnderTest;
beforeEach(() => (browser = openBrowser()));
afterEach(() => browser.close());

const operation = (order: number, change: Partial<OutboxOperation> = {}): OutboxOperation => ({
  operationId: `operation ${order}`,
  requestId: 'chat a',
  order,
  content: `mine ${order}`,
  isScreenshot: false,
  screenshotFileName: null,
  status: 'pending',
  createdAt: order,
  retryCount: 0,
  nextRetryAt: null,
  errorCode: null,
  errorMessage: null,
  context: null,
  outcomeUnknown: false,
  ...change,
});
const snapshot = (version: number, operations: readonly OutboxOperation[], change: Partial<OutboxSnapshot> = {}): string =>
  JSON.stringify({ version, count: operations.length, limit: 10, paused: null, operations, ...change });
const patch = (version: number, upserts: readonly OutboxOperation[], removals: readonly string[] = [], count = 1): OutboxPatch => ({
  t: 'outbox', version, count, limit: 10, paused: null, upserts, removals,
});

describe('the outbox in a tab', () => {
  test('is asked for when somebody reads, follows its patches, and stops when nobody does', async () => {
    const tab = browser.tab();
    const { outbox } = await tab.connect();
    const daemon = browser.workers.latest();
    expect(outbox.getSnapshot()).toMatchObject({ ready: false, lanes: [], warning: 'none' });
    expect(daemon.inputs('watchOutbox')).toEqual([]);
    daemon.script.watchOutbox = () => snapshot(1, [operation(1), operation(2, { requestId: 'chat b' })], { paused: { reason: 'offline', until: null } });
    const undo = outbox.subscribe(() => undefined);
    await until(() => outbox.getSnapshot().ready);
    const before = outbox.getSnapshot();
    expect(before).toMatchObject({ count: 2, limit: 10, warning: 'none', paused: { reason: 'offline' } });
    daemon.post(patch(2, [operation(1, { status: 'failed', errorCode: 'REJECTED' })], [], 8));
    await until(() => outbox.getSnapshot() !== before);
    const after = outbox.getSnapshot();
    expect(after.lanes).toMatchObject([{ requestId: 'chat a', blocked: true }, { requestId: 'chat b', blocked: false }]);
    expect(after).toMatchObject({ warning: 'nearly-full', paused: null });
    // The lane that did not change renders nothing again.
    expect(after.lanes[1]).toBe(before.lanes[1]);
    daemon.post(patch(3, [], ['operation 1', 'operation 2'], 10));
    await until(() => outbox.getSnapshot().lanes.length === 0);
    expect(outbox.getSnapshot().warning).toBe('full');
    undo();
    tab.time.advance(5_000);
    await settle();
    expect(daemon.inputs('watchOutbox')).toEqual([{ watching: true }, { watching: false }]);
    expect(outbox.getSnapshot().ready).toBe(false);
  });

  test('is asked for again after a patch that was missed, when the daemon left some out, and when it died', async () => {
    const tab = browser.tab();
    const { outbox } = await tab.connect();
    const daemon = browser.workers.latest();
    let version = 1;
    browser.workers.onStart((next) => (next.script.watchOutbox = () => snapshot(1, [operation(9)])));
    daemon.script.watchOutbox = () => snapshot(version, [operation(version)]);
    outbox.subscribe(() => undefined);
    const shows = (order: number) => () => outbox.getSnapshot().lanes[0]?.operations[0]?.order === order;
    await until(shows(1));
    version = 3;
    daemon.post(patch(3, [operation(3)], ['operation 1']));
    await until(shows(3));
    version = 4;
    daemon.post({ t: 'stale', requestIds: [], tickets: false, outbox: true });
    await until(shows(4));
    daemon.kill();
    await until(shows(9));
    expect(outbox.getSnapshot().ready).toBe(true);
  });

  test('is acted on without opening a chat', async () => {
    const { outbox } = await browser.tab().connect();
    const daemon = browser.workers.latest();
    await outbox.retry('a');
    await outbox.retryAll();
    await outbox.edit('b', 'other words');
    await outbox.discard('c');
    await expect(outbox.edit('d', '')).rejects.toMatchObject({ code: 'INVALID' });
    expect([daemon.inputs('retry'), daemon.inputs('retryAll'), daemon.inputs('edit'), daemon.inputs('discard'), daemon.inputs('openChat')]).toEqual([
      [{ operationId: 'a' }], [{}], [{ operationId: 'b', content: 'other words' }], [{ operationId: 'c' }], [],
    ]);
  });

  test('S-3 lanes are in the order of acceptance, however the operations come', () => {
    const operations = [operation(3), operation(1, { requestId: 'chat b' }), operation(2), operation(4, { requestId: 'chat b' })];
    expect(lanesOf(operations, []).map((lane) => [lane.requestId, lane.operations.map((each) => each.order)])).toEqual([
      ['chat b', [1, 4]],
      ['chat a', [2, 3]],
    ]);
  });
});
