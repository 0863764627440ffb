import { expect, test } from 'vitest';
import { createRig } from './testing/rig.ts';

const chatId = '11111111-1111-4111-8111-111111111111';

async function opened() {
  const rig = await createRig();
  rig.server.createChat(chatId);
  for (let i = 1; i <= 20; i++) rig.server.append(chatId, `message ${i}`);
  const tab = await rig.openTab();
  await tab.open(chatId);
  await rig.time.advance(100);
  return { rig, tab };
}

test('H-1 rows that vanished from the store are found missing, become a gap and are fetched again', async () => {
  const { rig, tab } = await opened();
  const [row] = (await rig.store.read(['messages'], (tx) => tx.getAll('messages'))).filter((message) => message.sequenceNumber === 7);
  await rig.store.write(['messages'], 'relaxed', (tx) => tx.delete('messages', row?.id ?? ''));
  expect(await tab.call('verifyChat', { requestId: chatId })).toMatchObject({ rows: 19, missing: 1, stray: 0, countersWrong: true });
  await rig.time.advance(1_000);
  expect(tab.texts(chatId)).toEqual(rig.server.visible(chatId).map((message) => message.content));
  expect(await tab.call('verifyChat', { requestId: chatId })).toEqual({ rows: 20, missing: 0, stray: 0, countersWrong: false });
});

test('D-2 rows that nobody accounts for are deleted, counters corrected', async () => {
  const { rig, tab } = await opened();
  const [row] = await rig.store.read(['messages'], (tx) => tx.getAll('messages', { limit: 1 }));
  if (!row) throw new Error('nothing stored');
  await rig.store.write(['messages'], 'relaxed', (tx) => tx.put('messages', { ...row, id: '99999999-9999-4999-8999-999999999999', sequenceNumber: 777 }));
  expect(await tab.call('verifyChat', { requestId: chatId })).toMatchObject({ missing: 0, stray: 1 });
  expect(await tab.call('verifyChat', { requestId: chatId })).toEqual({ rows: 20, missing: 0, stray: 0, countersWrong: false });
  expect((await rig.store.read(['cache_stats'], (tx) => tx.get('cache_stats', 'stats')))?.messageCount).toBe(20);
});

test('#20 a record whose rows the browser cleared is no record: the chat is opened anew', async () => {
  const { rig } = await opened();
  await rig.store.write(['messages'], 'relaxed', (tx) => tx.clear('messages'));
  await rig.restartDaemon();
  const tab = await rig.openTab();
  expect((await tab.open(chatId)).meta.state).toMatch(/INITIAL|SYNCING/);
  await rig.time.advance(1_000);
  expect(tab.texts(chatId)).toEqual(rig.server.visible(chatId).map((message) => message.content));
});
