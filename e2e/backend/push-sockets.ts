/**
 * The push sockets: hello with a token, then numbered frames.
 *
 * Owns: connections, their numbers, pings both ways, dropping a consumer that is too slow. Does not know what frames say.
 */
import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Audience, Unnumbered } from './fan-out.ts';
import type { Person } from './people.ts';

/** What the sockets are made with. */
export interface PushSocketsSetup {
  readonly path: string;
  readonly pingMs: number;
  whoHas(token: string): Promise<Person | null>;
  onCount(connections: number): void;
}

/** The sockets of one server process. */
export interface PushSockets extends Audience {
  count(): number;
  close(): void;
}

/** A connection must name its token within this time. */
const HELLO_MS = 5_000;
/** Bytes that may wait for a slow consumer before it is cut; it comes back and catches up. */
const BUFFER_MAX_BYTES = 4 * 1024 * 1024;
/** Longest frame of a client. */
const FRAME_MAX_BYTES = 16 * 1024;

/** Close codes: malformed first frame; unknown or expired token; too slow. */
const MALFORMED = 4400;
const UNAUTHORIZED = 4401;
const TOO_SLOW = 4408;

interface Connection {
  readonly socket: WebSocket;
  readonly person: Person;
  numbered: number;
  /** Something arrived since the last ping. */
  alive: boolean;
}

/** Accepts push sockets on an HTTP server. */
export function acceptPushSockets(server: Server, { path, pingMs, whoHas, onCount }: PushSocketsSetup): PushSockets {
  const accept = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX_BYTES });
  const connections = new Set<Connection>();
  const sockets = new Set<WebSocket>();

  server.on('upgrade', (request, socket, head) => {
    if (new URL(request.url ?? '/', 'http://server').pathname !== path) return socket.destroy();
    accept.handleUpgrade(request, socket, head, (opened) => greet(opened));
  });

  const post = (connection: Connection, frame: Unnumbered, numbered = true): void => {
    if (connection.socket.bufferedAmount > BUFFER_MAX_BYTES) return connection.socket.close(TOO_SLOW, 'too slow');
    if (numbered) connection.numbered += 1;
    connection.socket.send(JSON.stringify({ ...frame, n: connection.numbered }));
  };
  const ping = (connection: Connection): void => post(connection, { type: 'ping' }, false);

  const greet = (socket: WebSocket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => sockets.delete(socket));
    const late = setTimeout(() => socket.close(MALFORMED, 'hello expected'), HELLO_MS);
    socket.once('message', (data) => {
      clearTimeout(late);
      const token = tokenIn(String(data));
      if (token === null) return socket.close(MALFORMED, 'hello expected');
      whoHas(token).then(
        (person) => (person ? admit(socket, person) : socket.close(UNAUTHORIZED, 'unknown or expired token')),
        () => socket.close(1011, 'database failed'),
      );
    });
  };

  const admit = (socket: WebSocket, person: Person): void => {
    if (socket.readyState !== socket.OPEN) return;
    const connection: Connection = { socket, person, numbered: 0, alive: true };
    connections.add(connection);
    onCount(connections.size);
    post(connection, { type: 'welcome', userId: person.id });
    socket.on('message', (data) => {
      connection.alive = true;
      // Any frame of a client is a question whether the server is there.
      if (typeIn(String(data)) === 'ping') ping(connection);
    });
    socket.on('pong', () => (connection.alive = true));
    socket.on('close', () => {
      connections.delete(connection);
      onCount(connections.size);
    });
  };

  const beat = setInterval(() => {
    for (const connection of connections) {
      if (!connection.alive) {
        connection.socket.terminate();
        continue;
      }
      connection.alive = false;
      connection.socket.ping();
      ping(connection);
    }
  }, pingMs);

  return {
    people: () => [...new Map([...connections].map(({ person }) => [person.id, person])).values()],
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

function parsed(text: string): { type?: unknown; token?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { type?: unknown };
  } catch {
    return {};
  }
}
const typeIn = (text: string): unknown => parsed(text).type;
const tokenIn = (text: string): string | null => {
  const { type, token } = parsed(text);
  return type === 'hello' && typeof token === 'string' ? token : null;
};
