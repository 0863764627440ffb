import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChangesPage, ServerMessage, ServerTicket, TicketsPage } from '../../protocol/index.ts';
import { chat, sequences, startTestBed, type TestBed } from './testing/test-bed.ts';

let bed: TestBed;
let now = Date.now();

beforeAll(async () => {
  bed = await startTestBed({ now: () => now });
}, 60_000);
afterAll(() => bed.server.close());

const call: TestBed['call'] = (...args) => bed.call(...args);
const say: TestBed['say'] = (...args) => bed.say(...args);
const filled = (count: number): Promise<string> => bed.filled(count);
const json = async <T>(response: Promise<Response>): Promise<T> => (await response).json() as Promise<T>;
const problemOf = async (response: Response): Promise<string> => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return ((await response.json()) as { type: string }).type;
};

describe('signing in', () => {
  test('an unknown user, a missing, a wrong and an expired token are told apart from success', async () => {
    expect((await call(null, 'POST', '/session', { username: 'nobody' })).status).toBe(404);
    expect((await call(null, 'GET', '/requests')).status).toBe(401);
    bed.tokens.set('wrong', 'made-up');
    expect(await problemOf(await call('wrong', 'GET', '/requests'))).toBe('/problems/unauthorized');
    bed.tokens.set('brief', await bed.signIn('tess', 60));
    expect((await call('brief', 'GET', '/requests')).status).toBe(200);
    now += 61_000;
    expect((await call('brief', 'GET', '/requests')).status).toBe(401);
  });
});

describe('pages', () => {
  test('newest, before, since and range have their rows and headers', async () => {
    const id = await filled(120);
    const newest = await call('tess', 'GET', chat(id));
    expect(sequences((await newest.json()) as ServerMessage[])).toEqual(Array.from({ length: 50 }, (_, i) => 71 + i));
    const header = (name: string): string | null => newest.headers.get(name);
    expect([header('X-Total-Count'), header('X-Oldest-Sequence'), header('X-Newest-Sequence'), header('X-Has-More'), header('X-Has-Newer'), header('X-Head-Sequence'), header('X-Revision')]).toEqual(
      ['120', '71', '120', 'true', 'false', '120', '120'],
    );
    const before = await call('tess', 'GET', chat(id, '?before_sequence=11&limit=20'));
    expect(sequences((await before.json()) as ServerMessage[])).toEqual(Array.from({ length: 10 }, (_, i) => 1 + i));
    expect(before.headers.get('X-Has-More')).toBe('false');
    const since = await call('tess', 'GET', chat(id, '?since_sequence=100&limit=10'));
    expect(sequences((await since.json()) as ServerMessage[])).toEqual(Array.from({ length: 10 }, (_, i) => 101 + i));
    expect(since.headers.get('X-Has-Newer')).toBe('true');
    const range = await call('tess', 'GET', chat(id, '?start_sequence=5&end_sequence=8'));
    expect(sequences((await range.json()) as ServerMessage[])).toEqual([5, 6, 7, 8]);
    expect([range.headers.get('X-Has-Newer'), range.headers.get('X-Has-More')]).toEqual(['false', 'true']);
  });
  test.each(['?since_sequence=1&before_sequence=5', '?start_sequence=1', '?start_sequence=9&end_sequence=2', '?limit=0', '?limit=501', '?limit=x', '?before_sequence=-1'])('%s is refused', async (query) => {
    expect(await problemOf(await call('tess', 'GET', chat(await filled(1), query)))).toBe('/problems/invalid');
  });
  test('an empty chat is an empty page', async () => {
    const page = await call('tess', 'GET', chat(await bed.server.createTicket('Empty')));
    expect([await page.json(), page.headers.get('X-Head-Sequence'), page.headers.get('X-Oldest-Sequence')]).toEqual([[], '0', null]);
  });
});

