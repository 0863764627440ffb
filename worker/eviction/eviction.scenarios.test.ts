import { expect, test } from 'vitest';
import { TabcachedError } from '../../protocol/errors.ts';
import { recountAll } from '../store/chat-writes.ts';
import { createRig, type Rig, type RigTab } from '../testing/rig.ts';

const CHAT = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

/** Two chats of 50 messages; the first was looked at and closed, the second is on the screen. There is room for less than both. */
async function twoChats(): Promise<{ rig: Rig; tab: RigTab; rows: (id: string) => Promise<number> }> {
  const rig = await createRig({ settings: { messageBudgetBytes: 45_000 } });
  const tab = await rig.openTab();
  for (const id of [CHAT, OTHER]) {
    rig.server.createChat(id);
    for (let at = 1; at <= 50; at++) rig.server.append(id, `message ${at}`);
  }
  await tab.open(CHAT);
  await rig.time.advance(100);
  const rows = async (id: string): Promise<number> => (await rig.store.read(['messages'], (tx) => tx.getAll('messages', { index: 'by_request', bounds: { lower: id, upper: id } }))).length;
  return { rig, tab, rows };
}

const visible = (rig: Rig, id: string): readonly string[] => rig.server.visible(id).map((message) => message.content);

test('D-3 H-1 past the budget of messages the chat that nobody looks at goes; opened again it is the server\'s, read state included', async () => {
  const { rig, tab, rows } = await twoChats();
  await tab.call('markRead', { requestId: CHAT, upToSequence: 30 });
  await rig.time.advance(1_000);
  rig.server.remove(CHAT, 40);
  await rig.time.advance(100);
  const before = tab.chat(CHAT).meta;
  await tab.call('closeChat', { requestId: CHAT });
  await tab.open(OTHER);
  await rig.time.advance(40_000);
  expect([await rows(CHAT), await rows(OTHER)]).toEqual([0, 50]);
  const [recount, stats] = await rig.store.read(['messages', 'chat_meta', 'offline_queue', 'cache_stats'], (tx) => Promise.all([recountAll(tx), tx.get('cache_stats', 'stats')]));
  expect(stats).toMatchObject({ messageCount: recount.messageCount, messagesSize: recount.messagesSize, chatCount: recount.chatCount });
  const reopened = await tab.open(CHAT);
  expect(reopened.meta.state).toMatch(/INITIAL|SYNCING/);
  expect([reopened.meta.unread, reopened.meta.lastReadSequence]).toEqual([before.unread, before.lastReadSequence]);
  await rig.time.advance(1_000);
  expect(tab.texts(CHAT)).toEqual(visible(rig, CHAT));
  expect(tab.chat(CHAT).meta).toMatchObject({ unread: before.unread, lastReadSequence: 30, state: 'SYNCED' });
  // What changes from now on arrives as always.
  rig.server.append(CHAT, 'new');
  await rig.time.advance(1_000);
  expect(tab.texts(CHAT).at(-1)).toBe('new');
});

test('D-3 a chat with something unsent keeps its rows, and what was not sent reaches the server', async () => {
  const { rig, tab, rows } = await twoChats();
  rig.server.before = (kind) => {
    if (kind === 'send') throw new TabcachedError('OFFLINE');
  };
  await tab.call('send', { requestId: CHAT, clientTempId: '99999999-9999-4999-8999-999999999999', content: 'unsent' });
  await tab.call('closeChat', { requestId: CHAT });
  await tab.open(OTHER);
  await rig.time.advance(40_000);
  expect(await rows(CHAT)).toBe(51);
  rig.server.before = () => undefined;
  await tab.call('retry', { operationId: '99999999-9999-4999-8999-999999999999' });
  await rig.time.advance(20_000);
  expect(visible(rig, CHAT)).toContain('unsent');
  // Sent by now: the chat is like any other.
  await rig.time.advance(40_000);
  rig.server.append(OTHER, 'one more');
  await rig.time.advance(40_000);
  expect(await rows(CHAT)).toBe(0);
});

test('D-3 what was evicted is not there after a restart either, and the inspector tells what went and why', async () => {
  const { rig, tab, rows } = await twoChats();
  await tab.call('closeChat', { requestId: CHAT });
  await tab.open(OTHER);
  await rig.time.advance(40_000);
  const report = await tab.call('inspect', {});
  expect(report.evictions).toEqual([expect.objectContaining({ what: 'messages', id: CHAT, reason: 'budget', rows: 50 })]);
  await rig.restartDaemon();
  const next = await rig.openTab();
  expect(await rows(CHAT)).toBe(0);
  expect((await next.open(CHAT)).rows).toEqual([]);
  await rig.time.advance(1_000);
  expect(next.texts(CHAT)).toEqual(visible(rig, CHAT));
});
