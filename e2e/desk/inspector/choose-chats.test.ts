import { expect, test } from 'vitest';
import type { ChatState, InspectedChat } from 'tabcached';
import { chooseChats } from './choose-chats.ts';

const chat = (requestId: string, state: ChatState, watchers = 0): InspectedChat => ({
  requestId, state, watchers, subject: `Subject ${requestId}`, why: `because of ${state}`, history: '', parts: [], floor: 0, watermark: 0, head: 0,
  revision: null, lastSyncedAt: 0, held: 0, total: 0, problem: null, failures: 0, parked: 0,
});

test('what failed comes first, then what is missing something, then what tabs show', () => {
  const chats = [chat('a', 'SYNCED'), chat('b', 'STALE'), chat('c', 'STALE', 2), chat('d', 'FAILED'), chat('e', 'GAP_DETECTED')];
  expect(chooseChats(chats, '').map(({ requestId }) => requestId)).toEqual(['d', 'e', 'c', 'b', 'a']);
  expect(chooseChats(chats, ' subject D ').map(({ requestId }) => requestId)).toEqual(['d']);
  expect(chooseChats(chats, 'stale').map(({ requestId }) => requestId)).toEqual(['c', 'b']);
});
