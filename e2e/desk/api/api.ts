/**
 * What the desk asks the reference server itself: signing in, people, tickets, storing files. Messages never pass here: the daemon has them.
 *
 * Rejects with `ApiProblem`. Answers are checked before they are used.
 */
import * as v from 'valibot';
import type { TokenSource } from '../session/token-source.ts';
import { ApiProblem, problemText } from './problem.ts';

/** Where the backend lives, relative to the page. */
export const API_BASE = '/api/v1';

const Session = v.object({ token: v.string(), userId: v.string() });
/** A sign-in. */
export type Session = v.InferOutput<typeof Session>;

const Person = v.object({ id: v.string(), username: v.string(), fullName: v.nullable(v.string()), isTechnician: v.boolean() });
/** Somebody who can sign in. */
export type Person = v.InferOutput<typeof Person>;

const People = v.array(Person);
const Created = v.object({ id: v.string() });

async function call(method: string, path: string, token: string | null, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token) headers['authorization'] = `Bearer ${token}`;
  // A file names its own type.
  if (body !== undefined && !(body instanceof Blob)) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(API_BASE + path, { method, headers, ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }) });
  } catch (cause) {
    throw new ApiProblem(0, 'The server cannot be reached.', { cause });
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiProblem(response.status, problemText(response.status, answer));
  return answer;
}

function checked<Schema extends v.GenericSchema>(schema: Schema, answer: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, answer);
  if (!result.success) throw new ApiProblem(200, 'The server’s answer was not understood.');
  return result.output;
}

/** Signs in without a password; the reference server is for development. 4xx: nobody has that name. */
export const signIn = async (username: string): Promise<Session> => checked(Session, await call('POST', '/session', null, { username }));

/** Everybody who can sign in; needs no token, because there are no passwords to protect. */
export const listPeople = async (): Promise<readonly Person[]> => checked(People, await call('GET', '/users', null));

/** Opens a ticket with its first message; resolves with its id. */
export const openTicket = async (token: string | null, ticket: { readonly subject: string; readonly content: string }): Promise<string> =>
  checked(Created, await call('POST', '/requests', token, ticket)).id;

/** Changes a ticket's status; the push link tells everybody. */
export const changeStatus = async (token: string | null, requestId: string, statusId: number): Promise<void> =>
  void (await call('PATCH', `/requests/${requestId}`, token, { statusId }));

/** Stores a file under a name in a chat; a message can then name it. A token that was rejected is renewed once. */
export async function uploadFile(tokens: Pick<TokenSource, 'current' | 'getToken'>, requestId: string, filename: string, file: Blob): Promise<void> {
  const put = (token: string | null): Promise<unknown> => call('PUT', `/chat/media/${requestId}/${encodeURIComponent(filename)}`, token, file);
  const token = tokens.current();
  try {
    await put(token);
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem && thrown.status === 401)) throw thrown;
    await put(await tokens.getToken(token));
  }
}
