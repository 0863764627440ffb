import { afterAll, beforeAll, expect, test } from 'vitest';
import * as v from 'valibot';
import { ServerMessage, ServerTicket } from '../../protocol/index.ts';
import { ensureCast } from './cast.ts';
import type { Database } from './database.ts';
import { openDatabase } from './index.ts';
import { readPage } from './pages.ts';
import { seed } from './seed.ts';
import { allTickets } from './tickets.ts';
import { ownDatabaseUrl } from './testing/own-database.ts';

let database: Database;
const NOW = Date.parse('2026-01-16T12:00:00Z');

beforeAll(async () => {
  database = await openDatabase({ databaseUrl: await ownDatabaseUrl() });
}, 60_000);
afterAll(() => database.close());

/** Everything generated, without what the database makes up. */
const generated = async (): Promise<string> =>
  JSON.stringify(
    await database.query(
      `select r.subject, r.status_id, r.head_sequence, r.revision, r.last_message_at, md5(string_agg(m.content || m.created_at, '|' order by m.sequence_number)) as messages
       from requests r join messages m on m.request_id = r.id group by r.id order by r.last_message_at desc, r.subject`,
    ),
  );

test('500 tickets, one of them a chat of 5,000 messages, all as the contract wants them', async () => {
  expect(await seed(database, NOW)).toBe(500);
  const { technicians } = await ensureCast(database);
  const [tess] = technicians;
  if (!tess) throw new Error('There is no technician.');
  const tickets = await allTickets(database, tess);
  expect(tickets).toHaveLength(500);
  for (const ticket of tickets) expect(v.safeParse(ServerTicket, ticket).issues).toBeUndefined();
  expect(tickets.filter((ticket) => ticket.unreadCount > 0).length).toBeGreaterThan(50);
  const [long, ...others] = tickets.filter((ticket) => ticket.headSequence === 5_000);
  expect([long?.revision, others]).toEqual([5_000, []]);
  const page = await readPage(database, tess, long?.id ?? '', { mode: 'since', sequence: 0, limit: 500 });
  for (const message of page.messages) expect(v.safeParse(ServerMessage, message).issues).toBeUndefined();
  expect(page.totalCount).toBe(5_000);
});

test('some come with a picture or a log, which is there under its name', async () => {
  const files = await database.query<{ type: string; count: number; missing: number }>(
    `select m.file_mime_type as type, count(*)::int as count, count(*) filter (where f.size is distinct from m.file_size or m.is_screenshot <> (f.mime_type = 'image/png'))::int as missing
     from messages m left join media f on f.request_id = m.request_id and f.filename = m.file_name where m.file_name is not null group by 1 order by 1`,
  );
  expect(files).toEqual([{ type: 'image/png', count: 125, missing: 0 }, { type: 'text/plain', count: expect.any(Number), missing: 0 }]);
});

test('not on a database that has tickets', async () => {
  expect(await seed(database, NOW)).toBe(0);
  expect(await database.query('select count(*)::int as count from requests')).toEqual([{ count: 500 }]);
});

test('the same again from the same moment', async () => {
  const before = await generated();
  await database.query('truncate requests, messages, reads cascade');
  await seed(database, NOW);
  expect(await generated()).toBe(before);
});
