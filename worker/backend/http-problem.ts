/**
 * From a refusing answer to an error: status, problem document (RFC 9457) and pause become one `TabcachedError`.
 *
 * Owns: the table of statuses. Pure. Does not know which call was made, except what a 410 means to it.
 */
import * as v from 'valibot';
import { TabcachedError, type ErrorCode } from '../../protocol/errors.ts';
import { retryAfterMs } from './retry-after.ts';

/** Members of a problem document that are looked at; each one may be missing or of another type. */
const Problem = v.object({
  type: v.fallback(v.optional(v.string()), undefined),
  title: v.fallback(v.optional(v.string()), undefined),
  detail: v.fallback(v.optional(v.string()), undefined),
});

/** The pause of a 429 that names none. */
const UNNAMED_PAUSE_MS = 5_000;

/** Shortest pause after a 429. It counts no attempt, so without one the same request would be repeated without end. */
const SHORTEST_PAUSE_MS = 1_000;

/** Longest message taken over from a server; it is stored with the operation that failed. */
const MESSAGE_MAX = 500;

/** The error of an answer that is not a success. `body` is its text; `now` the wall clock in milliseconds. */
export function problemError(status: number, headers: Headers, body: string, gone: ErrorCode, now: number): TabcachedError {
  const problem = readProblem(body);
  const code = codeOf(status, lastSegment(problem.type), gone);
  const pauseMs = retryAfterMs(headers, now);
  const message = (problem.detail || problem.title || `The server answered ${status}.`).slice(0, MESSAGE_MAX);
  return new TabcachedError(code, message, {
    status,
    problem: problem.type,
    retryAfterMs: code === 'RATE_LIMITED' ? Math.max(pauseMs ?? UNNAMED_PAUSE_MS, SHORTEST_PAUSE_MS) : code === 'SERVER_FAILED' ? pauseMs : undefined,
  });
}

/** `kind`: last segment of the problem's type, which names the problem wherever the server keeps its documents. */
function codeOf(status: number, kind: string, gone: ErrorCode): ErrorCode {
  if (status >= 500 || status < 400) return 'SERVER_FAILED';
  switch (status) {
    case 401:
      return 'UNAUTHORIZED';
    case 403:
      return 'FORBIDDEN';
    case 404:
      return 'NOT_FOUND';
    case 408:
    case 425:
      return 'SERVER_FAILED';
    case 409:
      return kind === 'duplicate' ? 'DUPLICATE' : 'REJECTED';
    case 410:
      return kind === 'cursor-expired' ? 'CURSOR_EXPIRED' : gone;
    case 422:
      return kind === 'ticket-closed' ? 'TICKET_CLOSED' : kind === 'invalid' ? 'INVALID' : 'REJECTED';
    case 429:
      return 'RATE_LIMITED';
    default:
      return kind === 'invalid' ? 'INVALID' : 'REJECTED';
  }
}

function readProblem(body: string): v.InferOutput<typeof Problem> {
  try {
    const read = v.safeParse(Problem, JSON.parse(body));
    if (read.success) return read.output;
  } catch {
    // A proxy's page, or nothing at all: the status alone has to do.
  }
  return { type: undefined, title: undefined, detail: undefined };
}

const lastSegment = (type = ''): string => type.split(/[/:#]/).at(-1) ?? '';
