/** A reference server for tests, with people who are signed in and short names for what they do. */
import type { ServerMessage } from '../../../protocol/index.ts';
import { startReferenceServer, type ReferenceServer, type ReferenceServerOptions } from '../index.ts';
import { ownDatabaseUrl } from './own-database.ts';
import { connectPush, type PushClient } from './push-client.ts';

/** See the file's comment. `who` is a user's name; null for nobody. */
export interface TestBed {
  readonly server: ReferenceServer;
  /** By user's name; tests add wrong ones. */
  readonly tokens: Map<string, string>;
  signIn(username: string, ttlSeconds?: number): Promise<string>;
  call(who: string | null, method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  json<T>(who: string, path: string): Promise<T>;
  say(who: string, requestId: string, content: string, clientTempId?: string | null): Promise<Response>;
  connect(who: string): Promise<PushClient>;
  /** A request of rosa's with that many messages of hers; its id. */
  filled(count: number): Promise<string>;
}

/** Signed in from the start. */
const PEOPLE = ['tess', 'theo', 'rosa', 'raj'];

/** Path of a chat's pages. */
export const chat = (requestId: string, query = ''): string => `/chat/messages/request/${requestId}${query}`;

/** Sequence numbers of messages. */
export const sequences = (rows: readonly ServerMessage[]): number[] => rows.map((row) => row.sequenceNumber);

/** Starts a server on a database of its own. */
export async function startTestBed(options: Omit<ReferenceServerOptions, 'databaseUrl'> & { databaseUrl?: string | undefined } = {}): Promise<TestBed> {
  const server = await startReferenceServer({ ...options, databaseUrl: options.databaseUrl ?? (await ownDatabaseUrl()) });
  const tokens = new Map<string, string>();
  const call: TestBed['call'] = (who, method, path, body, headers = {}) =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: {
        ...(who === null ? {} : { authorization: `Bearer ${tokens.get(who)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const signIn = async (username: string, ttlSeconds?: number): Promise<string> =>
    ((await (await call(null, 'POST', '/session', { username, ttlSeconds })).json()) as { token: string }).token;
  for (const username of PEOPLE) tokens.set(username, await signIn(username));
  return {
    server,
    tokens,
    signIn,
    call,
    json: async <T>(who: string, path: string) => (await call(who, 'GET', path)).json() as Promise<T>,
    say: (who, requestId, content, clientTempId = null) => call(who, 'POST', '/chat/messages', { requestId, content, clientTempId }),
    connect: (who) => connectPush(server.url, { token: tokens.get(who) }),
    filled: async (count) => {
      const id = await server.createTicket('Paging');
      const [rosa] = server.cast.requesters;
      if (rosa && count > 0) await server.append(id, rosa.id, Array.from({ length: count }, (_, i) => `message ${i + 1}`));
      return id;
    },
  };
}
