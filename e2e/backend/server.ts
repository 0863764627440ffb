/**
 * One process of the reference server: API, push sockets and the desk's files on one port.
 *
 * Owns: putting them together, and closing them. Any number of processes may stand in front of one PostgreSQL.
 */
import type { Server } from 'node:http';
import { resolve } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { createApi } from './api.ts';
import type { Database } from './database.ts';
import { createFanOut } from './fan-out.ts';
import { createMetrics } from './metrics.ts';
import { CHANNEL } from './notify.ts';
import { whoHas } from './people.ts';
import { acceptPushSockets } from './push-sockets.ts';
import { serveStaticFiles } from './static-files.ts';

/** What a server is made with. */
export interface ServerSetup {
  /** Migrated; the server does not close it. */
  readonly database: Database;
  /** 0: any free port. */
  readonly port: number;
  /** Default: 127.0.0.1. */
  readonly hostname?: string;
  /** Folder of the built desk; without it only the API is served. */
  readonly staticDir?: string | undefined;
  /** Default: 15,000. */
  readonly pingMs?: number;
  /** Default: the wall clock. */
  readonly now?: () => number;
  readonly onError?: (error: unknown) => void;
}

/** A server that listens. */
export interface RunningServer {
  /** Origin, such as `http://127.0.0.1:4173`. */
  readonly url: string;
  readonly port: number;
  /** Push connections that are open. */
  connections(): number;
  /** Takes no more requests and lets those under way end. Idempotent. */
  close(): Promise<void>;
}

/** Requests under way may take this long to end when the server closes. */
const FINISH_MS = 2_000;

/** Starts a server. Rejects with the system's error when the port is taken. */
export async function createServer(setup: ServerSetup): Promise<RunningServer> {
  const { database, port, hostname = '127.0.0.1', staticDir, pingMs = 15_000, now = Date.now } = setup;
  const onError = setup.onError ?? ((error: unknown) => console.error(error));
  const metrics = createMetrics();
  metrics.connections(0);
  const app = createApi({ database, metrics, now, onError });
  if (staticDir !== undefined) serveStaticFiles(app, resolve(staticDir));

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  const sockets = acceptPushSockets(server, {
    path: '/api/v1/push',
    pingMs,
    now,
    whoHas: (token) => whoHas(database, token, now()),
    onCount: (count) => metrics.connections(count),
  });
  const fanOut = createFanOut(database, sockets, onError);
  let unlisten = async (): Promise<void> => undefined;
  try {
    // Before anybody can connect: nobody is welcomed while changes go unheard.
    unlisten = await database.listen(CHANNEL, { onPayload: (payload) => fanOut.receive(payload), onGap: () => fanOut.lose() });
    await listen(server, port, hostname);
  } catch (error) {
    sockets.close();
    await unlisten();
    throw error;
  }

  let closed: Promise<void> | null = null;
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://${hostname}:${bound}`,
    port: bound,
    connections: () => sockets.count(),
    close: () =>
      (closed ??= (async () => {
        sockets.close();
        await finish(server);
        await unlisten();
        await fanOut.drained();
      })()),
  };
}

const listen = (server: Server, port: number, hostname: string): Promise<void> =>
  new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, hostname, () => {
      server.off('error', failed);
      done();
    });
  });

const finish = (server: Server): Promise<void> =>
  new Promise((done) => {
    const late = setTimeout(() => server.closeAllConnections(), FINISH_MS);
    server.close(() => {
      clearTimeout(late);
      done();
    });
    server.closeIdleConnections();
  });
