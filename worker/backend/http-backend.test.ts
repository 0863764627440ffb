import { describe, expect, test } from 'vitest';
import type { Backend, OutgoingMessage, ServerMessage } from '../../protocol/index.ts';
import { BASE_URL, fakeBackendWorld, jsonAnswer, problemAnswer, type FakeBackendWorld } from '../testing/fake-network.ts';
import { ANSWER_WITHIN_MS } from './http-caller.ts';
import { createHttpBackend } from './http-backend.ts';

const CHAT = '5f0a7c1e-6a55-4c2e-9d0e-0123456789ab';
const TEMP = '0f2b4d68-1111-4222-8333-444455556666';
const options = () => ({ signal: new AbortController().signal });

const message: ServerMessage = {
  id: '7d444840-9dc0-41d1-b245-5ffdce74fad2',
  requestId: CHAT,
  sequenceNumber: 7,
  senderId: 'u1',
  sender: { id: 'u1', username: 'ann', fullName: null, isTechnician: true },
  content: 'a secret sentence',
  createdAt: '2026-01-16T09:00:00.000Z',
  updatedAt: null,
  isScreenshot: false,
  screenshotFileName: null,
  fileName: null,
  fileSize: null,
  fileMimeType: null,
  isReadByCurrentUser: true,
  clientTempId: TEMP,
  revision: 9,
};
const outgoing: OutgoingMessage = { requestId: CHAT, content: 'hi', isScreenshot: false, screenshotFileName: null, clientTempId: TEMP };
const readState = { requestId: CHAT, unreadCount: 0, lastReadSequence: 7, revision: 9 };

function start(): FakeBackendWorld & { readonly backend: Required<Backend> } {
  const world = fakeBackendWorld();
  return { ...world, backend: createHttpBackend(world.env) as Required<Backend> };
}

const pageHeaders = {
  'X-Total-Count': '1',
  'X-Oldest-Sequence': '7',
  'X-Newest-Sequence': '7',
  'X-Has-More': 'false',
  'X-Has-Newer': 'false',
  'X-Head-Sequence': '7',
  'X-Revision': '9',
};

