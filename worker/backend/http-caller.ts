/**
 * Requests to the backend: token, deadline, and every failure as a `TabcachedError`.
 *
 * Owns: that each request carries the token, that a rejected token is replaced once and the request repeated once, and that nothing
 * waits for ever. Does not know paths or shapes.
 */
import { TabcachedError, toTabcachedError, type ErrorCode } from '../../protocol/errors.ts';
import type { BackendEnvironment } from './backend-environment.ts';
import { startDeadline, type Deadline } from './deadline.ts';
import { problemError } from './http-problem.ts';

/** Time for an answer, or for each part of a file. */
export const ANSWER_WITHIN_MS = 15_000;

/** A request. */
export interface HttpRequest {
  /** Default: `GET` without a body, `POST` with one. */
  readonly method?: string;
  /** Below the base URL, beginning with `/`, query included. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Id of what it is about, where the path does not tell; for the log. */
  readonly about?: string;
  /** What a 410 without a telling problem type means. Default: `NOT_FOUND`. */
  readonly gone?: ErrorCode;
}

/** An answer that was read to its end. */
export interface JsonAnswer {
  readonly headers: Headers;
  readonly body: unknown;
}

/** An answer whose body is still on its way, under a deadline that whoever reads it has to end. */
export interface OpenAnswer {
  readonly response: Response;
  readonly deadline: Deadline;
}

/**
 * Makes requests. Rejects with `OFFLINE`, `TIMEOUT`, `CANCELLED`, `SERVER_FAILED` for what is not JSON, what `token` rejects with, or
 * the error of a refusing status.
 */
export interface HttpCaller {
  json(request: HttpRequest, signal: AbortSignal): Promise<JsonAnswer>;
  /** Resolves with the headers of a success. */
  open(request: HttpRequest, signal: AbortSignal): Promise<OpenAnswer>;
}

/** Creates the caller. Throws `INVALID` when the base is not an absolute URL of HTTP. */
export function createHttpCaller(env: BackendEnvironment): HttpCaller {
  const base = baseOf(env.baseUrl);

  const attempt = async (request: HttpRequest, token: string, deadline: Deadline): Promise<Response> => {
    const startedAt = env.clock.now();
    let response: Response | null = null;
    try {
      response = await deadline.guard(env.network.fetch(base + request.path, initOf(request, token, deadline.signal)));
    } finally {
      env.log.debug('request', { path: request.path, about: request.about, status: response?.status ?? null, ms: env.clock.now() - startedAt });
    }
    if (response.ok) return response;
    // Without its document a refusal is still a refusal.
    const text = await deadline.guard(response.text().catch(() => ''));
    throw problemError(response.status, response.headers, text, request.gone ?? 'NOT_FOUND', env.clock.now());
  };

  const open = async (request: HttpRequest, signal: AbortSignal): Promise<OpenAnswer> => {
    if (signal.aborted) throw new TabcachedError('CANCELLED');
    const deadline = startDeadline(env.timers, ANSWER_WITHIN_MS, signal);
    const obtain = async (rejected: string | null): Promise<string> => {
      // A person may have to sign in first: that takes as long as it takes.
      deadline.pause();
      const token = await deadline.guard(env.verifiedToken(rejected, deadline.signal));
      deadline.restart();
      return token;
    };
    try {
      const token = await obtain(null);
      try {
        return { response: await attempt(request, token, deadline), deadline };
      } catch (thrown) {
        if (!(thrown instanceof TabcachedError) || thrown.code !== 'UNAUTHORIZED') throw thrown;
        const fresh = await obtain(token);
        if (fresh === token) throw thrown;
        return { response: await attempt(request, fresh, deadline), deadline };
      }
    } catch (thrown) {
      deadline.end();
      throw toTabcachedError(thrown, 'OFFLINE');
    }
  };

  const json = async (request: HttpRequest, signal: AbortSignal): Promise<JsonAnswer> => {
    const { response, deadline } = await open(request, signal);
    try {
      const text = await deadline.guard(response.text());
      return { headers: response.headers, body: parse(text, response.status) };
    } catch (thrown) {
      throw toTabcachedError(thrown, 'OFFLINE');
    } finally {
      deadline.end();
    }
  };

  return { json, open };
}

/** The base without a slash at its end. Throws `INVALID`. */
export function baseOf(baseUrl: string): string {
  if (!/^https?:\/\/[^/]/i.test(baseUrl)) throw new TabcachedError('INVALID', `The backend is no absolute http(s) URL: ${baseUrl}`);
  return baseUrl.replace(/\/+$/, '');
}

function initOf({ method, body, headers }: HttpRequest, token: string, signal: AbortSignal): RequestInit {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { accept: 'application/json', ...headers, ...json, authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    // An answer kept by the browser would be an old one, in a cache beside ours.
    cache: 'no-store',
    signal,
  };
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TabcachedError('SERVER_FAILED', 'The answer is not JSON.', { status, cause });
  }
}
