import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { ChangesPage, PushFrame, ServerMessage, TicketsPage } from '../../protocol/index.ts';
import { startReferenceServer, type ReferenceServer } from './index.ts';

let server: ReferenceServer;
let now = Date.now();
let tokens: Record<string, string>;

beforeAll(async () => {
  server = await startReferenceServer({ now: () => now });
  tokens = {};
  for (const username of ['tess', 'theo', 'rosa', 'raj']) tokens[username] = ((await (await call(null, 'POST', '/session', { username })).json()) as { token: string }).token;
});
afterAll(() => server.close());

const call = (who: string | null, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { ...(who === null ? {} : { authorization: `Bearer ${tokens[who]}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const json = async <T>(response: Promise<Response>): Promise<T> => (await response).json() as Promise<T>;
const say = (who: string, requestId: string, content: string, clientTempId: string | null = null): Promise<Response> =>
  call(who, 'POST', '/chat/messages', { requestId, content, clientTempId });
const chat = (requestId: string, query = ''): string => `/chat/messages/request/${requestId}${query}`;
const problemOf = async (response: Response): Promise<string> => {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return ((await response.json()) as { type: string }).type;
};
const filled = async (count: number): Promise<string> => {
  const id = await server.createTicket('Paging');
  await server.append(id, server.cast.requesters[0]!.id, Array.from({ length: count }, (_, i) => `message ${i + 1}`));
  return id;
};
const sequences = (rows: readonly ServerMessage[]): number[] => rows.map((row) => row.sequenceNumber);

describe('signing in', () => {
  test('an unknown user, a missing, a wrong and an expired token are told apart from success', async () => {
    expect((await call(null, 'POST', '/session', { username: 'nobody' })).status).toBe(404);
    expect((await call(null, 'GET', '/requests')).status).toBe(401);
    tokens['wrong'] = 'made-up';
    expect(await problemOf(await call('wrong', 'GET', '/requests'))).toBe('/problems/unauthorized');
    tokens['brief'] = (await json<{ token: string }>(call(null, 'POST', '/session', { username: 'tess', ttlSeconds: 60 }))).token;
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
    const page = await call('tess', 'GET', chat(await server.createTicket('Empty')));
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
    await server.forgetChanges(id);
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
      server.database.query('insert into messages (request_id, sequence_number, sender_id, content, revision) values ($1, 99, $2, $3, 99)', [id, server.cast.technicians[0]!.id, content]);
    await expect(insert('😀'.repeat(5_001))).rejects.toThrow();
    await expect(insert('')).rejects.toThrow();
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
});

describe('media', () => {
  test('#73 ranges, ETag, digest and If-Range', async () => {
    const id = await filled(1);
    const put = await fetch(`${server.url}/api/v1/chat/media/${id}/a.png`, { method: 'PUT', body: 'hello world', headers: { authorization: `Bearer ${tokens['rosa']}`, 'content-type': 'image/png' } });
    expect(put.status).toBe(201);
    const get = (headers: Record<string, string> = {}): Promise<Response> => call('tess', 'GET', `/chat/media/${id}/a.png`, undefined, headers);
    const whole = await get();
    expect([await whole.text(), whole.headers.get('repr-digest')]).toEqual(['hello world', 'sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:']);
    const etag = whole.headers.get('etag') ?? '';
    const part = await get({ range: 'bytes=6-', 'if-range': etag });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([206, 'world', 'bytes 6-10/11']);
    expect((await get({ range: 'bytes=6-', 'if-range': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=11-' })).status).toBe(416);
    expect((await call('raj', 'GET', `/chat/media/${id}/a.png`)).status).toBe(404);
  });
});

describe('push', () => {
  const connect = async (who: string): Promise<{ frames: PushFrame[]; until(done: (frames: PushFrame[]) => boolean): Promise<PushFrame[]>; close(): void; send(text: string): void; closed: Promise<number> }> => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/push`);
    const frames: PushFrame[] = [];
    let wake: () => void = () => undefined;
    socket.on('message', (data) => {
      frames.push(JSON.parse(String(data)) as PushFrame);
      wake();
    });
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'hello', token: tokens[who] }));
    return {
      frames,
      closed,
      close: () => socket.close(),
      send: (text) => socket.send(text),
      until: async (done) => {
        while (!done(frames)) await new Promise<void>((resolve) => (wake = resolve));
        return frames;
      },
    };
  };

  test('#29 frames are numbered, chained and only as much as each may see', async () => {
    const id = await filled(1);
    const [tess, rosa] = [await connect('tess'), await connect('rosa')];
    await Promise.all([tess.until((frames) => frames.length > 0), rosa.until((frames) => frames.length > 0)]);
    await say('rosa', id, 'one');
    await call('tess', 'POST', '/chat/messages', { requestId: id, content: 'secret note', isInternal: true });
    const rows = await json<ServerMessage[]>(call('tess', 'GET', chat(id)));
    await call('tess', 'DELETE', `/chat/messages/${rows[0]!.id}`);
    const last = (frames: PushFrame[]): boolean => frames.some((frame) => frame.type === 'change' && frame.requestId === id && frame.revision === 4);
    for (const who of [tess, rosa]) {
      const frames = await who.until(last);
      expect(frames.map((frame) => frame.n)).toEqual(frames.map((_, i) => i + 1));
      const changes = frames.filter((frame) => frame.type === 'change' && frame.requestId === id);
      expect(changes.map((frame) => frame.type === 'change' && [frame.previousRevision, frame.revision])).toEqual([[1, 2], [2, 3], [3, 4]]);
    }
    expect(JSON.stringify(rosa.frames)).not.toContain('secret note');
    const kinds = (frames: PushFrame[]): (string | undefined)[] => frames.flatMap((frame) => (frame.type === 'change' && frame.requestId === id ? [frame.change?.kind] : []));
    expect([kinds(tess.frames), kinds(rosa.frames)]).toEqual([['upsert', 'upsert', 'delete'], ['upsert', undefined, 'delete']]);
    tess.send(JSON.stringify({ type: 'ping' }));
    const pinged = await tess.until((frames) => frames.at(-1)?.type === 'ping');
    expect(pinged.at(-1)?.n).toBe(pinged.at(-2)?.n);
    tess.close();
    rosa.close();
  });

  test('a wrong token and a malformed first frame close the socket with their codes', async () => {
    expect(await (await connect('wrong')).closed).toBe(4401);
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/push`);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('nonsense');
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(4400);
  });

  test('the numbers of open connections and of requests are on /metrics', async () => {
    const tess = await connect('tess');
    await tess.until((frames) => frames.length > 0);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^push_connections [1-9]/m);
    expect(text).toMatch(/http_requests_total\{method="GET",route="\/api\/v1\/chat\/messages\/request\/:requestId",status="200"\} \d+/);
    tess.close();
  });
});
