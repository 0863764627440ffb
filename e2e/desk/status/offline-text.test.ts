import { expect, test } from 'vitest';
import { offlineText } from './offline-text.ts';

test('the banner says what will happen to what was written', () => {
  expect(offlineText({ all: 0, blocked: 0 })).toContain('You can read and write on');
  expect(offlineText({ all: 5, blocked: 0 })).toBe('5 messages are kept here and will be sent when the connection is back.');
  expect(offlineText({ all: 1, blocked: 0 })).toBe('1 message is kept here and will be sent when the connection is back.');
  expect(offlineText({ all: 5, blocked: 2 })).toBe('3 messages are kept here and will be sent when the connection is back. 2 messages wait for your decision.');
  expect(offlineText({ all: 1, blocked: 1 })).toBe('1 message waits for your decision.');
});
