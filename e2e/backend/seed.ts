/**
 * A desk to try things on: 500 generated tickets, one of them a chat of 5,000 messages.
 *
 * Owns: what is generated, always the same. Runs only on a database without tickets.
 */
import { faker } from '@faker-js/faker';
import { bulkAppend, type BulkMessage } from './bulk.ts';
import { ensureCast, type Cast } from './cast.ts';
import { holdLock, type Database, type Queries } from './database.ts';
import type { Person } from './people.ts';

const TICKETS = 500;
const LONG_CHAT = 5_000;
const MINUTE_MS = 60_000;
const PRIORITIES = ['low', 'normal', 'high'] as const;

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Between one word and a few sentences, as people write. */
function sentence(): string {
  const kind = faker.number.int({ max: 9 });
  if (kind < 2) return faker.helpers.arrayElement(['Thanks!', 'Ok.', 'Yes, that works.', 'One moment please.', 'Still the same.', 'Any news?']);
  if (kind < 7) return `${faker.hacker.phrase()}`;
  if (kind < 9) return `${faker.hacker.phrase()} ${faker.company.buzzPhrase()}. ${faker.lorem.sentence()}`;
  return faker.lorem.paragraph({ min: 2, max: 5 });
}

function conversation(count: number, requester: Person, technician: Person, endAt: number): BulkMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    senderId: i === 0 || faker.number.int({ max: 1 }) === 0 ? requester.id : technician.id,
    content: sentence(),
    at: new Date(endAt - (count - i) * MINUTE_MS * faker.number.int({ min: 1, max: 3 })),
  })).sort((a, b) => a.at.getTime() - b.at.getTime());
}

/**
 * Fills an empty database, all or nothing; a second process waits and then finds it filled. `now`: milliseconds since the epoch. Answers
 * how many tickets it made.
 */
export function seed(database: Database, now: number): Promise<number> {
  return database.transaction('write', async (tx) => {
    await holdLock(tx, 'seed');
    const cast = await ensureCast(tx);
    const [existing] = await tx.query('select 1 from requests limit 1');
    if (existing) return 0;
    faker.seed(20_260_116);
    for (let i = 0; i < TICKETS; i++) await ticket(tx, cast, i, now - i * 17 * MINUTE_MS);
    return TICKETS;
  });
}

async function ticket(tx: Queries, { technicians, requesters }: Cast, i: number, endAt: number): Promise<void> {
  const requester = pick(requesters, i);
  const technician = pick(technicians, i);
  const isLong = i === 0;
  const subject = isLong ? 'The one with five thousand messages' : faker.hacker.phrase().slice(0, 80);
  const statusId = isLong || i % 5 < 2 ? 1 : pick([2, 3, 4], i);
  const messages = conversation(isLong ? LONG_CHAT : faker.number.int({ min: 2, max: 14 }), requester, technician, endAt);
  const [row] = await tx.query<{ id: string }>(
    `insert into requests (subject, priority, status_id, requester_id, technician_id, created_at) values ($1, $2, $3, $4, $5, $6) returning id`,
    [subject, pick(PRIORITIES, i), statusId, requester.id, technician.id, messages[0]?.at],
  );
  const { id } = row as { id: string };
  await bulkAppend(tx, id, messages);
  // Everybody has read all but the last few messages, so that there are badges to look at.
  await tx.query(
    `insert into reads (user_id, request_id, last_read_sequence)
     select (reader #>> '{}')::uuid, $1, $3 from jsonb_array_elements($2::text::jsonb) as readers(reader)`,
    [id, JSON.stringify([...technicians, requester].map((person) => person.id)), Math.max(0, messages.length - (i % 4))],
  );
}
