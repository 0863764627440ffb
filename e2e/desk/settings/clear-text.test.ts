import { expect, test } from 'vitest';
import { clearText } from './clear-text.ts';

test('what goes and what stays; nothing when there is nothing', () => {
  expect(clearText({ chats: 0, messages: 0, bytes: 0, unsentKept: 0 })).toBeNull();
  expect(clearText({ chats: 1, messages: 1_200, bytes: 900_000, unsentKept: 0 })).toBe(
    '1,200 messages in 1 chat (900 kB) are removed from this browser and loaded again when opened. Drafts stay.',
  );
  expect(clearText({ chats: 2, messages: 1, bytes: 900, unsentKept: 1 })).toContain('1 message that was not sent, and drafts, stay.');
});
