import { expect, test } from 'vitest';
import { failureText, waitText } from './media-text.ts';

const failed = (code: string, message = '') => failureText({ status: 'failed', error: { code: code as 'INTERNAL', message, retryable: false } });

test('a file that failed says why', () => {
  expect(failed('NOT_FOUND')).toContain('does not have this file');
  expect(failed('CANCELLED')).toContain('stopped');
  expect(failed('SERVER_FAILED', 'The bytes were wrong.')).toBe('The bytes were wrong.');
  expect(failed('SERVER_FAILED')).toBe('The file could not be loaded.');
  expect(failureText({ status: 'downloading', error: null })).toBeNull();
});

test('a file that waits says what for', () => {
  expect(waitText({ ready: true, status: 'queued', error: { code: 'OFFLINE', message: '', retryable: true } })).toBe('Waits for the connection');
  expect(waitText({ ready: true, status: 'queued', error: { code: 'SERVER_FAILED', message: '', retryable: true } })).toBe('Trying again soon');
  expect(waitText({ ready: false, status: 'queued', error: null })).toBe('Waiting');
  expect(waitText({ ready: true, status: 'completed', error: null })).toBeNull();
});
