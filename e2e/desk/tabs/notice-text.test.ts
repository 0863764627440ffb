import { expect, test } from 'vitest';
import { noticeTexts } from './notice-text.ts';

const notice = (requestId: string, count = 1, preview: string | null = 'Hello') => ({ requestId, subject: `Ticket ${requestId}`, sequence: 7, count, preview });

test('one message: its ticket and its beginning; several: how many', () => {
  expect(noticeTexts([notice('a')])).toEqual([{ title: 'Ticket a', body: 'Hello', tag: 'desk:a', requestId: 'a' }]);
  expect(noticeTexts([notice('a', 3)])[0]?.body).toBe('3 new messages. Hello');
  expect(noticeTexts([notice('a', 1, null)])[0]?.body).toBe('A new message');
});

test('many conversations at once are one notification', () => {
  const texts = noticeTexts(['a', 'b', 'c', 'd'].map((id) => notice(id, 2)));
  expect(texts).toEqual([{ title: '8 new messages', body: 'In 4 conversations', tag: 'desk:many', requestId: null }]);
});