describe('requests', () => {
  test.each<[string, string, unknown, (backend: Required<Backend>) => Promise<unknown>]>([
    ['GET', '/requests', { tickets: [], removed: [], cursor: 'c' }, (backend) => backend.tickets(null, options())],
    ['GET', '/requests?since=a%2Fb%26c', { tickets: [], removed: [], cursor: 'c' }, (backend) => backend.tickets('a/b&c', options())],
    ['GET', `/chat/messages/request/${CHAT}?limit=50`, [], (backend) => backend.messages(CHAT, { mode: 'newest', limit: 50 }, options())],
    ['GET', `/chat/messages/request/${CHAT}?since_sequence=3&limit=50`, [], (backend) => backend.messages(CHAT, { mode: 'since', sequence: 3, limit: 50 }, options())],
    ['GET', `/chat/messages/request/${CHAT}?before_sequence=3&limit=50`, [], (backend) => backend.messages(CHAT, { mode: 'before', sequence: 3, limit: 50 }, options())],
    ['GET', `/chat/messages/request/${CHAT}?start_sequence=3&end_sequence=8&limit=6`, [], (backend) => backend.messages(CHAT, { mode: 'range', start: 3, end: 8, limit: 6 }, options())],
    ['GET', `/chat/messages/request/${CHAT}/changes?since_revision=4&limit=500`, { changes: [], revision: 4, headSequence: 7, hasMore: false }, (backend) => backend.changes(CHAT, 4, 500, options())],
    ['POST', '/chat/messages', message, (backend) => backend.send(outgoing, options())],
    ['GET', `/chat/messages?client_temp_id=${TEMP}`, message, (backend) => backend.findByTempId(TEMP, options())],
    ['POST', `/chat/messages/request/${CHAT}/read`, readState, (backend) => backend.markRead(CHAT, 7, options())],
  ])('%s %s carries the token and past every cache', async (method, path, body, call) => {
    const { backend, requests, answer } = start();
    answer(() => jsonAnswer(body));
    await call(backend);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method, url: BASE_URL + path });
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer token-1');
    expect(requests[0]?.init.cache).toBe('no-store');
  });

  test('a message and a read mark are sent as JSON', async () => {
    const { backend, requests, answer } = start();
    answer(({ url }) => jsonAnswer(url.endsWith('/read') ? readState : message, url.endsWith('/read') ? 200 : 201));
    await expect(backend.send({ ...outgoing, extra: true } as OutgoingMessage, options())).resolves.toEqual(message);
    await expect(backend.markRead(CHAT, 7, options())).resolves.toEqual(readState);
    expect(requests.map(({ body }) => body)).toEqual([outgoing, { upToSequence: 7 }]);
    expect(requests[0]?.headers.get('content-type')).toBe('application/json');
  });

  test('#35 a send that the server knows already answers with the same message', async () => {
    const { backend, answer } = start();
    answer(() => jsonAnswer(message, 200));
    await expect(backend.send(outgoing, options())).resolves.toEqual(message);
  });

  test('a page passes its rows unchecked and its headers read', async () => {
    const { backend, answer, warnings } = start();
    answer(() => jsonAnswer([{ sequenceNumber: 7, nonsense: true }], 200, pageHeaders));
    const page = await backend.messages(CHAT, { mode: 'newest', limit: 50 }, options());
    expect(page).toMatchObject({ messages: [{ sequenceNumber: 7, nonsense: true }], complete: true, revision: 9, headSequence: 7 });
    expect(warnings).toEqual([]);
  });

  test('a page that cannot be vouched for says so in the log', async () => {
    const { backend, answer, warnings } = start();
    answer(() => jsonAnswer([], 200));
    await expect(backend.messages(CHAT, { mode: 'newest', limit: 50 }, options())).resolves.toMatchObject({ complete: false });
    expect(warnings.join()).toContain('a header is missing');
  });

  test('a base with a slash at its end leads to the same addresses', async () => {
    const { env, requests, answer } = fakeBackendWorld();
    answer(() => jsonAnswer({ tickets: [], removed: [], cursor: 'c' }));
    await createHttpBackend({ ...env, baseUrl: `${BASE_URL}/` }).tickets(null, options());
    expect(requests[0]?.url).toBe(`${BASE_URL}/requests`);
  });

  test.each(['/api/v1', 'desk.example', 'ftp://desk.example', '', 'http://'])('the base "%s" is refused', (baseUrl) => {
    expect(() => createHttpBackend({ ...fakeBackendWorld().env, baseUrl })).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});

describe('tokens', () => {
  test('#47 a rejected token is replaced once and the request repeated once', async () => {
    const { backend, requests, rejected, answer, giveToken } = start();
    giveToken(async (refused) => (refused === 'old' ? 'new' : 'old'));
    answer(({ headers }) => (headers.get('authorization') === 'Bearer new' ? jsonAnswer(message, 201) : problemAnswer(401)));
    await expect(backend.send(outgoing, options())).resolves.toEqual(message);
    expect(rejected).toEqual([null, 'old']);
    expect(requests.map(({ body }) => body)).toEqual([outgoing, outgoing]);
  });

  test('#47 never more than once', async () => {
    const { backend, requests, rejected, answer, giveToken } = start();
    let number = 0;
    giveToken(async () => `token-${++number}`);
    answer(() => problemAnswer(401));
    await expect(backend.send(outgoing, options())).rejects.toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
    expect(requests).toHaveLength(2);
    expect(rejected).toEqual([null, 'token-1']);
  });

  test('#47 the rejected token is not tried again', async () => {
    const { backend, requests, answer } = start();
    answer(() => problemAnswer(401));
    await expect(backend.tickets(null, options())).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    expect(requests).toHaveLength(1);
  });

  test('without a token nothing is asked', async () => {
    const { backend, requests, giveToken } = start();
    const nobody = new Error('nobody');
    giveToken(() => Promise.reject(Object.assign(nobody, { code: 'UNAUTHORIZED' })));
    await expect(backend.tickets(null, options())).rejects.toMatchObject({ cause: nobody });
    expect(requests).toHaveLength(0);
  });
});

