/**
 * The network of a simulation: in front of the model server, with latency and faults.
 *
 * Owns: what happens to a request and its answer, whose token is good, that a cut breaks what is under way. Does not know what an answer
 * means. Faults are set by actions and used up by the next requests of their kind, so that a history tells them all.
 */
import type { Backend, CallOptions, MediaBody, MessagesQuery } from '../../protocol/index.ts';
import { TabcachedError, type ErrorCode } from '../../protocol/errors.ts';
import type { BackendEnvironment } from '../../worker/backend/backend-environment.ts';
import type { ModelServer } from '../../worker/testing/model-server.ts';
import type { VirtualTime } from '../../worker/testing/virtual-time.ts';
import { cutPage, type PageFault } from './page-faults.ts';
import type { PushWire } from './push-wire.ts';
import { errorOf, type Refusal } from './refusals.ts';

/** Kinds of requests. */
export const REQUEST_KINDS = ['messages', 'changes', 'tickets', 'send', 'find', 'read'] as const;
/** See {@link REQUEST_KINDS}. */
export type RequestKind = (typeof REQUEST_KINDS)[number] | 'media';

/** What goes wrong with one request. */
export type Fault =
  /** The answer takes that much longer. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** It never reaches the server, or its answer never comes back. */
  | { readonly kind: 'offline' | 'lost' | 'timeout' | 'lostTimeout' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly retryAfterMs?: number; readonly acted: boolean }
  | Refusal
  | { readonly kind: 'page'; readonly page: PageFault; readonly salt: number }
  /** The server changes after it has read its answer, which takes that much longer: frames overtake it, or the link is away meanwhile. */
  | { readonly kind: 'overtaken'; readonly ms: number; readonly dropsLink: boolean; readonly salt: number };

/** A request under way. */
export interface SentRequest {
  readonly kind: RequestKind;
  readonly detail: unknown;
  /** Number of the daemon's life. */
  readonly life: number;
}

/** What the simulation wants to hear. */
export interface NetworkEvents {
  onBoundary(): void;
  /** `refusals`: as {@link NetworkSetup.refusals} was when its token was asked for. */
  onRequest(request: SentRequest, token: string, refusals: number): void;
  /** The daemon of that life is told that a token is not good. */
  onTokenRefused(life: number, token: string): void;
  /** How many tokens were refused by now. */
  refusals(): number;
  /** Does the server refuse it for now? */
  isClosed(request: SentRequest): boolean;
  /** The server's answer to a request for a file. */
  onMedia(request: SentRequest, options: CallOptions, isAlive: () => boolean): MediaBody;
  /** It reached the server, which is about to act. */
  onArrival(request: SentRequest): void;
  /** The server has read this answer and changes before it arrives. */
  onOvertaken(request: SentRequest, answer: unknown, salt: number): void;
  /** The daemon has its answer, or its error. */
  onAnswer(request: SentRequest, error: TabcachedError | null, value?: unknown): void;
}

/** The network, and what can be done to it. */
export interface Network {
  /** `isAlive`: a dead daemon sends nothing more; what it has sent arrives all the same. */
  backendFor(env: BackendEnvironment, life: number, isAlive: () => boolean): Backend;
  addFault(kind: RequestKind, fault: Fault): void;
  clearFaults(): void;
  cut(): void;
  /** The push link alone breaks, and comes back by itself. */
  dropLink(): void;
  restore(): void;
  isUp(): boolean;
  /** How often it was cut. */
  cuts(): number;
  /** The token of now stops being good; tabs have the next one. */
  expireToken(): void;
  /** As {@link expireToken}, and the push link stays as it is. */
  revokeToken(): void;
  token(): string;
}

/** An answer that takes longer is given up. */
const ANSWER_WITHIN_MS = 15_000;

