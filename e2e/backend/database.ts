/**
 * The database port of the reference server.
 *
 * Owns: its shape. Two implementations run the same SQL: PGlite, embedded, and PostgreSQL. Times come back as `Date`, integers as
 * numbers, bytes as `Uint8Array`.
 */

/** A row as the database gives it; queries name the type they select. */
type Row = Record<string, unknown>;

/** Running statements, with `$1`, `$2` … for parameters. */
export interface Queries {
  query<T = Row>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
}

/** `write`: read committed. `snapshot`: read only, all statements see one moment. */
type TransactionKind = 'write' | 'snapshot';

/** What a listener hears. */
export interface Listener {
  /** A notification of a committed transaction, of whichever server process; in the order of commits. */
  onPayload(payload: string): void;
  /** The connection was lost and is back: notifications may have been missed. */
  onGap(): void;
}

/** An open database. */
export interface Database extends Queries {
  readonly kind: 'pglite' | 'postgres';
  /** Commits when the work resolves, rolls back when it rejects. */
  transaction<T>(kind: TransactionKind, work: (tx: Queries) => Promise<T>): Promise<T>;
  /** Resolves when everything committed from now on will be heard, with the undo. */
  listen(channel: string, listener: Listener): Promise<() => Promise<void>>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Does that error say that a unique constraint was violated? */
export const isUniqueViolation = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505';

/** Numbers of advisory locks: work that two processes must not do at once. Arbitrary, but always these. */
const LOCKS = { migrate: 4_207_311, seed: 4_207_312 } as const;

/** Holds a lock until the transaction ends. */
export const holdLock = (tx: Queries, lock: keyof typeof LOCKS): Promise<unknown> => tx.query('select pg_advisory_xact_lock($1)', [LOCKS[lock]]);
