/**
 * The backend contract over HTTP and WebSocket (`protocol/backend.ts`).
 *
 * Owns: paths, parameters and the check of each answer's envelope. Rows inside pages pass unchecked: the daemon checks them one by
 * one. Does not know tokens, deadlines or statuses (`http-caller.ts`), nor sockets (`push-link.ts`).
 */
import * as v from 'valibot';
import { ChangesPage, ReadState, ServerMessage, TicketsPage, type Backend, type MessagesQuery } from '../../protocol/index.ts';
import { TabcachedError } from '../../protocol/errors.ts';
import { complaint } from '../complaint.ts';
import type { BackendEnvironment } from './backend-environment.ts';
import { createHttpCaller } from './http-caller.ts';
import { readPage } from './page-headers.ts';
import { openHttpPush } from './push-link.ts';

/** The backend below `env.baseUrl`, such as `https://desk.example/api/v1`. Throws `INVALID` for anything but an absolute http(s) URL. */
export function createHttpBackend(env: BackendEnvironment): Backend {
  const http = createHttpCaller(env);
  const chat = (requestId: string): string => `/chat/messages/request/${segment(requestId)}`;

  return {
    tickets: async (since, { signal }) => {
      const path = since === null ? '/requests' : `/requests?${new URLSearchParams({ since })}`;
      const { body } = await http.json({ path, gone: 'CURSOR_EXPIRED' }, signal);
      return checked(TicketsPage, body);
    },

    messages: async (requestId, query, { signal }) => {
      const { headers, body } = await http.json({ path: `${chat(requestId)}?${parametersOf(query)}` }, signal);
      const { page, doubt } = readPage(query, headers, checked(v.array(v.unknown()), body));
      if (doubt !== null) env.log.warn('page not vouched for', { requestId, mode: query.mode, doubt });
      return page;
    },

    changes: async (requestId, sinceRevision, limit, { signal }) => {
      const parameters = numbers({ since_revision: sinceRevision, limit });
      const { body } = await http.json({ path: `${chat(requestId)}/changes?${parameters}`, gone: 'CURSOR_EXPIRED' }, signal);
      return checked(ChangesPage, body);
    },

    send: async (message, { signal }) => {
      const { requestId, content, isScreenshot, screenshotFileName, clientTempId } = message;
      const outgoing = { requestId, content, isScreenshot, screenshotFileName, clientTempId };
      const { body } = await http.json({ path: '/chat/messages', body: outgoing, about: clientTempId }, signal);
      return checked(ServerMessage, body);
    },

    findByTempId: async (clientTempId, { signal }) => {
      const path = `/chat/messages?${new URLSearchParams({ client_temp_id: clientTempId })}`;
      try {
        return foundMessage((await http.json({ path }, signal)).body);
      } catch (thrown) {
        if (thrown instanceof TabcachedError && thrown.status === 404) return null;
        throw thrown;
      }
    },

    markRead: async (requestId, upToSequence, { signal }) => {
      const { body } = await http.json({ path: `${chat(requestId)}/read`, body: { upToSequence } }, signal);
      return checked(ReadState, body);
    },

    media: async (requestId, filename, range, { signal }) => {
      const path = `/chat/media/${segment(requestId)}/${segment(filename)}`;
      return (await import('./http-media.ts')).fetchMedia(http, path, range, signal);
    },

    openPush: (events) => openHttpPush(env, events),
  };
}

/** The parameters of a page, one mode each. */
function parametersOf(query: MessagesQuery): string {
  const { limit } = query;
  switch (query.mode) {
    case 'newest':
      return numbers({ limit });
    case 'since':
      return numbers({ since_sequence: query.sequence, limit });
    case 'before':
      return numbers({ before_sequence: query.sequence, limit });
    case 'range':
      return numbers({ start_sequence: query.start, end_sequence: query.end, limit });
  }
}

const numbers = (parameters: Readonly<Record<string, number>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** One segment of a path. `.` and `..` cannot be written as one: they would lead to another address. */
function segment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new TabcachedError('INVALID', `Not a name that can be asked for: "${text}"`);
  return encodeURIComponent(text);
}

/** The answer, or `SERVER_FAILED`. */
function checked<Schema extends v.GenericSchema>(schema: Schema, body: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  throw new TabcachedError('SERVER_FAILED', `The answer was not understood: ${complaint(result.issues)}.`);
}

/** Changed since to a text that breaks the rules, a message is there all the same: the daemon, which checks it, must know. */
function foundMessage(body: unknown): ServerMessage {
  const known = { ...(body as { readonly content: string } | null) };
  return { ...checked(ServerMessage, { ...known, content: '-' }), content: known.content ?? '' };
}
