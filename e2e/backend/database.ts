/**
 * The database port of the reference server.
 *
 * Owns: its shape. Two implementations run the same SQL: PGlite, embedded, and PostgreSQL. Times come back as `Date`, integers as
 * numbers, bytes as `Uint8Array`.
 */

/** A row as the database gives it; queries name the type they select. */
export type Row = Record<string, unknown>;

/** Running statements, with `$1`, `$2` … for parameters. */
export interface Queries {
  query<T = Row>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
}

/** `write`: read committed. `snapshot`: read only, all statements see one moment. */
export type TransactionKind = 'write' | 'snapshot';

/** An open database. */
export interface Database extends Queries {
  readonly kind: 'pglite' | 'postgres';
  /** Runs several statements separated by semicolons. */
  script(sql: string): Promise<void>;
  /** Commits when the work resolves, rolls back when it rejects. */
  transaction<T>(kind: TransactionKind, work: (tx: Queries) => Promise<T>): Promise<T>;
  /** Notifications of committed transactions, of all server processes, in the order of commits. Returns the undo. */
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Does that error say that a unique constraint was violated? */
export const isUniqueViolation = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '23505';
