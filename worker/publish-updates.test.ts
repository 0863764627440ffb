import { expect, test } from 'vitest';
import type { UpdateBody } from '../protocol/updates.ts';
import { createUpdatePublisher } from './publish-updates.ts';

test('updates are numbered from 1 and carry epoch and time; after close() there are none', () => {
  const posted: unknown[] = [];
  let closed = 0;
  let now = 100;
  const broadcast = { post: (message: unknown) => void posted.push(message), close: () => void (closed += 1) };
  const publisher = createUpdatePublisher({ broadcast, epoch: 'e1', clock: { now: () => now } });
  const body: UpdateBody = { kind: 'tickets', requestIds: ['r1'], count: 1, removed: 0 };
  expect(publisher.count()).toBe(0);
  publisher.publish(body);
  now = 200;
  publisher.publish({ ...body, count: 2 });
  publisher.close();
  publisher.close();
  publisher.publish(body);
  expect(posted).toEqual([
    { ...body, epoch: 'e1', n: 1, at: 100 },
    { ...body, count: 2, epoch: 'e1', n: 2, at: 200 },
  ]);
  expect([publisher.count(), closed]).toEqual([2, 1]);
});
