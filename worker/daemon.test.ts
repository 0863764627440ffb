import { beforeEach, describe, expect, test } from 'vitest';
import { PROVISIONAL_BASE } from '../protocol/limits.ts';
import { createRig, countingIds, RIG_USER, type Rig } from './testing/rig.ts';

const chatId = '11111111-1111-4111-8111-111111111111';
const otherId = '22222222-2222-4222-8222-222222222222';
let rig: Rig;
let newTempId: () => string;

beforeEach(async () => {
  rig = await createRig();
  const ids = countingIds();
  newTempId = () => ids().replace(/^0000/, '9999');
  rig.server.createChat(chatId);
  rig.server.createChat(otherId);
});

const fill = (count: number, id = chatId): void => {
  for (let i = 0; i < count; i++) rig.server.append(id, `message ${rig.server.chats.get(id)!.head + 1}`);
};
const serverTexts = (id = chatId): string[] => rig.server.visible(id).map((row) => row.content);
const asked = (kind: string): unknown[] => rig.server.log.filter((entry) => entry.kind === kind).map((entry) => entry.detail);

describe('opening', () => {
  test('at start only the ticket list is fetched, no message text', async () => {
    fill(3);
    const tab = await rig.openTab();
    const list = JSON.parse(await tab.call('openTickets', {})) as { tickets: unknown[] };
    expect(list.tickets).toHaveLength(2);
    expect(asked('tickets')).toHaveLength(1);
    expect(asked('messages')).toHaveLength(0);
  });

  test('a first open brings the newest 50, older pages come on demand', async () => {
    fill(120);
    const tab = await rig.openTab();
    await tab.open(chatId);
    await rig.time.settle();
    expect(tab.texts(chatId)).toEqual(serverTexts().slice(-50));
    expect(tab.chat(chatId).meta).toMatchObject({ state: 'SYNCED', floor: 71, watermark: 120, held: 50, total: 120, gaps: [] });
    const page = JSON.parse(await tab.call('loadPage', { requestId: chatId, direction: 'older', ...tab.chat(chatId).window, limit: 50 }));
    expect(page.window.lo).toBe(21);
    expect(page.rows.map((row: { content: string }) => row.content)).toEqual(serverTexts().slice(20, 70));
  });

  test('ten tabs that open one chat cause one fetch', async () => {
    fill(20);
    const tabs = await Promise.all(Array.from({ length: 10 }, () => rig.openTab()));
    await Promise.all(tabs.map((tab) => tab.open(chatId)));
    await rig.time.settle();
    for (const tab of tabs) expect(tab.texts(chatId)).toEqual(serverTexts());
    expect(asked('messages')).toHaveLength(1);
    expect(rig.server.links()).toBe(1);
  });

  test('a chat that was opened before is answered from the cache and asks for a delta', async () => {
    fill(30);
    const first = await rig.openTab();
    await first.open(chatId);
    await rig.time.advance(100);
    await rig.restartDaemon();
    rig.server.cut();
    const tab = await rig.openTab();
    expect((await tab.open(chatId)).rows.map((row) => row.content)).toEqual(serverTexts());
    fill(2);
    rig.server.restore();
    await rig.time.settle();
    expect(tab.texts(chatId)).toEqual(serverTexts());
    expect(asked('messages')).toHaveLength(1);
    expect(asked('changes')).toHaveLength(1);
  });

  test('an unknown chat is a clear problem and is not asked for again and again', async () => {
    const tab = await rig.openTab();
    await tab.open('33333333-3333-4333-8333-333333333333');
    await rig.time.advance(60_000);
    expect(tab.chat('33333333-3333-4333-8333-333333333333').meta.problem?.code).toBe('NOT_FOUND');
    expect(asked('messages')).toHaveLength(1);
  });
});

