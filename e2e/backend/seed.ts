/**
 * A desk to try things on: 500 generated tickets, one of them a chat of 5,000 messages.
 *
 * Owns: what is generated, always the same. Runs only on a database without tickets.
 */
import { faker } from '@faker-js/faker';
import { bulkRequests, type BulkRequest, type BulkRequestMessage } from './bulk-requests.ts';
import type { BulkFile } from './bulk.ts';
import { ensureCast, type Cast } from './cast.ts';
import { holdLock, type Database } from './database.ts';
import type { Person } from './people.ts';
import { drawPicture } from './picture.ts';

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

/** A file for some of the conversations: mostly screenshots, sometimes a log. */
function fileOf(i: number): { readonly content: string; readonly file: BulkFile } | null {
  if (i % 4 === 0) {
    const file = { filename: `screenshot-${i + 1}.png`, mimeType: 'image/png', bytes: drawPicture(i, i % 8 === 0 ? 960 : 640, i % 8 === 0 ? 600 : 420) };
    return { content: 'This is what it looks like:', file };
  }
  if (i % 9 === 1) {
    const lines = Array.from({ length: 40 + (i % 30) }, (_, n) => `${String(n).padStart(4, '0')} ${n === 30 ? 'ERROR' : 'info '} worker ${(n * 7 + i) % 5}: step ${n} done`);
    return { content: 'I attached the log.', file: { filename: `service-${i + 1}.log`, mimeType: 'text/plain', bytes: Buffer.from(`${lines.join('\n')}\n`) } };
  }
  return null;
}

function conversation(count: number, requester: Person, technician: Person, endAt: number): BulkRequestMessage[] {
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
  const attached = fileOf(i);
  // Near the end, where whoever opens the ticket sees it.
  const at = Math.max(0, messages.length - 3);
  const before = messages[at];
  if (attached && before) messages[at] = { ...before, ...attached };
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
