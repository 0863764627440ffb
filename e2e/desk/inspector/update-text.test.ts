import { expect, test } from 'vitest';
import type { Update, UpdateBody } from 'tabcached/protocol';
import { updateText } from './update-text.ts';

const requestId = '11111111-1111-4111-8111-111111111111';
const update = (body: UpdateBody): Update => ({ epoch: 'e', n: 1, at: 0, ...body });

test('what changed, without the text of any message', () => {
  expect(updateText(update({ kind: 'messages', requestId, sequences: [7, 2 ** 52], count: 2, removed: 1, revision: '9', unread: 3 }))).toBe('11111111: 2 changed (7), 1 removed, 3 unread');
  expect(updateText(update({ kind: 'messages', requestId, sequences: [1, 2, 3, 4], count: 4, removed: 0, revision: '9', unread: 0 }))).toBe('11111111: 4 changed (1 … 4), 0 unread');
  expect(updateText(update({ kind: 'sync', requestId, state: 'STALE' }))).toBe('11111111: STALE');
  expect(updateText(update({ kind: 'outbox', requestId, operationId: '22222222-2222-4222-8222-222222222222', status: 'completed', pending: 0 }))).toBe('11111111: 22222222 completed, 0 waiting');
});
