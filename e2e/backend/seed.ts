/**
 * A desk to try things on: 500 generated tickets, one of them a chat of 5,000 messages.
 *
 * Owns: what is generated, always the same. Runs only on a database without tickets.
 */
import { faker } from '@faker-js/faker';
import { bulkRequests, type BulkRequest } from './bulk-requests.ts';
import type { BulkMessage } from './bulk.ts';
import { ensureCast, type Cast } from './cast.ts';
import { holdLock, type Database } from './database.ts';
import type { Person } from './people.ts';

const TICKETS = 500;
/** Tickets of one statement. */
const BATCH = 50;
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
    for (let first = 0; first < TICKETS; first += BATCH) {
      await bulkRequests(tx, Array.from({ length: BATCH }, (_, k) => ticket(cast, first + k, now - (first + k) * 17 * MINUTE_MS)));
    }
    return TICKETS;
  });
}

function ticket({ technicians, requesters }: Cast, i: number, endAt: number): BulkRequest {
  const requester = pick(requesters, i);
  const technician = pick(technicians, i);
  const isLong = i === 0;
  const subject = isLong ? 'The one with five thousand messages' : faker.hacker.phrase().slice(0, 80);
  const messages = conversation(isLong ? LONG_CHAT : faker.number.int({ min: 2, max: 14 }), requester, technician, endAt);
  return {
    externalId: null,
    subject,
    statusId: isLong || i % 5 < 2 ? 1 : pick([2, 3, 4], i),
    priority: pick(PRIORITIES, i),
    requesterId: requester.id,
    technicianId: technician.id,
    messages,
    // Everybody has read all but the last few messages, so that there are badges to look at.
    reads: [...technicians, requester].map(({ id }) => ({ userId: id, upTo: Math.max(0, messages.length - (i % 4)) })),
  };
}
