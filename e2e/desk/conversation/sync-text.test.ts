import { describe, expect, test } from 'vitest';
import type { ChatMeta, ChatState } from 'tabcached';
import { syncText } from './sync-text.ts';

const meta = (state: ChatState, more: Partial<ChatMeta> = {}): ChatMeta => ({ state, held: 0, total: 0, problem: null, ...more }) as ChatMeta;

describe('sync state in words', () => {
  test('counts while messages are being fetched', () => {
    expect(syncText(meta('SYNCING', { held: 50, total: 5000 }))).toMatchObject({ text: 'Loading 50 of 5,000', progress: { held: 50, total: 5000 } });
    expect(syncText(meta('SYNCING')).progress).toBeNull();
  });

  test('progress never passes the end: pending rows are held too', () => {
    expect(syncText(meta('SYNCING', { held: 12, total: 10 })).progress).toEqual({ held: 10, total: 10 });
  });

  test('tells the problem, and offers to try again', () => {
    const problem = { code: 'OFFLINE', message: 'The backend could not be reached.' };
    expect(syncText(meta('FAILED', { problem }))).toMatchObject({ tone: 'attention', text: problem.message, retry: true });
  });

  test('a first load that failed is not called loading', () => {
    const problem = { code: 'NOT_FOUND', message: 'There is no such request.' };
    expect(syncText(meta('INITIAL', { problem }))).toMatchObject({ tone: 'attention', text: problem.message });
  });

  test('every state has words', () => {
    const states: ChatState[] = ['INITIAL', 'SYNCING', 'SYNCED', 'STALE', 'RESYNCING', 'FAILED', 'GAP_DETECTED', 'EXPIRED'];
    for (const state of states) expect(syncText(meta(state)).text).not.toBe('');
    expect(syncText(null).text).not.toBe('');
  });
});
