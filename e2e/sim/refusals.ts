/**
 * Every status that an answer to a send, to the question what became of one, or to a read mark can carry, as the backend adapter hands it on.
 *
 * Owns: the list, and the way through the adapter's own table of statuses. Does not know who sends.
 */
import type { ErrorCode, TabcachedError } from '../../protocol/errors.ts';
import { problemError } from '../../worker/backend/http-problem.ts';

/** A refusing answer. `acted`: the server has done what it was asked all the same. */
export interface Refusal {
  readonly kind: 'status';
  readonly status: number;
  /** Last segment of the problem's type. */
  readonly problem?: string;
  /** Seconds, or milliseconds from now for a date. */
  readonly retryAfter?: { readonly seconds: number } | { readonly dateInMs: number };
  readonly acted: boolean;
}

const FINAL = new Set<ErrorCode>(['FORBIDDEN', 'NOT_FOUND', 'TICKET_CLOSED', 'REJECTED', 'INVALID', 'CURSOR_EXPIRED', 'DUPLICATE']);

/** Does the server say no for good? */
export const isFinal = (code: ErrorCode): boolean => FINAL.has(code);

const refusal = (status: number, problem?: string, acted = false): Refusal => ({ kind: 'status', status, acted, ...(problem === undefined ? {} : { problem }) });

/** One for each status, and more than one for those that mean several things. */
export const REFUSALS: readonly ((salt: number) => Refusal)[] = [
  () => refusal(400),
  () => refusal(400, 'invalid'),
  () => refusal(401),
  () => refusal(401),
  () => refusal(403),
  () => refusal(404),
  () => refusal(408),
  () => refusal(409),
  () => refusal(409, 'duplicate', true),
  () => refusal(410),
  () => refusal(413),
  () => refusal(415),
  () => refusal(422),
  () => refusal(422, 'ticket-closed'),
  () => refusal(425),
  (salt) => ({ ...refusal(429), retryAfter: { seconds: salt % 120 } }),
  (salt) => ({ ...refusal(429), retryAfter: { dateInMs: salt % 90_000 } }),
  () => refusal(429),
  (salt) => refusal(500, undefined, salt % 2 === 0),
  (salt) => refusal(502, undefined, salt % 2 === 0),
  () => refusal(503),
  (salt) => ({ ...refusal(503), retryAfter: { seconds: salt % 60 } }),
  (salt) => refusal(504, undefined, salt % 2 === 0),
];

/** The error that the daemon is given. `now`: Unix milliseconds. */
export function errorOf({ status, problem, retryAfter }: Refusal, now: number): TabcachedError {
  const headers = new Headers({ date: new Date(now).toUTCString() });
  if (retryAfter) headers.set('retry-after', 'seconds' in retryAfter ? `${retryAfter.seconds}` : new Date(now + retryAfter.dateInMs).toUTCString());
  const body = problem === undefined ? '<html>' : JSON.stringify({ type: `https://desk.example/problems/${problem}`, title: problem });
  return problemError(status, headers, body, 'NOT_FOUND', now);
}