describe('no answer', () => {
  test('a network that fails is OFFLINE', async () => {
    const { backend, answer, time } = start();
    answer(() => Promise.reject(new TypeError('Failed to fetch')));
    await expect(backend.tickets(null, options())).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(time.nextAt()).toBeNull();
  });

  test('so is an answer that breaks off', async () => {
    const { backend, answer } = start();
    answer(() => new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })));
    await expect(backend.tickets(null, options())).rejects.toMatchObject({ code: 'OFFLINE' });
  });

  test.each<[string, () => Promise<Response>]>([
    ['headers', () => new Promise(() => undefined)],
    ['body', async () => new Response(new ReadableStream())],
    ['problem document', async () => new Response(new ReadableStream(), { status: 503 })],
  ])('a %s that does not come is a TIMEOUT after 15 seconds', async (_part, respond) => {
    const { backend, answer, time, requests } = start();
    answer(respond);
    let settled = false;
    const result = backend.tickets(null, options()).catch((error: unknown) => error).finally(() => (settled = true));
    await time.advance(ANSWER_WITHIN_MS - 1);
    expect(settled).toBe(false);
    expect(requests[0]?.init.signal?.aborted).toBe(false);
    await time.advance(1);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT' });
    expect(requests[0]?.init.signal?.aborted).toBe(true);
    expect(time.nextAt()).toBeNull();
  });

  test('the time that a person needs to sign in does not count', async () => {
    const { backend, answer, time, giveToken } = start();
    let give!: (token: string) => void;
    giveToken(() => new Promise((resolve) => (give = resolve)));
    answer(() => jsonAnswer({ tickets: [], removed: [], cursor: 'c' }));
    const result = backend.tickets(null, options());
    await time.advance(10 * ANSWER_WITHIN_MS);
    give('late');
    await expect(result).resolves.toMatchObject({ cursor: 'c' });
  });

  test.each(['token', 'answer'])('giving up while the %s is awaited is CANCELLED at once', async (awaited) => {
    const { backend, answer, time, giveToken } = start();
    if (awaited === 'token') giveToken(() => new Promise(() => undefined));
    answer(() => new Promise(() => undefined));
    const given = new AbortController();
    const result = backend.tickets(null, { signal: given.signal }).catch((error: unknown) => error);
    await time.settle();
    given.abort();
    await expect(result).resolves.toMatchObject({ code: 'CANCELLED' });
    expect(time.nextAt()).toBeNull();
  });

  test('nothing is asked for a caller who has given up before', async () => {
    const { backend, requests, rejected } = start();
    await expect(backend.tickets(null, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect([requests, rejected]).toEqual([[], []]);
  });
});

test('S-1 a message that lost its text since it was sent is found all the same', async () => {
  const { backend, answer } = start();
  answer(() => jsonAnswer({ ...message, content: '' }));
  expect(await backend.findByTempId(TEMP, options())).toMatchObject({ id: message.id, sequenceNumber: message.sequenceNumber, content: '' });
});

describe('answers that are not understood are SERVER_FAILED, and never quoted', () => {
  test.each<[string, unknown, (backend: Required<Backend>) => Promise<unknown>]>([
    ['tickets', { tickets: [], removed: ['a secret sentence'], cursor: 'c' }, (backend) => backend.tickets(null, options())],
    ['messages', { rows: [] }, (backend) => backend.messages(CHAT, { mode: 'newest', limit: 5 }, options())],
    ['changes', { changes: [{ kind: 'delete', deletion: {} }], revision: 1, headSequence: 1, hasMore: false }, (backend) => backend.changes(CHAT, 1, 5, options())],
    ['send', { ...message, createdAt: 'a secret sentence' }, (backend) => backend.send(outgoing, options())],
    ['findByTempId', null, (backend) => backend.findByTempId(TEMP, options())],
    ['markRead', { ...readState, unreadCount: -1 }, (backend) => backend.markRead(CHAT, 7, options())],
  ])('%s', async (_name, body, call) => {
    const { backend, answer, time } = start();
    answer(() => jsonAnswer(body));
    const error = await call(backend).catch((thrown: unknown) => thrown as Error & { code: string });
    expect(error).toMatchObject({ code: 'SERVER_FAILED' });
    expect((error as Error).message).not.toContain('secret');
    expect(time.nextAt()).toBeNull();
  });

  test('what is not JSON, as from the sign-in page of a network', async () => {
    const { backend, answer } = start();
    answer(() => new Response('<html>Welcome to the airport</html>'));
    await expect(backend.tickets(null, options())).rejects.toMatchObject({ code: 'SERVER_FAILED', status: 200 });
  });
});
