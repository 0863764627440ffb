import { expect, test } from 'vitest';
import type { ChatState } from '../../protocol/index.ts';
import { whyState, type WhyFacts } from './why-state.ts';

const NOW = 100 * 24 * 60 * 60 * 1000;
const facts: WhyFacts = { now: NOW, attached: true, watchers: 1, denied: false, resync: false, failures: 0, waitingFrames: 0 };
const why = (state: ChatState, over: Partial<WhyFacts> = {}, problem: { code: string; message: string } | null = null): string =>
  whyState({ state, lastSyncedAt: NOW - 8 * 24 * 60 * 60 * 1000, problem, gaps: [], head: 10, watermark: 10 }, { ...facts, ...over });

test('why is this chat stale? the link, nobody looking, or its turn', () => {
  expect(why('STALE', { attached: false })).toBe('The push link is down, so changes may have been missed.');
  expect(why('STALE', { watchers: 0 })).toBe('No tab shows it, so it is not kept up to date; opening it asks what changed.');
  expect(why('STALE')).toBe('Changes may have been missed; its turn to ask comes.');
});

test('every state has a reason of its own, and a failure names its error', () => {
  const states: ChatState[] = ['INITIAL', 'SYNCING', 'SYNCED', 'STALE', 'RESYNCING', 'FAILED', 'GAP_DETECTED', 'EXPIRED'];
  expect(new Set(states.map((state) => why(state))).size).toBe(states.length);
  expect(why('FAILED', { failures: 3 }, { code: 'SERVER_FAILED', message: 'HTTP 503' })).toBe('The last synchronisation failed (SERVER_FAILED: HTTP 503); 3 in a row, tried again by itself.');
  expect(why('EXPIRED')).toContain('8 days ago');
  expect(why('GAP_DETECTED', { waitingFrames: 2 })).toContain('2 changes wait');
  expect(why('STALE', { denied: true }, { code: 'FORBIDDEN', message: 'no' })).toContain('refuses this chat');
});
