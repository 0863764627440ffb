/** PGlite: PostgreSQL inside this process, in a folder or in memory. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { lockFolder } from './data-lock.ts';
import type { Database, Queries } from './database.ts';

function lockedFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  return lockFolder(resolve(folder));
}

/**
 * Opens a database in a folder, which is made when missing, or in memory. Rejects when the folder cannot be written or another process
 * uses it.
 */
export async function openPgliteDatabase(folder: string | 'memory'): Promise<Database> {
  const unlock = folder === 'memory' ? () => undefined : lockedFolder(folder);
  const db = await PGlite.create(folder === 'memory' ? {} : { dataDir: folder }).catch((error: unknown) => {
    unlock();
    throw error;
  });
  let closed: Promise<void> | null = null;
  const over = (target: Pick<PGlite, 'query'>): Queries => ({
    query: async <T>(sql: string, parameters: readonly unknown[] = []) => (await target.query<T>(sql, [...parameters])).rows,
  });
  return {
    kind: 'pglite',
    ...over(db),
    // One connection: transactions take turns, so a snapshot needs no isolation level of its own.
    transaction: (_kind, work) => db.transaction((tx) => work(over(tx as unknown as Pick<PGlite, 'query'>))),
    listen: (channel, { onPayload }) => db.listen(channel, onPayload),
    close: () => (closed ??= db.close().finally(unlock)),
  };
}
