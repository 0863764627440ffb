/** The people of a new database: enough for a desk, with names that are easy to type. */
import type { Queries } from './database.ts';
import { ensurePerson, type Person } from './people.ts';

const TECHNICIANS = [
  ['tess', 'Tess Okafor'],
  ['theo', 'Theo Lindqvist'],
  ['tomas', 'Tomás Rivera'],
] as const;
const REQUESTERS = [
  ['rosa', 'Rosa Almeida'],
  ['raj', 'Raj Patel'],
  ['remy', 'Rémy Laurent'],
  ['ruth', 'Ruth Becker'],
  ['ryo', 'Ryo Tanaka'],
  ['rania', 'Rania Haddad'],
] as const;

/** Who takes part. */
export interface Cast {
  readonly technicians: readonly Person[];
  readonly requesters: readonly Person[];
}

/** Makes the people, or finds them. */
export async function ensureCast(database: Queries): Promise<Cast> {
  const technicians: Person[] = [];
  const requesters: Person[] = [];
  for (const [username, fullName] of TECHNICIANS) technicians.push(await ensurePerson(database, { username, fullName, isTechnician: true }));
  for (const [username, fullName] of REQUESTERS) requesters.push(await ensurePerson(database, { username, fullName, isTechnician: false }));
  return { technicians, requesters };
}
