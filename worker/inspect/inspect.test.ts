import { describe, expect, test } from 'vitest';
import { recountAll } from '../store/chat-counters.ts';
import { TabcachedError, type ErrorCode } from '../../protocol/errors.ts';
import { createRig, type Rig } from '../testing/rig.ts';

const CHAT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const DAY_MS = 24 * 60 * 60 * 1000;

/** The server refuses the next message. */
function failNextSend(rig: Rig, code: ErrorCode): void {
  rig.server.before = (kind) => {
    if (kind !== 'send') return;
    rig.server.before = () => undefined;
    throw new TabcachedError(code);
  };
}

async function opened() {
  const rig = await createRig();
  for (const chat of [CHAT, OTHER]) {
    rig.server.createChat(chat);
    for (let i = 1; i <= 5; i++) rig.server.append(chat, `message ${i}`);
  }
  const tab = await rig.openTab();
  await tab.open(CHAT);
  await rig.time.advance(100);
  return { rig, tab };
}

describe('the report', () => {
  test('tells of the daemon, its tabs, each chat and why it is in its state', async () => {
    const { rig, tab } = await opened();
    const report = await tab.call('inspect', {});
    expect(report).toMatchObject({ generation: 0, link: { attached: true, opened: 1, needsToken: false }, storage: { kind: 'indexeddb', backlog: 0 }, lanes: [] });
    expect(report.tabs).toEqual([expect.objectContaining({ tabId: tab.id, shows: [CHAT], behind: false })]);
    expect(report.chats).toEqual([
      expect.objectContaining({ requestId: CHAT, state: 'SYNCED', history: '[1..5]', watchers: 1, held: 5, parts: [{ kind: 'held', startSeq: 1, endSeq: 5 }], problem: null }),
    ]);
    expect(report.chats[0]?.why).toMatch(/^Up to date/);
    await rig.time.advance(1_000);
    expect((await tab.call('inspect', {})).uptimeMs - report.uptimeMs).toBe(1_000);
  });

  test('where is my message? a lane with its next attempt and its error', async () => {
    const { rig, tab } = await opened();
    failNextSend(rig, 'SERVER_FAILED');
    await tab.call('send', { requestId: CHAT, clientTempId: '33333333-3333-4333-8333-333333333333', content: 'secret words' });
    await rig.time.advance(10);
    const report = await tab.call('inspect', {});
    expect(report.lanes).toEqual([{ requestId: CHAT, operations: [expect.objectContaining({ status: 'pending', retryCount: 1, nextRetryAt: expect.any(Number) })] }]);
    expect(JSON.stringify(report)).not.toContain('secret words');
  });
});

describe('statistics', () => {
  const watch = async (tab: Awaited<ReturnType<typeof opened>>['tab']) => tab.call('watchStats', { watching: true });

  test('S-5 D-2 hits and misses: a first open waits for the network, the next does not; counters equal a recount', async () => {
    const { rig, tab } = await opened();
    expect(await watch(tab)).toMatchObject({ cacheHits: 0, cacheMisses: 1, hitRate: 0, lastFullSync: expect.any(Number), lastDeltaSync: null });
    const second = await rig.openTab();
    await second.open(CHAT);
    const stats = await watch(tab);
    expect(stats).toMatchObject({ cacheHits: 1, cacheMisses: 1, hitRate: 50 });
    const counted = await rig.store.read(['messages', 'chat_meta', 'offline_queue'], recountAll);
    expect(stats).toMatchObject({ messageCount: counted.messageCount, messagesSize: counted.messagesSize, chatCount: counted.chatCount });
  });

  test('a file that is asked for counts too', async () => {
    const { tab } = await opened();
    const { cacheHits, cacheMisses } = await watch(tab);
    await tab.call('watchMedia', { requestId: CHAT, filename: 'shot.png', messageId: '33333333-3333-4333-8333-333333333333', fileSize: null, mimeType: null, onScreen: true });
    expect(await watch(tab)).toMatchObject({ cacheHits, cacheMisses: cacheMisses + 1 });
  });

  test('hits and misses are stored after a few seconds and survive the daemon', async () => {
    const { rig, tab } = await opened();
    await tab.call('openChat', { requestId: CHAT, anchor: 'newest', limit: 10 });
    await rig.time.advance(6_000);
    await rig.restartDaemon();
    expect(await watch(await rig.openTab())).toMatchObject({ cacheHits: 1, cacheMisses: 1 });
  });

  test('frames go to tabs that watch, only when something changed, and stop when the tab does', async () => {
    const { rig, tab } = await opened();
    await watch(tab);
    const frames = (): number => tab.frames.filter((frame) => frame.t === 'stats').length;
    const before = frames();
    await rig.time.advance(10_000);
    const quiet = frames();
    rig.server.append(CHAT, 'news');
    await rig.time.advance(2_000);
    expect(frames()).toBe(quiet + 1);
    expect(quiet - before).toBeLessThanOrEqual(1);
    await tab.call('watchStats', { watching: false });
    rig.server.append(CHAT, 'more');
    await rig.time.advance(5_000);
    expect(frames()).toBe(quiet + 1);
  });
});

