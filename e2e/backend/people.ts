/**
 * Users and their sessions.
 *
 * Owns: signing in without a password, which is for development; tokens, stored hashed so that any process of the server accepts them and
 * a copy of the database gives nobody away.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Queries } from './database.ts';
import { Problem } from './problem.ts';

/** Somebody who can sign in. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly fullName: string | null;
  readonly isTechnician: boolean;
}

/** Who a token belongs to, and until when. */
export interface Session {
  readonly person: Person;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** How long a token is good, unless asked otherwise: 12 hours. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

const columns = `u.id, u.username, u.full_name as "fullName", u.is_technician as "isTechnician"`;
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Everybody, technicians first. */
export const listPeople = (db: Queries): Promise<Person[]> => db.query<Person>(`select ${columns} from users u order by u.is_technician desc, u.username`);

/** Somebody by id, or undefined. */
export const personOf = async (db: Queries, userId: string): Promise<Person | undefined> =>
  (await db.query<Person>(`select ${columns} from users u where u.id = $1`, [userId]))[0];

const findPerson = async (db: Queries, username: string): Promise<Person | undefined> =>
  (await db.query<Person>(`select ${columns} from users u where u.username = $1`, [username]))[0];

/** Makes somebody, or finds who has that name. */
export async function ensurePerson(db: Queries, person: Omit<Person, 'id'>): Promise<Person> {
  await db.query('insert into users (username, full_name, is_technician) values ($1, $2, $3) on conflict (username) do nothing', [
    person.username,
    person.fullName,
    person.isTechnician,
  ]);
  return (await findPerson(db, person.username)) as Person;
}

/** A new token; expired ones of everybody are swept out. `not-found` for an unknown name. */
export async function signIn(db: Queries, username: string, now: number, ttlMs = SESSION_MS): Promise<{ token: string; userId: string; expiresAt: string }> {
  const person = await findPerson(db, username);
  if (!person) throw new Problem('not-found', `Nobody is called ${username}.`);
  await db.query('delete from sessions where expires_at <= $1', [new Date(now)]);
  const token = randomBytes(24).toString('base64url');
  const expiresAt = new Date(now + ttlMs);
  await db.query('insert into sessions (token_hash, user_id, expires_at) values ($1, $2, $3)', [hashOf(token), person.id, expiresAt]);
  return { token, userId: person.id, expiresAt: expiresAt.toISOString() };
}

/** Who a token belongs to, or null when it is unknown or has expired. */
export async function whoHas(db: Queries, token: string, now: number): Promise<Session | null> {
  const [found] = await db.query<Person & { expiresAt: Date }>(
    `select ${columns}, s.expires_at as "expiresAt" from sessions s join users u on u.id = s.user_id where s.token_hash = $1 and s.expires_at > $2`,
    [hashOf(token), new Date(now)],
  );
  if (!found) return null;
  const { expiresAt, ...person } = found;
  return { person, expiresAt: expiresAt.getTime() };
}