describe('push', () => {
  test('a change reaches every tab that watches, as one patch', async () => {
    fill(5);
    const tabs = await Promise.all([rig.openTab(), rig.openTab(), rig.openTab()]);
    for (const tab of tabs) await tab.open(chatId);
    await rig.time.settle();
    const before = rig.server.log.length;
    rig.server.append(chatId, 'hello');
    rig.server.edit(chatId, 2, 'edited');
    rig.server.remove(chatId, 3);
    await rig.time.settle();
    for (const tab of tabs) expect(tab.texts(chatId)).toEqual(serverTexts());
    expect(rig.server.log.length).toBe(before);
  });

  test('#15 frames out of order within the grace cause no fetch', async () => {
    fill(103);
    const tab = await rig.openTab();
    await tab.open(chatId);
    await rig.time.settle();
    const before = rig.server.log.length;
    rig.server.holdFrames(true);
    fill(3);
    // The link numbers frames, so a reordered link is told by its numbers; here the order of one chat alone is wrong.
    const first = rig.server.heldFrames[0]?.n ?? 0;
    const changes = rig.server.heldFrames.filter((frame) => frame.type === 'change').reverse();
    changes.forEach((frame, i) => rig.server.deliver({ ...frame, n: first + i }));
    await rig.time.advance(40);
    expect(tab.texts(chatId)).toEqual(serverTexts().slice(-53));
    await rig.time.advance(5_000);
    expect(rig.server.log.slice(before)).toEqual([]);
  });

  test('#1 a push that arrives before the catch-up ends in the same state', async () => {
    fill(100);
    const tab = await rig.openTab();
    await tab.open(chatId);
    await rig.time.settle();
    rig.server.cut();
    fill(100);
    rig.server.restore();
    fill(1);
    await rig.time.advance(1_000);
    expect(tab.chat(chatId).meta).toMatchObject({ watermark: 201, gaps: [], state: 'SYNCED' });
    expect(tab.texts(chatId).at(-1)).toBe('message 201');
  });

  test('a chat nobody opened changes its ticket only', async () => {
    const tab = await rig.openTab();
    await tab.call('openTickets', {});
    rig.server.append(otherId, 'psst');
    await rig.time.advance(100);
    expect(asked('messages')).toHaveLength(0);
    const patches = tab.frames.filter((frame) => frame.t === 'tickets');
    expect(patches.at(-1)).toMatchObject({ upserts: [{ id: otherId, unreadCount: 1, headSequence: 1 }] });
  });

  test('M-2 a deleted message does not come back with a late page', async () => {
    fill(60);
    const tab = await rig.openTab();
    await tab.open(chatId);
    await rig.time.settle();
    let go!: () => void;
    const late = new Promise<void>((resolve) => (go = resolve));
    const { backend } = rig.server;
    const original = backend.messages.bind(backend);
    (backend as { messages: typeof original }).messages = async (...args) => {
      const page = await original(...args);
      await late;
      return page;
    };
    const loading = tab.call('loadPage', { requestId: chatId, direction: 'older', ...tab.chat(chatId).window, limit: 50 });
    await rig.time.settle();
    rig.server.remove(chatId, 5);
    rig.server.edit(chatId, 6, 'edited meanwhile');
    await rig.time.settle();
    go();
    const page = JSON.parse(await loading);
    expect(page.rows.map((row: { content: string }) => row.content)).toEqual(serverTexts().slice(0, 9));
  });
});

describe('sending', () => {
  test('S-2 one bubble at every moment, in every tab, and durable before send resolves', async () => {
    fill(3);
    const [tab, other] = [await rig.openTab(), await rig.openTab()];
    await tab.open(chatId);
    await other.open(chatId);
    await rig.time.settle();
    rig.server.cut();
    const clientTempId = newTempId();
    const receipt = await tab.call('send', { requestId: chatId, clientTempId, content: 'mine' });
    expect(receipt).toMatchObject({ clientTempId, durable: true });
    expect(other.chat(chatId).rows.at(-1)).toMatchObject({ content: 'mine', status: 'pending', id: clientTempId });
    expect(other.chat(chatId).rows.at(-1)!.sequenceNumber).toBeGreaterThanOrEqual(PROVISIONAL_BASE);
    rig.server.restore();
    await rig.time.advance(1_000);
    for (const each of [tab, other]) {
      expect(each.texts(chatId)).toEqual(serverTexts());
      expect(each.chat(chatId).rows.at(-1)).toMatchObject({ status: 'sent', sequenceNumber: 4, clientTempId });
    }
    expect(rig.server.visible(chatId).filter((row) => row.content === 'mine')).toHaveLength(1);
  });

  test('#38 a daemon killed while a message is pending or being sent loses and doubles nothing', async () => {
    fill(1);
    const tab = await rig.openTab();
    await tab.open(chatId);
    await rig.time.settle();
    let go!: () => void;
    rig.server.before = (kind) => (kind === 'send' ? new Promise<void>((resolve) => (go = resolve)) : undefined);
    await tab.call('send', { requestId: chatId, clientTempId: newTempId(), content: 'first' });
    await tab.call('send', { requestId: chatId, clientTempId: newTempId(), content: 'second' });
    await rig.time.settle();
    rig.server.before = () => undefined;
    await rig.restartDaemon();
    const again = await rig.openTab();
    await again.open(chatId);
    // The request of the dead daemon arrives all the same.
    go();
    await rig.time.advance(5_000);
    expect(serverTexts()).toEqual(['message 1', 'first', 'second']);
    expect(again.texts(chatId)).toEqual(serverTexts());
  });

  test('#2 sending before the catch-up is done leaves no hole', async () => {
    fill(100);
    const tab = await rig.openTab();
    await tab.open(chatId);
    await rig.time.settle();
    rig.server.cut();
    fill(101);
    await tab.call('send', { requestId: chatId, clientTempId: newTempId(), content: 'mine' });
    rig.server.restore();
    await rig.time.advance(2_000);
    expect(tab.chat(chatId).meta).toMatchObject({ watermark: 202, gaps: [], state: 'SYNCED' });
    expect(tab.texts(chatId).at(-1)).toBe('mine');
  });

  test('a message that was being sent twice by its tab is one message', async () => {
    const tab = await rig.openTab();
    await tab.open(chatId);
    await rig.time.settle();
    const clientTempId = newTempId();
    await Promise.all([1, 2].map(() => tab.call('send', { requestId: chatId, clientTempId, content: 'once' })));
    await rig.time.advance(1_000);
    await tab.call('send', { requestId: chatId, clientTempId, content: 'once' });
    await rig.time.advance(1_000);
    expect(serverTexts()).toEqual(['once']);
    expect(tab.texts(chatId)).toEqual(['once']);
  });
});

