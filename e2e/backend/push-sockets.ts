/**
 * The push sockets: hello with a token, then numbered frames.
 *
 * Owns: connections, their numbers, pings both ways, cutting whoever is too slow or whose token has expired. Does not know what frames say.
 */
import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Audience, Unnumbered } from './fan-out.ts';
import type { Person, Session } from './people.ts';

/** What the sockets are made with. */
export interface PushSocketsSetup {
  readonly path: string;
  /** Time between pings; how late an expired token is noticed. */
  readonly pingMs: number;
  /** Bytes that may wait for a slow consumer before it is cut; it comes back and catches up. Default: 4 MiB. */
  readonly bufferMaxBytes?: number;
  whoHas(token: string): Promise<Session | null>;
  now(): number;
  onCount(connections: number): void;
}

/** The sockets of one server process. */
export interface PushSockets extends Audience {
  count(): number;
  close(): void;
}

/** A connection must name its token within this time. */
const HELLO_MS = 5_000;
/**
 * Unanswered pings after which a client is given up. Not one: when this process was held up for a whole beat, the next beat comes before
 * the answers that wait.
 */
const UNANSWERED_MAX = 2;
/** Longest frame of a client. */
const FRAME_MAX_BYTES = 16 * 1024;

/** Close codes. */
const CLOSE = { databaseFailed: 1011, malformed: 4400, unauthorized: 4401, tooSlow: 4408 } as const;

interface Connection {
  readonly socket: WebSocket;
  readonly expiresAt: number;
  person: Person;
  numbered: number;
  /** Pings since something arrived. */
  unanswered: number;
}

/** Accepts push sockets on an HTTP server. */
export function acceptPushSockets(server: Server, setup: PushSocketsSetup): PushSockets {
  const { path, pingMs, bufferMaxBytes = 4 * 1024 * 1024, whoHas, now, onCount } = setup;
  const accept = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX_BYTES });
  const connections = new Set<Connection>();
  const sockets = new Set<WebSocket>();
  /** Changes of anybody's role so far: a role that was read before the last one may be out of date. */
  let roleChanges = 0;

  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== path) return socket.destroy();
    accept.handleUpgrade(request, socket, head, (opened) => greet(opened));
  });

  const leave = (connection: Connection): void => {
    if (connections.delete(connection)) onCount(connections.size);
  };
  const cut = (connection: Connection, code: number, reason: string): void => {
    leave(connection);
    connection.socket.close(code, reason);
  };
  const post = (connection: Connection, frame: Unnumbered, numbered = true): void => {
    if (connection.socket.bufferedAmount > bufferMaxBytes) return cut(connection, CLOSE.tooSlow, 'too slow');
    if (numbered) connection.numbered += 1;
    connection.socket.send(JSON.stringify({ ...frame, n: connection.numbered }));
  };
  const ping = (connection: Connection): void => post(connection, { type: 'ping' }, false);

  const sessionOf = async (token: string): Promise<Session | null> => {
    const before = roleChanges;
    const session = await whoHas(token);
    return before === roleChanges ? session : sessionOf(token);
  };

  const greet = (socket: WebSocket): void => {
    sockets.add(socket);
    const late = setTimeout(() => socket.close(CLOSE.malformed, 'hello expected'), HELLO_MS);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(late);
      sockets.delete(socket);
    });
    socket.once('message', (data) => {
      clearTimeout(late);
      const token = tokenIn(String(data));
      if (token === null) return socket.close(CLOSE.malformed, 'hello expected');
      sessionOf(token).then(
        (session) => (session ? admit(socket, session) : socket.close(CLOSE.unauthorized, 'unknown or expired token')),
        () => socket.close(CLOSE.databaseFailed, 'database failed'),
      );
    });
  };

  /** From here on every notice reaches the connection; what was committed before the welcome, its owner asks for after it. */
  const admit = (socket: WebSocket, { person, expiresAt }: Session): void => {
    if (socket.readyState !== socket.OPEN) return;
    const connection: Connection = { socket, person, expiresAt, numbered: 0, unanswered: 0 };
    connections.add(connection);
    onCount(connections.size);
    post(connection, { type: 'welcome', userId: person.id });
    socket.on('message', (data) => {
      connection.unanswered = 0;
      if (connections.has(connection) && frameIn(String(data)).type === 'ping') ping(connection);
    });
    socket.on('pong', () => (connection.unanswered = 0));
    socket.on('close', () => leave(connection));
  };

  const beat = setInterval(() => {
    for (const connection of connections) {
      if (connection.expiresAt <= now()) cut(connection, CLOSE.unauthorized, 'the token has expired');
      else if (connection.unanswered >= UNANSWERED_MAX) connection.socket.terminate();
      else {
        connection.unanswered += 1;
        connection.socket.ping();
        ping(connection);
      }
    }
  }, pingMs);

  return {
    people: () => [...new Map([...connections].map(({ person }) => [person.id, person])).values()],
    replace: (person) => {
      roleChanges += 1;
      for (const connection of connections) if (connection.person.id === person.id) connection.person = person;
    },
    send: (userId, frame) => {
      for (const connection of connections) if (connection.person.id === userId) post(connection, frame);
    },
    count: () => connections.size,
    close: () => {
      clearInterval(beat);
      for (const socket of sockets) socket.terminate();
      accept.close();
    },
  };
}

function frameIn(text: string): { readonly type?: unknown; readonly token?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { type?: unknown };
  } catch {
    return {};
  }
}

function tokenIn(text: string): string | null {
  const { type, token } = frameIn(text);
  return type === 'hello' && typeof token === 'string' ? token : null;
}