/** Creates a network that is up. */
export function createNetwork(
  setup: { readonly server: ModelServer; readonly time: VirtualTime; readonly wire: PushWire; readonly requestMs: () => number; readonly answerMs: () => number; readonly tokenPrefix?: string } & NetworkEvents,
): Network {
  const { server, time, wire } = setup;
  const faults = new Map<RequestKind, Fault[]>();
  let up = true;
  let cuts = 0;
  let tokens = 1;
  const token = (): string => `${setup.tokenPrefix ?? 'token'}-${tokens}`;

  const pause = (ms: number): Promise<void> | undefined => (ms <= 0 ? undefined : new Promise((resolve) => void time.timers.after(ms, resolve)));

  const carry = async <T>(request: SentRequest, given: string, act: () => Promise<T>): Promise<T> => {
    const fault = faults.get(request.kind)?.shift();
    const cutsBefore = cuts;
    await pause(setup.requestMs());
    if (!up || cuts !== cutsBefore || fault?.kind === 'offline') throw new TabcachedError('OFFLINE');
    if (fault?.kind === 'timeout') {
      await pause(ANSWER_WITHIN_MS);
      throw new TabcachedError('TIMEOUT');
    }
    if (fault?.kind === 'status' && fault.status === 401 && given === token()) tokens += 1;
    if (given !== token()) throw new TabcachedError('UNAUTHORIZED');
    const refusal = (): TabcachedError | null =>
      fault?.kind === 'status' ? errorOf(fault, time.clock.now()) : fault?.kind === 'refused' ? new TabcachedError(fault.code, undefined, { retryAfterMs: fault.retryAfterMs }) : null;
    if ((fault?.kind === 'refused' || fault?.kind === 'status') && !fault.acted) {
      await pause(setup.answerMs());
      throw refusal() as TabcachedError;
    }
    if (setup.isClosed(request)) throw new TabcachedError('SERVER_FAILED');
    setup.onBoundary();
    setup.onArrival(request);
    const acted = await act().then(
      (value) => {
        if (fault?.kind === 'overtaken') {
          if (fault.dropsLink) wire.breakAll('OFFLINE');
          setup.onOvertaken(request, value, fault.salt);
        }
        return () => (fault?.kind === 'page' ? (cutPage(value, request.detail as MessagesQuery, fault.page, fault.salt) as T) : value);
      },
      (error: unknown) => () => {
        throw error;
      },
    );
    const slowMs = fault?.kind === 'slow' || fault?.kind === 'overtaken' ? fault.ms : 0;
    await pause(Math.min(setup.answerMs() + slowMs, ANSWER_WITHIN_MS));
    if (fault?.kind === 'lostTimeout') {
      await pause(ANSWER_WITHIN_MS);
      throw new TabcachedError('TIMEOUT');
    }
    if (!up || cuts !== cutsBefore || fault?.kind === 'lost') throw new TabcachedError('OFFLINE');
    if (slowMs > ANSWER_WITHIN_MS) throw new TabcachedError('TIMEOUT');
    const refused = refusal();
    if (refused) throw refused;
    return acted();
  };

  /** As the HTTP backend does it: a rejected token is replaced once. */
  const ask = async <T>(env: BackendEnvironment, isAlive: () => boolean, request: SentRequest, { signal }: CallOptions, act: () => Promise<T>): Promise<T> => {
    setup.onBoundary();
    const run = async (): Promise<T> => {
      const refusals = setup.refusals();
      const first = await env.verifiedToken(null, signal);
      if (!isAlive()) return new Promise<T>(() => undefined);
      setup.onRequest(request, first, refusals);
      try {
        return await carry(request, first, act);
      } catch (thrown) {
        if (!(thrown instanceof TabcachedError) || thrown.code !== 'UNAUTHORIZED') throw thrown;
        setup.onTokenRefused(request.life, first);
        const fresh = await env.verifiedToken(first, signal);
        if (fresh === first) throw thrown;
        if (!isAlive()) return new Promise<T>(() => undefined);
        return carry(request, fresh, act);
      }
    };
    return abortable(run(), signal).then(
      (value) => {
        setup.onBoundary();
        setup.onAnswer(request, null, value);
        return value;
      },
      (error: unknown) => {
        setup.onAnswer(request, error as TabcachedError);
        throw error;
      },
    );
  };

  return {
    token,
    isUp: () => up,
    cuts: () => cuts,
    backendFor: (env, life, isAlive) => {
      const { backend } = server;
      const changes = backend.changes;
      const findByTempId = backend.findByTempId;
      const at = (kind: RequestKind, detail: unknown): SentRequest => ({ kind, detail, life });
      return {
        tickets: (since, options) => ask(env, isAlive, at('tickets', since), options, () => backend.tickets(since, options)),
        messages: (requestId, query, options) => ask(env, isAlive, at('messages', { requestId, ...query }), options, () => backend.messages(requestId, query, options)),
        ...(changes
          ? { changes: (requestId, since, limit, options) => ask(env, isAlive, at('changes', { requestId, since }), options, () => changes(requestId, since, limit, options)) }
          : {}),
        send: (message, options) => ask(env, isAlive, at('send', message), options, () => backend.send(message, options)),
        ...(findByTempId ? { findByTempId: (id, options) => ask(env, isAlive, at('find', id), options, () => findByTempId(id, options)) } : {}),
        markRead: (requestId, upTo, options) => ask(env, isAlive, at('read', { requestId, upTo }), options, () => backend.markRead(requestId, upTo, options)),
        media: (requestId, filename, range, options) => {
          const request = at('media', { requestId, filename, range });
          return ask(env, isAlive, request, options, async () => setup.onMedia(request, options, isAlive));
        },
        openPush: (events) => wire.open(env, events),
      };
    },
    addFault: (kind, fault) => void faults.set(kind, [...(faults.get(kind) ?? []), fault]),
    clearFaults: () => faults.clear(),
    cut: () => {
      up = false;
      cuts += 1;
      wire.breakAll('OFFLINE');
    },
    dropLink: () => wire.breakAll('OFFLINE'),
    restore: () => void (up = true),
    revokeToken: () => void (tokens += 1),
    expireToken: () => {
      tokens += 1;
      wire.breakAll('UNAUTHORIZED');
    },
  };
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined);
    return Promise.reject(new TabcachedError('CANCELLED'));
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new TabcachedError('CANCELLED'));
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