describe('clearing', () => {
  test('S-4 what is dropped is counted first; unsent messages and the draft stay', async () => {
    const { rig, tab } = await opened();
    await tab.open(OTHER);
    await rig.time.advance(100);
    failNextSend(rig, 'REJECTED');
    await tab.call('send', { requestId: CHAT, clientTempId: '33333333-3333-4333-8333-333333333333', content: 'mine' });
    await tab.call('saveDraft', { requestId: CHAT, text: 'half a sentence' });
    await rig.time.advance(100);
    const preview = await tab.call('clearCache', { preview: true });
    expect(preview).toEqual({ chats: 2, messages: 10, bytes: expect.any(Number), unsentKept: 1 });
    expect((await tab.call('cacheUsage', {})).totalBytes).toBeGreaterThanOrEqual(preview.bytes);
    await tab.call('closeChat', { requestId: OTHER });
    expect(await tab.call('clearCache', { preview: false })).toEqual(preview);
    const rows = await rig.store.read(['messages'], (tx) => tx.getAll('messages', { index: 'by_request', bounds: { lower: OTHER, upper: OTHER } }));
    expect(rows).toEqual([]);
    await rig.time.advance(1_000);
    // The chat on screen is there again, with what was not sent.
    const shown = await tab.open(CHAT);
    expect(shown.rows.map((row) => row.content)).toEqual(['message 1', 'message 2', 'message 3', 'message 4', 'message 5', 'mine']);
    expect(shown.meta.draft).toBe('half a sentence');
  });

  test('by when a chat was last opened: from is inside, before is outside', async () => {
    const { rig, tab } = await opened();
    await rig.time.advance(DAY_MS);
    await tab.open(OTHER);
    await rig.time.advance(100);
    const { chats } = await tab.call('cacheUsage', {});
    const openedAt = (requestId: string): number => chats.find((chat) => chat.requestId === requestId)?.lastAccessedAt ?? 0;
    expect(openedAt(OTHER) - openedAt(CHAT)).toBeGreaterThanOrEqual(DAY_MS);
    expect(await tab.call('clearCache', { openedBeforeAt: openedAt(OTHER), preview: true })).toMatchObject({ chats: 1, messages: 5 });
    expect(await tab.call('clearCache', { openedFromAt: openedAt(OTHER), preview: true })).toMatchObject({ chats: 1, messages: 5 });
    expect(await tab.call('dropChat', { requestId: OTHER })).toMatchObject({ chats: 1, messages: 5 });
    expect(await tab.call('clearCache', { preview: true })).toMatchObject({ chats: 1, messages: 5 });
  });
});

test('the log: a call’s trace goes with what follows from it, and no line holds message text', async () => {
  const { rig, tab } = await opened();
  failNextSend(rig, 'REJECTED');
  await tab.call('send', { requestId: CHAT, clientTempId: '33333333-3333-4333-8333-333333333333', content: 'secret words' });
  await rig.time.advance(100);
  const lines = await tab.call('exportLog', {});
  const sent = lines.find(({ event, fields }) => event === 'call' && fields['name'] === 'send');
  expect(sent?.trace).toMatch(/^.{1,6}-\d+$/);
  expect(lines.some(({ event, trace }) => event === 'attempt' && trace === sent?.trace)).toBe(true);
  expect(lines.some(({ event, trace }) => event === 'attempt failed' && trace === sent?.trace)).toBe(true);
  expect(JSON.stringify(lines)).not.toContain('secret words');
});

test('neither text nor token can be smuggled into the log: not by a wrong input, nor by a server that repeats them', async () => {
  const { rig, tab } = await opened();
  const token = 'a-token-that-nobody-may-see';
  await tab.call('giveToken', { requestNumber: 99, token });
  // The schema's complaint repeats what it was given.
  await expect(tab.call('send', { requestId: 'secret words', clientTempId: '33333333-3333-4333-8333-333333333333', content: 'secret words' })).rejects.toMatchObject({ code: 'INVALID' });
  rig.server.before = (kind) => {
    if (kind === 'send') throw new TabcachedError('REJECTED', 'The text "secret words" is not allowed.');
    if (kind === 'messages') throw new TabcachedError('REJECTED', `Bearer ${token} may not do that.`);
  };
  await tab.call('send', { requestId: CHAT, clientTempId: '33333333-3333-4333-8333-333333333333', content: 'secret words' });
  await tab.call('loadPage', { requestId: CHAT, direction: 'gap', lo: 1, hi: 5, tail: true, gap: { startSeq: 1, endSeq: 1 }, limit: 5 }).catch(() => undefined);
  await tab.call('openChat', { requestId: OTHER, anchor: 'newest', limit: 5 });
  await rig.time.advance(1_000);
  const exported = JSON.stringify([await tab.call('exportLog', {}), await tab.call('exportFlight', {})]);
  expect(exported).toContain('requestId is no uuid');
  expect(exported).toContain('REJECTED');
  expect(exported).not.toContain('secret words');
  expect(exported).not.toContain(token);
});

test('a trace goes from a tab’s call through the network and what failed of it, to the right call of several', async () => {
  const { rig, tab } = await opened();
  const second = await rig.openTab();
  await second.call('openChat', { requestId: OTHER, anchor: 'newest', limit: 5 });
  rig.server.before = (kind) => {
    if (kind === 'send') throw new TabcachedError('REJECTED');
  };
  await tab.call('send', { requestId: CHAT, clientTempId: '33333333-3333-4333-8333-333333333333', content: 'one' });
  await second.call('send', { requestId: OTHER, clientTempId: '44444444-4444-4444-8444-444444444444', content: 'two' });
  await rig.time.advance(100);
  const lines = await tab.call('exportLog', {});
  const failed = lines.filter(({ event }) => event === 'attempt failed');
  const sends = lines.filter(({ event, fields }) => event === 'call' && fields['name'] === 'send');
  expect(sends).toHaveLength(2);
  expect(failed.map(({ trace }) => trace)).toEqual(sends.map(({ trace }) => trace));
  expect(new Set(failed.map(({ trace }) => trace)).size).toBe(2);
});
