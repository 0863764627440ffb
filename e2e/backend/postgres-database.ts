/** PostgreSQL, reached by URL; any number of server processes may share it. */
import postgres from 'postgres';
import type { Database, Queries } from './database.ts';
import { listenToPostgres } from './postgres-listen.ts';

/** Connections of one server process. */
const POOL_SIZE = 8;
/** A database that does not answer within this time is told to be out of reach. */
const CONNECT_TIMEOUT_SECONDS = 5;

/** Connects. Rejects when the database cannot be reached. */
export async function openPostgresDatabase(url: string): Promise<Database> {
  const sql = postgres(url, { max: POOL_SIZE, connect_timeout: CONNECT_TIMEOUT_SECONDS, onnotice: () => undefined });
  let closed: Promise<void> | null = null;
  type Runner = Pick<typeof sql, 'unsafe'>;
  const over = (target: Runner): Queries => ({
    // `prepare`: statements are parsed and planned once per connection, as for the tagged form.
    query: async <T>(text: string, parameters: readonly unknown[] = []) => (await target.unsafe(text, parameters as never[], { prepare: true })) as unknown as T[],
  });
  try {
    await sql`select 1`;
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
  return {
    kind: 'postgres',
    ...over(sql),
    transaction: async (kind, work) => {
      const options = kind === 'snapshot' ? 'isolation level repeatable read read only' : 'isolation level read committed';
      return (await sql.begin(options, (tx) => work(over(tx as unknown as Runner)))) as never;
    },
    listen: (channel, listener) => listenToPostgres(url, channel, listener),
    close: () => (closed ??= sql.end({ timeout: 5 })),
  };
}
