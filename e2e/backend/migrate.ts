/** Brings a database to the newest schema: every file of `migrations/` once, in the order of their names. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdLock, type Database } from './database.ts';

/** The folder of migrations, found from the sources and from the built server alike. */
function migrationsFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    for (const candidate of [join(folder, 'migrations'), join(folder, 'e2e/backend/migrations')]) if (existsSync(candidate)) return candidate;
  }
  throw new Error('The folder of migrations is missing.');
}

/** Applies what is missing. All or nothing per file; a second process waits, and then finds the record. */
export async function migrate(database: Database): Promise<void> {
  const folder = migrationsFolder();
  await database.transaction('write', async (tx) => {
    await holdLock(tx, 'migrate');
    await tx.query('create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())');
  });
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.sql')).sort()) {
    await database.transaction('write', async (tx) => {
      await holdLock(tx, 'migrate');
      const [known] = await tx.query('select 1 from migrations where name = $1', [name]);
      if (known) return;
      // A block, because a statement with parameters must be one statement and a file has many.
      await tx.query(`do $migrate$ begin execute ${quoted(readFileSync(join(folder, name), 'utf8'))}; end $migrate$`);
      await tx.query('insert into migrations (name) values ($1)', [name]);
    });
  }
}

const quoted = (sql: string): string => `$migration$${sql}$migration$`;
