import { expect, test } from 'vitest';
import { sortChats } from './sort-chats.ts';

const chat = (requestId: string, over: object) => ({ requestId, subject: null, messageCount: 0, messagesSize: 0, mediaSize: 0, lastAccessedAt: 0, unsent: 0, ...over });

test('either way, by name or number; equal ones by id', () => {
  const chats = [chat('b', { subject: 'Zebra', messageCount: 5 }), chat('a', { subject: 'apple', messageCount: 5 }), chat('c', { subject: 'Mango', messageCount: 9 })];
  const ids = (...how: [Parameters<typeof sortChats>[1], boolean]): string => sortChats(chats, ...how).map(({ requestId }) => requestId).join('');
  expect(ids('subject', false)).toBe('acb');
  expect(ids('subject', true)).toBe('bca');
  expect(ids('messageCount', true)).toBe('cab');
  expect(ids('messageCount', false)).toBe('abc');
});
