/**
 * The catalogue of errors: what each code means and what the caller should do. The README's table is this one.
 *
 * Owns: the words. Apart from `errors.ts`, so that a tab's first bundle does not carry them.
 */
import { RETRYABLE, type ErrorCode } from './errors.ts';

/** An entry of the catalogue. */
export interface ErrorEntry {
  /** May the same call be repeated as it is? */
  readonly retryable: boolean;
  readonly cause: string;
  readonly action: string;
}

const words: Readonly<Record<ErrorCode, readonly [cause: string, action: string]>> = {
  OFFLINE: ['The backend could not be reached.', 'Nothing; tabcached retries by itself when the link is back.'],
  TIMEOUT: ['No answer within the deadline.', 'Repeat the call; the outcome of the first is unknown.'],
  DAEMON_LOST: ['The daemon died while the call was under way.', 'Repeat it; the client is reconnecting by itself.'],
  CLOSED: ['The client (or its tab) was closed.', 'Call connect() again.'],
  SIGNED_OUT: ['The user signed out, in this tab or in another.', 'Drop what is shown; call connect() after the next sign-in.'],
  HOST_UNAVAILABLE: ['No daemon could be started in this browser.', 'Show the network state; try again later.'],
  PROTOCOL_MISMATCH: ['The tab and the daemon speak different protocol versions.', 'Reload the page when it is safe.'],
  SETTINGS_MISMATCH: ['A daemon is running for this user with other settings.', 'Use the same settings in every tab, or close the other tabs first.'],
  USER_MISMATCH: ['The token belongs to another user than the one this client was opened for.', 'Sign in again as the right user.'],
  UNAUTHORIZED: ['The token is missing, wrong or expired.', 'Give a fresh token from getToken.'],
  FORBIDDEN: ['This user may not see or do that.', 'Do not repeat; access may have changed.'],
  NOT_FOUND: ['The server does not know that chat, message or file.', 'Do not repeat.'],
  CURSOR_EXPIRED: ['The revision is unknown to the server or too old for it (410).', 'The engine fetches the chat anew; callers never see this.'],
  RATE_LIMITED: ['The server asked for a pause (429).', 'Wait `retryAfterMs`.'],
  SERVER_FAILED: ['The server failed (5xx) or its answer was not understood.', 'Repeat later.'],
  CORRUPT: ['The bytes of a file are not those that the server announced.', 'Retry; if it stays, the file on the server is damaged.'],
  DUPLICATE: ['The server has this message already.', 'Nothing: it is a success.'],
  TICKET_CLOSED: ['The ticket was closed; it takes no more messages.', 'Reopen the ticket, or discard the message.'],
  REJECTED: ['The server refuses the request for good (other 4xx).', 'Edit or discard.'],
  INVALID: ['A value breaks the validation rules.', 'Correct the value named in `message`.'],
  OUTBOX_FULL: ['The outbox holds as many operations as it may.', 'Keep the text; try again when some are sent.'],
  IN_FLIGHT: ['The message is being sent, or its fate is not known yet.', 'Try again when its state has changed.'],
  STORAGE_FAILED: ['The browser refused to store or read.', 'Keep the text; tell the user.'],
  FENCED: ['A newer daemon owns the database.', 'The daemon stops; the tab reconnects by itself.'],
  CANCELLED: ['Nobody was interested any more.', 'Nothing.'],
  INTERNAL: ['A defect of tabcached.', 'Report it with the log.'],
};

/** Every code with its meaning. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, ErrorEntry>> = Object.fromEntries(
  Object.entries(words).map(([code, [cause, action]]) => [code, { retryable: RETRYABLE[code as ErrorCode], cause, action }]),
) as Record<ErrorCode, ErrorEntry>;
