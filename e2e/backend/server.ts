/**
 * One process of the reference server: API, push sockets and the desk's files on one port.
 *
 * Owns: putting them together, and closing them. Any number of processes may stand in front of one PostgreSQL.
 */
import type { Server } from 'node:http';
import { resolve } from 'node:path';
import { serve } from '@hono/node-server';
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
  /** Idempotent. */
  close(): Promise<void>;
}

/** Starts a server. Rejects with the system's error when the port is taken. */
export async function createServer(setup: ServerSetup): Promise<RunningServer> {
  const { database, port, hostname = '127.0.0.1', staticDir, pingMs = 15_000, now = Date.now } = setup;
  const onError = setup.onError ?? ((error: unknown) => console.error(error));
  const metrics = createMetrics();
  metrics.connections(0);
  const app = createApi({ database, metrics, now, onError });
  if (staticDir !== undefined) serveStaticFiles(app, resolve(staticDir));

  const server = await new Promise<Server>((done, failed) => {
    const listening = serve({ fetch: app.fetch, port, hostname }, () => {
      listening.off('error', failed);
      done(listening as Server);
    });
    listening.once('error', failed);
  });
  const sockets = acceptPushSockets(server, {
    path: '/api/v1/push',
    pingMs,
    whoHas: (token) => whoHas(database, token, now()),
    onCount: (count) => metrics.connections(count),
  });
  const fanOut = createFanOut(database, sockets, onError);
  const unlisten = await database.listen(CHANNEL, (payload) => fanOut.receive(payload));

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
        await new Promise<void>((done) => {
          server.close(() => done());
          server.closeAllConnections();
        });
        await unlisten();
        await fanOut.drained();
      })()),
  };
}
