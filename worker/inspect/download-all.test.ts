import { describe, expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { parseHistory } from '../sync/history-text.ts';
import { createRig } from '../testing/rig.ts';
import { nextQuery } from './download-all.ts';

const CHATS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333'];

async function withChats(messages: number, messageBudgetBytes = 1e9) {
  const rig = await createRig({ settings: { messageBudgetBytes } });
  for (const chat of CHATS) {
    rig.server.createChat(chat);
    for (let i = 1; i <= messages; i++) rig.server.append(chat, `message ${i}`);
  }
  const tab = await rig.openTab();
  await rig.time.advance(100);
  return { rig, tab };
}
const stored = async (rig: Awaited<ReturnType<typeof withChats>>['rig']): Promise<number> => rig.store.read(['messages'], (tx) => tx.count('messages'));

test('the next request: newest first, then gaps from the newer end, then what lies before; none when the chat is whole', () => {
  expect(nextQuery(parseHistory('empty'), 0)).toBeNull();
  expect(nextQuery(parseHistory('empty'), 9)).toEqual({ mode: 'newest', limit: 500 });
  expect(nextQuery(parseHistory('[5..90] gap(91..995) [996..999]'), 999)).toEqual({ mode: 'range', start: 496, end: 995, limit: 500 });
  expect(nextQuery(parseHistory('[5..999]'), 999)).toEqual({ mode: 'before', sequence: 5, limit: 500 });
  expect(nextQuery(parseHistory('[1..999]'), 999)).toBeNull();
});

describe('download of all chats', () => {
  test('nothing before it is asked for; then every message of every chat, one chat at a time', async () => {
    const { rig, tab } = await withChats(1_200);
    expect(await tab.call('downloadAll', { action: 'state' })).toMatchObject({ status: 'off', chatsDone: 0, chatsTotal: 3, estimatedBytes: 3_600 * 750 });
    expect(await stored(rig)).toBe(0);
    let together = 0;
    let most = 0;
    rig.server.before = async (kind) => {
      if (kind !== 'messages') return;
      most = Math.max(most, ++together);
      await Promise.resolve();
      together -= 1;
    };
    await tab.call('downloadAll', { action: 'start' });
    await rig.time.advance(2_000);
    expect(await tab.call('downloadAll', { action: 'state' })).toMatchObject({ status: 'done', chatsDone: 3, chatsTotal: 3, estimatedBytes: 0, current: null });
    expect(await stored(rig)).toBe(3_600);
    expect(most).toBe(1);
  });

  test('paused it asks for nothing more; it goes on where it was, and a daemon that dies does not end it', async () => {
    const { rig, tab } = await withChats(1_200);
    let asked = 0;
    let hold: (() => void) | null = null;
    rig.server.before = (kind) => (kind === 'messages' && ++asked === 3 ? new Promise<void>((resolve) => (hold = resolve)) : undefined);
    await tab.call('downloadAll', { action: 'start' });
    await rig.time.advance(500);
    await tab.call('downloadAll', { action: 'pause' });
    (hold as (() => void) | null)?.();
    await rig.time.advance(10_000);
    expect(asked).toBe(3);
    await rig.restartDaemon();
    const again = await rig.openTab();
    await rig.time.advance(10_000);
    expect(asked).toBe(3);
    expect(await again.call('downloadAll', { action: 'state' })).toMatchObject({ status: 'paused' });
    // Killed with a request under way.
    rig.server.before = (kind) => (kind === 'messages' ? new Promise<void>(() => undefined) : undefined);
    await again.call('downloadAll', { action: 'resume' });
    await rig.time.advance(20);
    await rig.restartDaemon();
    rig.server.before = () => undefined;
    const third = await rig.openTab();
    await rig.time.advance(5_000);
    expect(await third.call('downloadAll', { action: 'state' })).toMatchObject({ status: 'done', chatsDone: 3 });
    expect(await stored(rig)).toBe(3_600);
  });

  test('it stops at the limit, and cancelled it is off', async () => {
    const { rig, tab } = await withChats(1_200, 700_000);
    await tab.call('downloadAll', { action: 'start' });
    await rig.time.advance(5_000);
    const state = await tab.call('downloadAll', { action: 'state' });
    expect(state.status).toBe('limit');
    // Nine tenths: there eviction would begin, and take away what was just downloaded.
    expect(state.bytes).toBeGreaterThanOrEqual(630_000);
    expect((await tab.call('inspect', {})).evictions).toEqual([]);
    expect(await stored(rig)).toBeLessThan(3_600);
    expect(await tab.call('downloadAll', { action: 'cancel' })).toMatchObject({ status: 'off' });
  });

  test('a server that fails is asked again after a pause, and why is told', async () => {
    const { rig, tab } = await withChats(10);
    let refusals = 0;
    rig.server.before = (kind) => {
      if (kind === 'messages' && refusals++ < 2) throw new TabcachedError('SERVER_FAILED');
    };
    await tab.call('downloadAll', { action: 'start' });
    await rig.time.advance(100);
    expect((await tab.call('downloadAll', { action: 'state' })).problem).toMatchObject({ code: 'SERVER_FAILED' });
    await rig.time.advance(10_000);
    expect(await tab.call('downloadAll', { action: 'state' })).toMatchObject({ status: 'done', problem: null });
  });
});
