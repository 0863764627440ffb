import { expect, test } from 'vitest';
import { otherTab } from './also-open.tsx';

const tab = (tabId: string, chats: readonly string[], visible = false, self = false) => ({ tabId, chats, visible, focused: false, self });

test('another tab with the conversation, one on a screen first; never this one', () => {
  expect(otherTab([tab('me', ['a'], true, true), tab('x', ['b'])], 'a')).toBeNull();
  expect(otherTab([tab('me', ['a'], true, true), tab('x', ['a']), tab('y', ['b', 'a'], true)], 'a')?.tabId).toBe('y');
  expect(otherTab([tab('x', ['a'])], 'a')?.tabId).toBe('x');
});