describe('changes', () => {
  test('#6 new, edited and deleted messages since a revision, in order', async () => {
    const id = await filled(5);
    const rows = await json<ServerMessage[]>(call('tess', 'GET', chat(id)));
    await call('tess', 'PATCH', `/chat/messages/${rows[1]!.id}`, { content: 'edited' });
    expect((await call('tess', 'DELETE', `/chat/messages/${rows[2]!.id}`)).status).toBe(204);
    const page = await json<ChangesPage>(call('tess', 'GET', chat(id, '/changes?since_revision=5')));
    expect(page.changes.map((change) => (change.kind === 'delete' ? change.deletion.sequenceNumber : (change.message as ServerMessage).content))).toEqual(['edited', 3]);
    expect([page.revision, page.headSequence, page.hasMore]).toEqual([7, 5, false]);
    const cut = await json<ChangesPage>(call('tess', 'GET', chat(id, '/changes?since_revision=0&limit=3')));
    expect([cut.changes.length, cut.revision, cut.hasMore]).toEqual([3, 5, true]);
  });
  test('#22 a revision that was never given out, or is forgotten, is 410', async () => {
    const id = await filled(3);
    expect(await problemOf(await call('tess', 'GET', chat(id, '/changes?since_revision=4')))).toBe('/problems/cursor-expired');
    await bed.server.forgetChanges(id);
    expect((await call('tess', 'GET', chat(id, '/changes?since_revision=2'))).status).toBe(410);
    expect((await call('tess', 'GET', chat(id, '/changes?since_revision=3'))).status).toBe(200);
  });
});

