import type { OutboxLane, OutboxOperation } from 'tabcached';
import { expect, test } from 'vitest';
import { countMessages, laneStatus, urgentFirst } from './lanes.ts';

const operation = (order: number, change: Partial<OutboxOperation> = {}): OutboxOperation => ({
  operationId: `op-${order}`,
  requestId: 'a',
  order,
  content: `text ${order}`,
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
const lane = (requestId: string, ...operations: OutboxOperation[]): OutboxLane => ({ requestId, operations, blocked: operations[0]?.status === 'failed' });

test('#45 lanes that need a person come first, the others keep their order', () => {
  const lanes = [lane('a', operation(1)), lane('b', operation(2, { status: 'failed' }), operation(4)), lane('c', operation(3))];
  expect(urgentFirst(lanes).map(({ requestId }) => requestId)).toEqual(['b', 'a', 'c']);
  expect(countMessages(lanes)).toEqual({ all: 4, failed: 1, blocked: 2 });
});

test('the first message decides what a lane does', () => {
  const kind = (change: Partial<OutboxOperation>, paused: Parameters<typeof laneStatus>[1] = null): string => laneStatus(lane('a', operation(1, change), operation(2)), paused).kind;
  const offline = { reason: 'offline', until: null } as const;
  expect(kind({})).toBe('next');
  expect(kind({ status: 'syncing' })).toBe('sending');
  expect(kind({ nextRetryAt: 5 })).toBe('retry');
  expect(kind({ nextRetryAt: 5 }, offline)).toBe('paused');
  expect(kind({ status: 'failed' }, offline)).toBe('blocked');
});
