import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PushFrame, ServerMessage } from '../../../protocol/index.ts';
import { openDatabase } from '../index.ts';
import { LISTENER } from '../postgres-listen.ts';
import { seed } from '../seed.ts';
import { ownDatabaseUrl } from '../testing/own-database.ts';
import { changesOf, connectPush, type PushClient } from '../testing/push-client.ts';
import { chat, startTestBed, type TestBed } from '../testing/test-bed.ts';

let url: string | undefined;
let beds: readonly [TestBed, TestBed];

beforeAll(async () => {
  url = await ownDatabaseUrl();
  // At once, so that both try to migrate.
  beds = await Promise.all([startTestBed({ databaseUrl: url }), startTestBed({ databaseUrl: url })]);
}, 60_000);
afterAll(() => Promise.all(beds.map((bed) => bed.server.close())));

const revisions = (frames: readonly PushFrame[], requestId: string): number[][] => changesOf(frames, requestId).map((frame) => [frame.previousRevision, frame.revision]);
/** Beyond a revision: what was written before somebody connected may still be on its way to him. */
const beyond = (links: readonly number[][], revision: number): number[][] => links.filter((link) => (link[1] ?? 0) > revision);
const reached = (requestId: string, revision: number) => (frames: readonly PushFrame[]) => changesOf(frames, requestId).some((frame) => frame.revision >= revision);
const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('two server processes on one database', () => {
  test('run on PostgreSQL, and a token of one is good at the other', async () => {
    const [first, second] = beds;
    expect([first.server.database.kind, second.server.database.kind]).toEqual(['postgres', 'postgres']);
    const answer = await fetch(`${second.server.url}/api/v1/requests`, { headers: { authorization: `Bearer ${first.tokens.get('tess')}` } });
    expect(answer.status).toBe(200);
  });

  test('never give a sequence or a revision twice, and push reaches the clients of both in the order of revisions', async () => {
    const [first, second] = beds;
    const [one, other] = [await first.filled(0), await second.filled(0)];
    const clients = await Promise.all(beds.flatMap((bed) => ['tess', 'theo', 'rosa'].map((who) => bed.connect(who))));
    await Promise.all(clients.map((client) => client.until((frames) => frames.length > 0)));
    const sends = beds.flatMap((bed) => ['tess', 'rosa'].flatMap((who) => [one, other].flatMap((id) => range(1, 25).map((n) => () => bed.say(who, id, `${who} ${n}`)))));
    const answers = await Promise.all(sends.map((send) => send()));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    for (const id of [one, other]) {
      const rows = await first.json<ServerMessage[]>('tess', chat(id, '?limit=500'));
      expect(rows.map((row) => row.sequenceNumber)).toEqual(range(1, 100));
      expect(rows.map((row) => row.revision)).toEqual(range(1, 100));
      for (const client of clients) {
        await client.until(reached(id, 100));
        expect(revisions(client.frames, id)).toEqual(range(1, 100).map((revision) => [revision - 1, revision]));
      }
    }
    for (const client of clients) client.close();
  });

  test('S-1 store a message once, however often and at whichever it is sent', async () => {
    const [first, second] = beds;
    const id = await first.filled(0);
    const clientTempId = crypto.randomUUID();
    const answers = await Promise.all(range(1, 12).map((n) => (n % 2 ? first : second).say('rosa', id, 'once', clientTempId)));
    expect(answers.map((answer) => answer.status).filter((status) => status === 201)).toHaveLength(1);
    const messages = (await Promise.all(answers.map((answer) => answer.json()))) as ServerMessage[];
    expect(new Set(messages.map((message) => message.id)).size).toBe(1);
    expect(await first.json<ServerMessage[]>('tess', chat(id))).toHaveLength(1);
  });

  test('edits and deletes at both leave one chain', async () => {
    const [first, second] = beds;
    const id = await first.filled(20);
    const rows = await first.json<ServerMessage[]>('tess', chat(id));
    const watchers = [await first.connect('tess'), await second.connect('rosa')];
    await Promise.all(watchers.map((client) => client.until((frames) => frames.length > 0)));
    await Promise.all(
      rows.map((row, i) => {
        const bed = i % 2 ? first : second;
        return i % 3 ? bed.call('tess', 'PATCH', `/chat/messages/${row.id}`, { content: `edited ${i}` }) : bed.call('rosa', 'DELETE', `/chat/messages/${row.id}`);
      }),
    );
    for (const client of watchers) {
      await client.until(reached(id, 40));
      expect(beyond(revisions(client.frames, id), 20)).toEqual(range(21, 40).map((revision) => [revision - 1, revision]));
    }
  });

  test('seed an empty database once between them', async () => {
    const empty = await ownDatabaseUrl();
    const databases = await Promise.all([openDatabase({ databaseUrl: empty }), openDatabase({ databaseUrl: empty })]);
    try {
      const made = await Promise.all(databases.map((database) => seed(database, Date.now())));
      expect(made.sort()).toEqual([0, 500]);
    } finally {
      await Promise.all(databases.map((database) => database.close()));
    }
  });
});

describe('a connection to the database that is lost', () => {
  test('is taken up again, and the clients are told that frames may be missing', async () => {
    const [first] = beds;
    const id = await first.filled(1);
    const client: PushClient = await connectPush(first.server.url, { token: first.tokens.get('tess') });
    await client.until((frames) => frames.length > 0);
    const killed = await first.server.database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()',
      [LISTENER],
    );
    expect(killed.length).toBe(2);
    await client.until((frames) => frames.some((frame) => frame.type === 'lost'));
    await first.say('rosa', id, 'after the loss');
    await client.until(reached(id, 2));
    expect(client.frames.map((frame) => frame.n)).toEqual(client.frames.map((_, i) => i + 1));
    client.close();
  });
});
