/** A network whose answers a test scripts, and the environment of a backend on it, with virtual time. */
import type { BackendEnvironment } from '../backend/backend-environment.ts';
import type { Socket } from '../env.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

/** A request as it left. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
  readonly init: RequestInit;
}

/** A socket that was opened, seen from the server. */
export interface ServerSocket {
  readonly url: string;
  /** What the client sent, parsed. */
  readonly received: unknown[];
  /** Did the client close it? */
  closedByClient(): boolean;
  accept(): void;
  send(frame: unknown): void;
  sendText(text: string): void;
  close(code: number): void;
}

/** A backend's environment and what a test sees of it. */
export interface FakeBackendWorld {
  readonly env: BackendEnvironment;
  readonly time: VirtualTime;
  readonly requests: readonly SeenRequest[];
  readonly sockets: readonly ServerSocket[];
  readonly warnings: readonly string[];
  /** What `token` was given, in order. */
  readonly rejected: readonly (string | null)[];
  /** Answers every request from now on. */
  answer(handler: (request: SeenRequest) => Response | Promise<Response>): void;
  /** Gives tokens from now on. */
  giveToken(give: (rejected: string | null, signal: AbortSignal) => Promise<string>): void;
  /** What `openSocket` throws from now on, or null. */
  refuseSockets(error: Error | null): void;
}

/** Base URL of the double. */
export const BASE_URL = 'http://desk.example/api/v1';

/** An environment whose token is `token-1`, whose random numbers are all `random`, and whose network answers 500. */
export function fakeBackendWorld(random = 1): FakeBackendWorld {
  const time = createVirtualTime();
  const requests: SeenRequest[] = [];
  const sockets: ServerSocket[] = [];
  const warnings: string[] = [];
  const rejected: (string | null)[] = [];
  let handle: (request: SeenRequest) => Response | Promise<Response> = () => new Response('', { status: 500 });
  let give: (rejected: string | null, signal: AbortSignal) => Promise<string> = async () => 'token-1';
  let socketError: Error | null = null;
  const token: BackendEnvironment['token'] = (refused, signal) => {
    rejected.push(refused);
    return give(refused, signal);
  };
  return {
    time,
    requests,
    sockets,
    warnings,
    rejected,
    answer: (handler) => (handle = handler),
    giveToken: (next) => (give = next),
    refuseSockets: (error) => (socketError = error),
    env: {
      baseUrl: BASE_URL,
      timers: time.timers,
      clock: time.clock,
      random: () => random,
      log: { debug: () => undefined, info: () => undefined, warn: (event, fields) => void warnings.push(`${event} ${JSON.stringify(fields)}`), error: () => undefined },
      token,
      verifiedToken: token,
      network: {
        fetch: async (url, init) => {
          const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
          const request: SeenRequest = { method: init.method ?? 'GET', url, headers: new Headers(init.headers), body, init };
          requests.push(request);
          return handle(request);
        },
        openSocket: (url) => {
          if (socketError) throw socketError;
          const { client, server } = socketPair(url);
          sockets.push(server);
          return client;
        },
      },
    },
  };
}

function socketPair(url: string): { readonly client: Socket; readonly server: ServerSocket } {
  const received: unknown[] = [];
  let closed = false;
  const client: Socket = {
    onOpen: () => undefined,
    onText: () => undefined,
    onClose: () => undefined,
    send: (text) => void received.push(JSON.parse(text)),
    close: () => (closed = true),
  };
  // A browser delivers what had arrived before the close too, so nothing is held back here.
  const server: ServerSocket = {
    url,
    received,
    closedByClient: () => closed,
    accept: () => client.onOpen(),
    send: (frame) => client.onText(JSON.stringify(frame)),
    sendText: (text) => client.onText(text),
    close: (code) => client.onClose(code),
  };
  return { client, server };
}

/** A JSON answer. */
export const jsonAnswer = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

/** A problem document. */
export const problemAnswer = (status: number, type = 'about:blank', headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ type, title: 'Refused', detail: `Detail of ${status}.`, status }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
