import { expect, test } from 'vitest';
import type { InspectedChat, InspectedLane, InspectReport } from 'tabcached';
import { glance } from './glance.ts';

const operation = { id: 'a', type: 'send_message', status: 'pending', createdAt: 0, attemptedAt: null, retryCount: 0, nextRetryAt: null, lastError: null } as const;
const lane = (requestId: string, ...operations: readonly Partial<InspectedLane['operations'][number]>[]): InspectedLane => ({ requestId, operations: operations.map((each) => ({ ...operation, ...each })) });
const chat = (requestId: string, state: InspectedChat['state'], why: string, watchers = 1): InspectedChat => ({ requestId, state, why, watchers }) as InspectedChat;
const report = (more: Partial<InspectReport>): InspectReport =>
  ({ at: 10_000, link: { attached: true, opened: 1, needsToken: false }, storage: { kind: 'indexeddb', backlog: 0 }, lanes: [], chats: [], ...more }) as InspectReport;
const texts = (more: Partial<InspectReport>): readonly string[] => glance(report(more)).map(({ text }) => text);

test('all is well in two lines', () => {
  expect(texts({ chats: [chat('one', 'SYNCED', '')] })).toEqual(['Nothing waits to be sent.', 'Every chat that a tab shows is up to date.']);
  expect(texts({ chats: [chat('one', 'STALE', '', 0)] })).toEqual(['Nothing waits to be sent.', 'No tab shows a chat.']);
});

test('where is my message? The blocked lane first, with its reason and what waits behind it', () => {
  const lanes = [
    lane('two', { retryCount: 2, nextRetryAt: 14_000, lastError: 'Overloaded' }),
    lane('one', { status: 'failed', lastError: 'The ticket is closed.' }, {}, {}),
    lane('three', { type: 'mark_read' }),
  ];
  expect(glance(report({ lanes })).slice(0, 2)).toEqual([
    { tone: 'attention', requestId: 'one', text: '1 message was refused (The ticket is closed.) and waits for a decision, and 2 messages behind it.' },
    { tone: 'caution', requestId: 'two', text: '1 message waits for attempt 3, in 4 s (Overloaded).' },
  ]);
});

test('why is this chat stale? The state and its reason; chats that no tab shows are left out', () => {
  const chats = [chat('one', 'STALE', 'The push link is down.'), chat('two', 'FAILED', 'The server failed.'), chat('three', 'SYNCED', ''), chat('four', 'STALE', '', 0)];
  expect(texts({ chats, link: { attached: false, opened: 1, needsToken: false } })).toEqual([
    'The push link is down: chats may be out of date, and messages wait until it is back.',
    'Nothing waits to be sent.',
    'FAILED: The server failed.',
    'STALE: The push link is down.',
  ]);
});

test('many are counted, and what concerns everything comes first', () => {
  const lanes = [1, 2, 3, 4, 5].map((n) => lane(`${n}`, { status: 'failed' }));
  const storage = { kind: 'memory', backlog: 0, usageBytes: null, quotaBytes: null } as const;
  const lines = texts({ lanes, storage, link: { attached: false, opened: 1, needsToken: true } });
  expect(lines.slice(0, 2).map((line) => line.split(':')[0])).toEqual(['Only memory is left to store in', 'The server wants another token']);
  expect(lines[5]).toBe('2 more chats with waiting messages are below.');
});
