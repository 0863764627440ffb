/**
 * The routes of the backend contract and of the reference server's own extras.
 *
 * Owns: which function answers which route, headers, limits of bodies, errors as problem documents. Does not know SQL.
 */
import { Hono, type Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Database } from './database.ts';
import { ChangesQuery, checked, FileName, MediaType, MessageInput, MessagePatch, pageQuery, ReadInput, RequestInput, RequestPatch, SessionInput } from './inputs.ts';
import { limitBody } from './limit-body.ts';
import { getMedia, MEDIA_MAX_BYTES, putMedia } from './media.ts';
import { deleteMessage, editMessage, findByTempId, sendMessage } from './messages.ts';
import type { Metrics } from './metrics.ts';
import { readChanges, readPage, type Page } from './pages.ts';
import { listPeople, SESSION_MS, signIn, whoHas, type Person } from './people.ts';
import { Problem, problemResponse } from './problem.ts';
import { markRead } from './reads.ts';
import { createRequest, patchRequest } from './ticket-changes.ts';
import { listTickets } from './tickets.ts';
import { Uuid } from '../../protocol/index.ts';

/** Largest JSON body: a message of the longest content, escaped, and some room. */
const BODY_MAX_BYTES = 128 * 1024;

/** What the API is made with. */
export interface ApiSetup {
  readonly database: Database;
  readonly metrics: Metrics;
  now(): number;
  onError(error: unknown): void;
}

type Env = { Variables: { person: Person } };

const pageHeaders = (page: Page): Record<string, string> => ({
  'X-Total-Count': `${page.totalCount}`,
  ...(page.messages.length === 0 ? {} : { 'X-Oldest-Sequence': `${page.messages[0]?.sequenceNumber}`, 'X-Newest-Sequence': `${page.messages.at(-1)?.sequenceNumber}` }),
  'X-Has-More': `${page.hasMore}`,
  'X-Has-Newer': `${page.hasNewer}`,
  'X-Head-Sequence': `${page.headSequence}`,
  'X-Revision': `${page.revision}`,
});

async function json(context: Context<Env>): Promise<unknown> {
  try {
    return await context.req.json();
  } catch {
    throw new Problem('invalid', 'The body is not JSON.');
  }
}

const idOf = (context: Context<Env>, name: string): string => checked(Uuid, context.req.param(name));

/** The HTTP API, base path `/api/v1`, with `/metrics` and `/health` beside it. */
export function createApi({ database, metrics, now, onError }: ApiSetup): Hono<Env> {
  const app = new Hono<Env>();
  const api = new Hono<Env>();

  app.use('*', async (context, next) => {
    await next();
    const route = matchedRoutes(context).findLast(({ path }) => !path.endsWith('*'))?.path ?? 'other';
    metrics.request(context.req.method, route, context.res.status);
  });
  app.notFound(() => problemResponse(new Problem('not-found', 'There is no such page.')));
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error);
    onError(error);
    return problemResponse(new Problem('internal'));
  });

  api.post('/session', limitBody(BODY_MAX_BYTES), async (context) => {
    const { username, ttlSeconds } = checked(SessionInput, await json(context));
    return context.json(await signIn(database, username, now(), ttlSeconds === undefined ? SESSION_MS : ttlSeconds * 1000));
  });
  // Before anybody is signed in, the page has to show who there is; there are no passwords to protect.
  api.get('/users', async (context) => context.json(await listPeople(database)));

  api.use('*', async (context, next) => {
    const token = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const session = token === undefined ? null : await whoHas(database, token, now());
    if (!session) throw new Problem('unauthorized', token === undefined ? undefined : 'The token is unknown or has expired.', { 'www-authenticate': 'Bearer' });
    context.set('person', session.person);
    await next();
  });

  api.get('/requests', async (context) => context.json(await listTickets(database, context.var.person, context.req.query('since') ?? null)));
  api.post('/requests', limitBody(BODY_MAX_BYTES), async (context) => {
    const { subject, content } = checked(RequestInput, await json(context));
    return context.json(await createRequest(database, context.var.person, subject, content), 201);
  });
  api.patch('/requests/:requestId', limitBody(BODY_MAX_BYTES), async (context) =>
    context.json(await patchRequest(database, context.var.person, idOf(context, 'requestId'), checked(RequestPatch, await json(context)))),
  );

  api.get('/chat/messages/request/:requestId', async (context) => {
    const page = await readPage(database, context.var.person, idOf(context, 'requestId'), pageQuery(context.req.query()));
    return context.json(page.messages, 200, pageHeaders(page));
  });
  api.get('/chat/messages/request/:requestId/changes', async (context) => {
    const { since_revision: since, limit } = checked(ChangesQuery, context.req.query());
    const page = await readChanges(database, context.var.person, idOf(context, 'requestId'), since, limit);
    return context.json(page, 200, { 'X-Revision': `${page.revision}`, 'X-Head-Sequence': `${page.headSequence}`, 'X-Has-More': `${page.hasMore}` });
  });
  api.post('/chat/messages/request/:requestId/read', limitBody(BODY_MAX_BYTES), async (context) => {
    const { upToSequence } = checked(ReadInput, await json(context));
    return context.json(await markRead(database, context.var.person, idOf(context, 'requestId'), upToSequence));
  });
  api.post('/chat/messages', limitBody(BODY_MAX_BYTES), async (context) => {
    const { message, created } = await sendMessage(database, context.var.person, checked(MessageInput, await json(context)));
    return context.json(message, created ? 201 : 200);
  });
  api.get('/chat/messages', async (context) => {
    const message = await findByTempId(database, context.var.person, checked(Uuid, context.req.query('client_temp_id')));
    if (!message) throw new Problem('not-found', 'No message of yours has that client_temp_id.');
    return context.json(message);
  });
  api.patch('/chat/messages/:messageId', limitBody(BODY_MAX_BYTES), async (context) =>
    context.json(await editMessage(database, context.var.person, idOf(context, 'messageId'), checked(MessagePatch, await json(context)).content)),
  );
  api.delete('/chat/messages/:messageId', async (context) => {
    await deleteMessage(database, context.var.person, idOf(context, 'messageId'));
    return context.body(null, 204);
  });
  api.get('/chat/media/:requestId/:filename', (context) =>
    getMedia(database, context.var.person, idOf(context, 'requestId'), checked(FileName, context.req.param('filename')), {
      range: context.req.header('range'),
      ifRange: context.req.header('if-range'),
    }),
  );
  api.put('/chat/media/:requestId/:filename', limitBody(MEDIA_MAX_BYTES), async (context) => {
    const filename = checked(FileName, context.req.param('filename'));
    const mimeType = checked(MediaType, context.req.header('content-type') || 'application/octet-stream');
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    return context.json(await putMedia(database, context.var.person, idOf(context, 'requestId'), filename, bytes, mimeType), 201);
  });
  api.all('*', () => {
    throw new Problem('not-found', 'There is no such route.');
  });

  app.route('/api/v1', api);
  app.get('/metrics', async (context) => context.text(await metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }));
  app.get('/health', async (context) => {
    await database.query('select 1');
    return context.json({ status: 'ok' });
  });
  return app;
}
