import { expect, test } from 'vitest';
import { waitText } from './wait-text.ts';

const pending = { status: 'pending', nextRetryAt: null, retryCount: 0 } as const;

test('where is my message? every state has its answer', () => {
  expect(waitText({ ...pending, status: 'failed' }, true, 0, 0)).toContain('decision');
  expect(waitText({ ...pending, status: 'syncing' }, false, 0, 0)).toBe('the server’s answer');
  expect(waitText(pending, true, 1, 0)).toBe('the failed message before it');
  expect(waitText(pending, false, 2, 0)).toBe('those before it');
  expect(waitText({ ...pending, nextRetryAt: 9_000, retryCount: 2 }, false, 0, 1_000)).toBe('attempt 3, in 8 s');
  expect(waitText(pending, false, 0, 0)).toBe('the push link');
});