describe('sending', () => {
  test('S-1 the same clientTempId is the same message, also when sent twice at once', async () => {
    const id = await filled(0);
    const clientTempId = crypto.randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => say('rosa', id, 'once', clientTempId)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 201]);
    const messages = (await Promise.all(answers.map((answer) => answer.json()))) as ServerMessage[];
    expect(new Set(messages.map((message) => message.id)).size).toBe(1);
    expect((await json<ServerMessage>(call('rosa', 'GET', `/chat/messages?client_temp_id=${clientTempId}`))).clientTempId).toBe(clientTempId);
    expect((await call('tess', 'GET', `/chat/messages?client_temp_id=${clientTempId}`)).status).toBe(404);
    expect((await json<ServerMessage[]>(call('tess', 'GET', chat(id))))[0]).not.toHaveProperty('clientTempId');
  });
  test('parallel sends get consecutive sequences and revisions', async () => {
    const id = await filled(0);
    await Promise.all(Array.from({ length: 20 }, (_, i) => say(i % 2 ? 'rosa' : 'tess', id, `m${i}`)));
    const rows = await json<ServerMessage[]>(call('tess', 'GET', chat(id)));
    expect(sequences(rows)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(rows.map((row) => row.revision).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
  test('content is 1 to 10,000 UTF-16 units, in the API and in the database', async () => {
    const id = await filled(0);
    expect((await say('rosa', id, '')).status).toBe(400);
    expect((await say('rosa', id, 'x'.repeat(10_001))).status).toBe(400);
    expect((await say('rosa', id, '😀'.repeat(5_001))).status).toBe(400);
    expect((await say('rosa', id, 'nul \u0000')).status).toBe(400);
    expect((await say('rosa', id, '😀'.repeat(5_000))).status).toBe(201);
    const insert = (content: string): Promise<unknown> =>
      bed.server.database.query('insert into messages (request_id, sequence_number, sender_id, content, revision) values ($1, 99, $2, $3, 99)', [id, bed.server.cast.technicians[0]!.id, content]);
    await expect(insert('😀'.repeat(5_001))).rejects.toThrow();
    await expect(insert('')).rejects.toThrow();
  });
  test('S-1 M-2 a message that was deleted does not come back when its attempt is repeated', async () => {
    const id = await filled(0);
    const clientTempId = crypto.randomUUID();
    const { id: messageId } = (await (await say('rosa', id, 'sent, answer lost', clientTempId)).json()) as ServerMessage;
    await call('tess', 'DELETE', `/chat/messages/${messageId}`);
    const again = await say('rosa', id, 'sent, answer lost', clientTempId);
    expect([again.status, await problemOf(again)]).toEqual([410, '/problems/message-deleted']);
    expect(await json(call('tess', 'GET', chat(id)))).toEqual([]);
  });
  test('#35 the same clientTempId in another request is no duplicate but a mistake', async () => {
    const clientTempId = crypto.randomUUID();
    await say('rosa', await filled(0), 'here', clientTempId);
    const elsewhere = await say('rosa', await filled(0), 'there', clientTempId);
    expect([elsewhere.status, await problemOf(elsewhere)]).toEqual([409, '/problems/id-taken']);
  });
  test('the preview of a ticket follows edits and deletes, and never shows an internal note', async () => {
    const id = await filled(2);
    const preview = async (): Promise<unknown> =>
      (await json<TicketsPage>(call('tess', 'GET', '/requests'))).tickets.flatMap((ticket) => ((ticket as ServerTicket).id === id ? [(ticket as ServerTicket).lastMessagePreview] : []));
    const rows = await json<ServerMessage[]>(call('tess', 'GET', chat(id)));
    await call('tess', 'PATCH', `/chat/messages/${rows[1]?.id}`, { content: 'edited' });
    expect(await preview()).toEqual(['edited']);
    await call('tess', 'DELETE', `/chat/messages/${rows[1]?.id}`);
    expect(await preview()).toEqual(['message 1']);
    await call('tess', 'POST', '/chat/messages', { requestId: id, content: 'a note', isInternal: true });
    expect(await preview()).toEqual(['message 1']);
    await call('tess', 'DELETE', `/chat/messages/${rows[0]?.id}`);
    expect(await preview()).toEqual([null]);
  });
  test('#55 a closed ticket takes no message, and says so', async () => {
    const id = await filled(1);
    await call('tess', 'PATCH', `/requests/${id}`, { statusId: 4 });
    const refused = await say('rosa', id, 'too late');
    expect([refused.status, await problemOf(refused)]).toEqual([422, '/problems/ticket-closed']);
  });
  test('malformed bodies and unknown routes are problems', async () => {
    expect((await call('tess', 'POST', '/chat/messages', '{')).status).toBe(400);
    expect((await call('tess', 'POST', '/chat/messages', 'x'.repeat(200_000))).status).toBe(413);
    expect(await problemOf(await call('tess', 'GET', '/nowhere'))).toBe('/problems/not-found');
    expect(await problemOf(await call('tess', 'GET', '/chat/messages/request/no-uuid'))).toBe('/problems/invalid');
    expect(await problemOf(await fetch(`${bed.server.url}/elsewhere`))).toBe('/problems/not-found');
    expect((await call(null, 'POST', '/session', { username: 'nul \u0000' })).status).toBe(400);
    expect((await call('tess', 'HEAD', '/requests')).status).toBe(200);
  });
});

describe('access and reading', () => {
  test('a requester sees his own requests only; internal notes do not exist for him', async () => {
    const id = await filled(1);
    const tickets = async (who: string): Promise<string[]> => (await json<TicketsPage>(call(who, 'GET', '/requests'))).tickets.map((ticket) => (ticket as { id: string }).id);
    expect(await tickets('rosa')).toContain(id);
    expect(await tickets('raj')).not.toContain(id);
    for (const path of [chat(id), chat(id, '/changes?since_revision=0')]) expect((await call('raj', 'GET', path)).status).toBe(404);
    expect((await say('raj', id, 'let me in')).status).toBe(404);
    expect((await call('tess', 'POST', '/chat/messages', { requestId: id, content: 'a note', isInternal: true })).status).toBe(201);
    expect((await call('rosa', 'POST', '/chat/messages', { requestId: id, content: 'a note', isInternal: true })).status).toBe(403);
    expect(sequences(await json(call('tess', 'GET', chat(id))))).toEqual([1, 2]);
    const seen = await call('rosa', 'GET', chat(id));
    expect([sequences((await seen.json()) as ServerMessage[]), seen.headers.get('X-Head-Sequence'), seen.headers.get('X-Revision')]).toEqual([[1], '2', '2']);
    expect((await json<ChangesPage>(call('rosa', 'GET', chat(id, '/changes?since_revision=1'))))).toMatchObject({ changes: [], revision: 2 });
  });
  test('#59 R-1 the read mark is monotone and never beyond the newest message', async () => {
    const id = await filled(10);
    const read = (upToSequence: number): Promise<{ unreadCount: number; lastReadSequence: number }> => json(call('tess', 'POST', chat(id, '/read'), { upToSequence }));
    expect(await read(7)).toMatchObject({ unreadCount: 3, lastReadSequence: 7 });
    expect(await read(4)).toMatchObject({ unreadCount: 3, lastReadSequence: 7 });
    expect(await read(99)).toMatchObject({ unreadCount: 0, lastReadSequence: 10 });
  });
  test('the ticket cursor tells what changed since', async () => {
    const id = await filled(1);
    const first = await json<TicketsPage>(call('tess', 'GET', '/requests'));
    await say('rosa', id, 'news');
    const next = await json<TicketsPage>(call('tess', 'GET', `/requests?since=${first.cursor}`));
    expect(next.tickets).toEqual(expect.arrayContaining([expect.objectContaining({ id, headSequence: 2, lastMessagePreview: 'news', unreadCount: 2 })]));
    expect((await call('tess', 'GET', '/requests?since=x')).status).toBe(400);
  });
  test('#24 a ticket cursor from another database, or from before a backup was restored, is 410', async () => {
    for (const cursor of ['99999999', '99999999999999999999']) expect(await problemOf(await call('tess', 'GET', `/requests?since=${cursor}`))).toBe('/problems/cursor-expired');
  });
});
