/**
 * The one error type of tabcached and its closed set of codes.
 *
 * Owns: which codes there are and whether the same call may be repeated as it is. What each means and what to do about it is in
 * `error-catalogue.ts`.
 */
export const RETRYABLE = {
  OFFLINE: true,
  TIMEOUT: true,
  DAEMON_LOST: true,
  CLOSED: false,
  SIGNED_OUT: false,
  HOST_UNAVAILABLE: true,
  PROTOCOL_MISMATCH: false,
  SETTINGS_MISMATCH: false,
  USER_MISMATCH: false,
  UNAUTHORIZED: true,
  FORBIDDEN: false,
  NOT_FOUND: false,
  CURSOR_EXPIRED: false,
  RATE_LIMITED: true,
  SERVER_FAILED: true,
  CORRUPT: true,
  DUPLICATE: false,
  TICKET_CLOSED: false,
  REJECTED: false,
  INVALID: false,
  OUTBOX_FULL: true,
  IN_FLIGHT: true,
  STORAGE_FAILED: true,
  FENCED: false,
  CANCELLED: true,
  INTERNAL: false,
} as const;

/** One of the closed set of codes; see {@link RETRYABLE}. */
export type ErrorCode = keyof typeof RETRYABLE;

/** What an error may carry beside its code and message. */
export interface ErrorFacts {
  /** HTTP status, when a server's answer caused it. */
  readonly status?: number | undefined;
  /** `type` of the problem document, when the server sent one. */
  readonly problem?: string | undefined;
  /** How long the server asked to wait. */
  readonly retryAfterMs?: number | undefined;
  /** Names the call that failed in the daemon's log. */
  readonly trace?: string | undefined;
}

/** An error as it crosses a port: structured clone would drop the code of a class instance. */
export interface WireError extends ErrorFacts {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The only error that tabcached's own functions throw or reject with. */
export class TabcachedError extends Error {
  override readonly name = 'TabcachedError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly problem: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly trace: string | undefined;

  constructor(code: ErrorCode, message?: string, facts: ErrorFacts & { readonly cause?: unknown } = {}) {
    super(message ?? code, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.retryable = RETRYABLE[code];
    this.status = facts.status;
    this.problem = facts.problem;
    this.retryAfterMs = facts.retryAfterMs;
    this.trace = facts.trace;
  }
}

/** Whether a value is this error, of whichever part of a daemon: scripts that load when used bring a class of their own. */
export function isTabcachedError(thrown: unknown): thrown is TabcachedError {
  return thrown instanceof Error && thrown.name === 'TabcachedError';
}

/** Any thrown value as a {@link TabcachedError}: itself when it is one, otherwise `fallback` with it as the cause. */
export function toTabcachedError(thrown: unknown, fallback: ErrorCode = 'INTERNAL'): TabcachedError {
  if (isTabcachedError(thrown)) return thrown;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new TabcachedError(fallback, message, { cause: thrown });
}

/** The plain form of an error, for a port. `trace` names the call in the log. */
export function toWireError(thrown: unknown, trace?: string): WireError {
  const { code, message, status, problem, retryAfterMs } = toTabcachedError(thrown);
  return { code, message, status, problem, retryAfterMs, trace };
}

/** The error again, on the other side of a port. */
export function fromWireError(wire: WireError): TabcachedError {
  return new TabcachedError(wire.code, wire.message, wire);
}
