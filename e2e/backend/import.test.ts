import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { importConversations } from './import.ts';
import { openDatabase } from './index.ts';
import { ownDatabaseUrl } from './testing/own-database.ts';
import { tempFolder } from './testing/temp-folder.ts';

let database: Database;
const folder = tempFolder();
const NOW = Date.parse('2026-01-16T12:00:00Z');

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await ownDatabaseUrl() });
}, 60_000);
afterAll(async () => {
  await database.close();
  folder.remove();
});

const line = (id: string, contents: readonly unknown[], over: object = {}): string =>
  JSON.stringify({ id, subject: `About ${id}`, messages: contents.map((content, i) => ({ from: i % 2 ? 'technician' : 'requester', content })), ...over });
const stored = (id: string): Promise<{ content: string; username: string }[]> =>
  database.query(
    `select m.content, s.username from messages m join requests r on r.id = m.request_id join users s on s.id = m.sender_id
     where r.external_id = $1 order by m.sequence_number`,
    [id],
  );
const isKnown = async (id: string): Promise<boolean> => (await database.query('select 1 from requests where external_id = $1', [id])).length > 0;

test('bad lines are reported with their number and skipped, nothing else is lost', async () => {
  const lines = [
    `\uFEFF${line('first', ['Hello', 'Hi there'])}`,
    'not json',
    '',
    line('empty', ['']),
    line('long', ['x'.repeat(10_001)]),
    line('no-messages', []),
    line('nul', ['a\u0000b']),
    line('who', ['x'], { messages: [{ from: 'robot', content: 'x' }] }),
    '"a text"',
    line('', ['x']),
    line('longest', ['x'.repeat(10_000), 'literally \\u0000', 'half a pair \ud83d']),
  ];
  const result = await importConversations(database, folder.write('mixed.jsonl', lines.join('\r\n')), NOW);
  expect(result.skipped.map((skipped) => skipped.line)).toEqual([2, 4, 5, 6, 7, 8, 9, 10]);
  expect(result.skipped.map((skipped) => skipped.reason)).toEqual([
    'not JSON',
    expect.stringMatching(/^messages\.0\.content: .*length/),
    expect.stringMatching(/^messages\.0\.content: .*10000.*10001/),
    expect.stringMatching(/^messages: .*length/),
    'messages.0.content: contains NUL',
    expect.stringMatching(/^messages\.0\.from: /),
    expect.stringMatching(/^line: /),
    expect.stringMatching(/^id: /),
  ]);
  expect([result.imported, result.known]).toEqual([2, 0]);
  expect((await stored('first')).map((row) => row.content)).toEqual(['Hello', 'Hi there']);
  expect((await stored('longest')).map((row) => row.content.slice(0, 20))).toEqual(['x'.repeat(20), 'literally \\u0000', 'half a pair \ufffd']);
});

test('the same file again changes nothing; new lines of it are added', async () => {
  const lines = [line('again-1', ['one']), line('again-2', ['three'])];
  await importConversations(database, folder.write('again.jsonl', lines.join('\n')), NOW);
  const file = folder.write('again.jsonl', [...lines, line('again-3', ['three'])].join('\n'));
  expect(await importConversations(database, file, NOW)).toEqual({ imported: 1, known: 2, skipped: [] });
  for (const id of ['again-1', 'again-2', 'again-3']) expect(await stored(id)).toHaveLength(1);
});

test('a conversation that cannot be stored whole is not there in part', async () => {
  // Its last message is refused by the database alone, as if something had failed on the way.
  await database.query(`alter table messages add constraint refused check (content <> 'two')`);
  const file = folder.write('cut.jsonl', line('cut', ['one', 'two']));
  await expect(importConversations(database, file, NOW)).rejects.toThrow('refused');
  expect(await isKnown('cut')).toBe(false);
  await database.query('alter table messages drop constraint refused');
  expect((await importConversations(database, file, NOW)).imported).toBe(1);
  expect(await stored('cut')).toHaveLength(2);
});

test('both sides are different people, and who answered has read what came before', async () => {
  await importConversations(database, folder.write('read.jsonl', line('read', ['q', 'a', 'q2'])), NOW);
  const rows = await stored('read');
  expect(rows[0]?.username).toBe(rows[2]?.username);
  expect(rows[0]?.username).not.toBe(rows[1]?.username);
  const marks = await database.query<{ is_technician: boolean; mark: number }>(
    `select distinct u.is_technician, d.last_read_sequence as mark from reads d join users u on u.id = d.user_id join requests r on r.id = d.request_id
     where r.external_id = 'read' order by 1`,
  );
  expect(marks).toEqual([
    { is_technician: false, mark: 3 },
    { is_technician: true, mark: 2 },
  ]);
});

test('a missing file and a folder are refused', async () => {
  await expect(importConversations(database, `${folder.path}/missing.jsonl`, NOW)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(importConversations(database, folder.path, NOW)).rejects.toThrow('no file');
});