describe('reading', () => {
  test('R-1 the badge changes at once, the server hears of the highest mark once', async () => {
    fill(10);
    const tab = await rig.openTab();
    await tab.call('openTickets', {});
    await tab.open(chatId);
    await rig.time.settle();
    expect(tab.chat(chatId).meta.unread).toBe(10);
    for (let n = 1; n <= 7; n++) await tab.call('markRead', { requestId: chatId, upToSequence: n });
    await tab.call('markRead', { requestId: chatId, upToSequence: 3 });
    await rig.time.settle();
    expect(tab.chat(chatId).meta.unread).toBe(3);
    await rig.time.advance(2_000);
    expect(asked('read')).toEqual([7]);
    expect(rig.server.unread(chatId)).toBe(3);
    expect(tab.chat(chatId).meta.unread).toBe(3);
  });
});

describe('tabs', () => {
  test('#86 a tab that crashes is forgotten', async () => {
    const [tab, other] = [await rig.openTab(), await rig.openTab()];
    expect((await tab.call('stats', {})).sessions).toBe(2);
    other.crash();
    await rig.time.settle();
    expect((await tab.call('stats', {})).sessions).toBe(1);
  });

  test('other settings than the running daemon has are refused, never silently ignored', async () => {
    await rig.openTab();
    const connection = rig.daemon.connect(() => undefined);
    const result = await connection.call('hello', {
      protocol: 1, buildId: 'build', userId: RIG_USER, tabId: 'another-tab', lease: 'lease', report: { visible: true, focused: true, online: true },
      settings: { backend: 'http://elsewhere.test', budgetBytes: 1e8, outboxLimit: 1000 },
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'SETTINGS_MISMATCH' } });
  });

  test('malformed calls are refused with the reason', async () => {
    const connection = rig.daemon.connect(() => undefined);
    expect(await connection.call('hello', { protocol: 99 })).toMatchObject({ ok: false, error: { code: 'PROTOCOL_MISMATCH' } });
    expect(await connection.call('openChat', { requestId: 'x' })).toMatchObject({ ok: false, error: { code: 'INVALID' } });
    expect(await connection.call('nonsense', {})).toMatchObject({ ok: false, error: { code: 'PROTOCOL_MISMATCH' } });
  });

  test('updates are numbered from 1 and carry no text', async () => {
    fill(3);
    const tab = await rig.openTab();
    await tab.open(chatId);
    rig.server.append(chatId, 'a secret text');
    await rig.time.advance(100);
    expect(rig.updates.map((update) => update.n)).toEqual(rig.updates.map((_, i) => i + 1));
    expect(JSON.stringify(rig.updates)).not.toContain('secret');
    expect(rig.updates.filter((update) => update.kind === 'messages').at(-1)).toMatchObject({ requestId: chatId, sequences: [4], count: 1 });
  });
});
