/**
 * The one error type of tabcached and its closed set of codes.
 *
 * Each code's row says: may the same call be repeated as it is (`retryable`), what happened, what the caller should do.
 * The README's table of errors is this table.
 */
export const ERROR_CODES = {
  OFFLINE: { retryable: true, cause: 'The backend could not be reached.', action: 'Nothing; tabcached retries by itself when the link is back.' },
  TIMEOUT: { retryable: true, cause: 'No answer within the deadline.', action: 'Repeat the call; the outcome of the first is unknown.' },
  DAEMON_LOST: { retryable: true, cause: 'The daemon died while the call was under way.', action: 'Repeat it; the client is reconnecting by itself.' },
  CLOSED: { retryable: false, cause: 'The client (or its tab) was closed.', action: 'Call connect() again.' },
  HOST_UNAVAILABLE: { retryable: true, cause: 'No daemon could be started in this browser.', action: 'Show the network state; try again later.' },
  PROTOCOL_MISMATCH: { retryable: false, cause: 'The tab and the daemon speak different protocol versions.', action: 'Reload the page when it is safe.' },
  SETTINGS_MISMATCH: { retryable: false, cause: 'A daemon is running for this user with other settings.', action: 'Use the same settings in every tab, or close the other tabs first.' },
  USER_MISMATCH: { retryable: false, cause: 'The token belongs to another user than the one this client was opened for.', action: 'Sign in again as the right user.' },
  UNAUTHORIZED: { retryable: true, cause: 'The token is missing, wrong or expired.', action: 'Give a fresh token from getToken.' },
  FORBIDDEN: { retryable: false, cause: 'This user may not see or do that.', action: 'Do not repeat; access may have changed.' },
  NOT_FOUND: { retryable: false, cause: 'The server does not know that chat, message or file.', action: 'Do not repeat.' },
  CURSOR_EXPIRED: { retryable: false, cause: 'The revision is unknown to the server or too old for it (410).', action: 'The engine fetches the chat anew; callers never see this.' },
  RATE_LIMITED: { retryable: true, cause: 'The server asked for a pause (429).', action: 'Wait `retryAfterMs`.' },
  SERVER_FAILED: { retryable: true, cause: 'The server failed (5xx) or its answer was not understood.', action: 'Repeat later.' },
  DUPLICATE: { retryable: false, cause: 'The server has this message already.', action: 'Nothing: it is a success.' },
  TICKET_CLOSED: { retryable: false, cause: 'The ticket was closed; it takes no more messages.', action: 'Reopen the ticket, or discard the message.' },
  REJECTED: { retryable: false, cause: 'The server refuses the request for good (other 4xx).', action: 'Edit or discard.' },
  INVALID: { retryable: false, cause: 'A value breaks the validation rules.', action: 'Correct the value named in `message`.' },
  OUTBOX_FULL: { retryable: true, cause: 'The outbox holds as many operations as it may.', action: 'Keep the text; try again when some are sent.' },
  IN_FLIGHT: { retryable: true, cause: 'The message is being sent, or its fate is not known yet.', action: 'Try again when its state has changed.' },
  STORAGE_FAILED: { retryable: true, cause: 'The browser refused to store or read.', action: 'Keep the text; tell the user.' },
  FENCED: { retryable: false, cause: 'A newer daemon owns the database.', action: 'The daemon stops; the tab reconnects by itself.' },
  CANCELLED: { retryable: true, cause: 'Nobody was interested any more.', action: 'Nothing.' },
  INTERNAL: { retryable: false, cause: 'A defect of tabcached.', action: 'Report it with the log.' },
} as const;

/** One of the closed set of codes; see {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What an error may carry beside its code and message. */
export interface ErrorFacts {
  /** HTTP status, when a server's answer caused it. */
  readonly status?: number | undefined;
  /** `type` of the problem document, when the server sent one. */
  readonly problem?: string | undefined;
  /** How long the server asked to wait. */
  readonly retryAfterMs?: number | undefined;
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

  constructor(code: ErrorCode, message?: string, facts: ErrorFacts & { readonly cause?: unknown } = {}) {
    super(message ?? ERROR_CODES[code].cause, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.retryable = ERROR_CODES[code].retryable;
    this.status = facts.status;
    this.problem = facts.problem;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Any thrown value as a {@link TabcachedError}: itself when it is one, otherwise `fallback` with it as the cause. */
export function toTabcachedError(thrown: unknown, fallback: ErrorCode = 'INTERNAL'): TabcachedError {
  if (thrown instanceof TabcachedError) return thrown;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new TabcachedError(fallback, message, { cause: thrown });
}

/** The plain form of an error, for a port. */
export function toWireError(thrown: unknown): WireError {
  const { code, message, status, problem, retryAfterMs } = toTabcachedError(thrown);
  return { code, message, status, problem, retryAfterMs };
}

/** The error again, on the other side of a port. */
export function fromWireError(wire: WireError): TabcachedError {
  return new TabcachedError(wire.code, wire.message, wire);
}
