/** Brings a database to the newest schema: every file of `migrations/` once, in the order of their names. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';

/** Two processes that start at once must not both migrate. The number is arbitrary, but always this one. */
const LOCK = 4_207_311;

/** The folder of migrations, found from the sources and from the built server alike. */
function migrationsFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    for (const candidate of [join(folder, 'migrations'), join(folder, 'e2e/backend/migrations')]) if (existsSync(candidate)) return candidate;
  }
  throw new Error('The folder of migrations is missing.');
}

/** Applies what is missing. All or nothing per file. */
export async function migrate(database: Database): Promise<void> {
  const folder = migrationsFolder();
  await database.transaction('write', async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await tx.query('create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())');
  });
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.sql')).sort()) {
    const [known] = await database.query('select 1 from migrations where name = $1', [name]);
    if (known) continue;
    const sql = readFileSync(join(folder, name), 'utf8');
    // The file, its record and the lock are one transaction; a second process waits here and then finds the record.
    await database.script(
      `begin; select pg_advisory_xact_lock(${LOCK}); do $migrate$ begin
       if not exists (select 1 from migrations where name = '${name}') then
         execute ${quoted(sql)};
         insert into migrations (name) values ('${name}');
       end if; end $migrate$; commit;`,
    );
  }
}

const quoted = (sql: string): string => `$migration$${sql}$migration$`;
