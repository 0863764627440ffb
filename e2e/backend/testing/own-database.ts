/**
 * A database of its own for each test file.
 *
 * Owns: that the same suites run embedded, or on the PostgreSQL that `TABCACHED_DATABASE_URL` names (`npm run test:postgres`), where each
 * gets a database of its own.
 */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

/** URL of a new, empty database, or undefined for an embedded one. */
export async function ownDatabaseUrl(cluster = process.env['TABCACHED_DATABASE_URL']): Promise<string | undefined> {
  if (cluster === undefined || cluster === '') return undefined;
  const url = new URL(cluster);
  const name = `test_${randomBytes(6).toString('hex')}`;
  const sql = postgres(cluster, { max: 1, onnotice: () => undefined });
  await sql.unsafe(`create database ${name}`);
  await sql.end();
  url.pathname = `/${name}`;
  return url.href;
}
