/**
 * The reference server in this process, for tests and scripts: the same code as `npm start`, and hands to make things happen.
 *
 * Owns: opening and closing the database along with the server.
 */
import { reassignRequest, setRole } from './access-changes.ts';
import { bulkAppend } from './bulk.ts';
import { ensureCast, type Cast } from './cast.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { openPgliteDatabase } from './pglite-database.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { createServer, type RunningServer } from './server.ts';

/** How to start. */
export interface ReferenceServerOptions {
  /** Folder of the embedded database, or `memory`. Default: `memory`. Ignored with a `databaseUrl`. */
  readonly data?: string;
  readonly databaseUrl?: string | undefined;
  /** Default: any free port. */
  readonly port?: number;
  /** Folder of the built desk. */
  readonly staticDir?: string | undefined;
  readonly pingMs?: number;
  readonly now?: () => number;
}

/** A server with its database and its people. */
export interface ReferenceServer extends RunningServer {
  readonly database: Database;
  readonly cast: Cast;
  /** A request of the first requester, assigned to the first technician, without messages. Answers its id. */
  createTicket(subject: string): Promise<string>;
  /** Many messages from one sender, told to whoever is connected. */
  append(requestId: string, senderId: string, contents: readonly string[]): Promise<void>;
  /** Makes somebody a technician, or no longer; his older cursors get 410. */
  setRole(userId: string, isTechnician: boolean): Promise<void>;
  /** Gives a request to another requester; the one before loses it. */
  reassign(requestId: string, requesterId: string): Promise<void>;
  /** Deletions up to now cannot be told any more: older cursors get 410. */
  forgetChanges(requestId: string): Promise<void>;
}

/** Opens a migrated database. */
export async function openDatabase(options: Pick<ReferenceServerOptions, 'data' | 'databaseUrl'>): Promise<Database> {
  const database = options.databaseUrl === undefined ? await openPgliteDatabase(options.data ?? 'memory') : await openPostgresDatabase(options.databaseUrl);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Starts the server. Rejects when the port is taken or the database cannot be opened. */
export async function startReferenceServer(options: ReferenceServerOptions = {}): Promise<ReferenceServer> {
  const database = await openDatabase(options);
  try {
    const cast = await ensureCast(database);
    const server = await createServer({ ...options, database, port: options.port ?? 0 });
    let closed: Promise<void> | null = null;
    return {
      ...server,
      database,
      cast,
      createTicket: async (subject) => {
        const [row] = await database.query<{ id: string }>('insert into requests (subject, requester_id, technician_id) values ($1, $2, $3) returning id', [
          subject,
          cast.requesters[0]?.id,
          cast.technicians[0]?.id,
        ]);
        return (row as { id: string }).id;
      },
      append: (requestId, senderId, contents) =>
        database.transaction('write', (tx) =>
          bulkAppend(
            tx,
            requestId,
            contents.map((content) => ({ senderId, content, at: new Date((options.now ?? Date.now)()) })),
            true,
          ),
        ),
      setRole: (userId, isTechnician) => setRole(database, userId, isTechnician),
      reassign: (requestId, requesterId) => reassignRequest(database, requestId, requesterId),
      forgetChanges: async (requestId) => void (await database.query('update requests set forgotten_revision = revision where id = $1', [requestId])),
      close: () => (closed ??= server.close().then(() => database.close())),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
