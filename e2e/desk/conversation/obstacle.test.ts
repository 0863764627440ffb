import { describe, expect, test } from 'vitest';
import type { ChatItem, ChatMeta, ChatViewState } from 'tabcached';
import { obstacleOf } from './obstacle.ts';

const item = { type: 'gap', key: 'gap:1', startSeq: 1, endSeq: 1 } satisfies ChatItem;
const state = (code: string | null, more: Partial<ChatViewState> = {}) => ({
  ready: true,
  items: [],
  meta: { problem: code === null ? null : { code, message: 'said by the server' } } as unknown as ChatMeta,
  error: null,
  ...more,
});

describe('what keeps a conversation from showing anything', () => {
  test('is nothing while it is loading, or when something is shown', () => {
    expect(obstacleOf(state(null))).toBeNull();
    expect(obstacleOf(state(null, { ready: false, meta: null }))).toBeNull();
    expect(obstacleOf(state('OFFLINE', { items: [item] }))).toBeNull();
  });

  test('a ticket that is not there takes no text either', () => {
    expect(obstacleOf(state('NOT_FOUND'))?.final).toBe(true);
    expect(obstacleOf({ ...state(null), ready: false, meta: null, error: { code: 'INVALID', message: 'no UUID' } })?.final).toBe(true);
  });

  test('what was never opened here needs the server, but can be written to', () => {
    expect(obstacleOf(state('OFFLINE'))?.final).toBe(false);
  });

  test('anything else is told as it is', () => {
    expect(obstacleOf(state('SERVER_FAILED'))).toMatchObject({ detail: 'said by the server', final: false });
  });
});
