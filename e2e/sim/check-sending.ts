/**
 * The promises about sending that what is stored and what is asked can break: when an attempt is made, what it counts, whose token it carries,
 * and that nothing that can be sent is left asleep.
 *
 * Owns: these checks. Written from SPEC.md, chapters 2 and 9, without the code under test. Order and doubles are `sent-messages.ts`.
 */
import type { OfflineOperation } from '../../protocol/index.ts';
import { MAX_RETRIES } from '../../protocol/limits.ts';
import type { Committed, Mirror } from './mirror.ts';
import type { SentRequest } from './network.ts';
import type { Sent, SentMessages } from './sent-messages.ts';
import type { Verdict } from './violation.ts';
import type { World } from './world.ts';

/** See the head of the file. */
export interface SendingCheck {
  onCommit(committed: Committed): void;
  /** `refusals`: as below, when its token was asked for. One that is refused between that and the request cannot be known to be. */
  onRequest(request: SentRequest, token: string, refusals: number): void;
  onTokenRefused(life: number, token: string): void;
  /** How many tokens were refused by now. */
  refusals(): number;
  onDone(request: SentRequest): void;
  /** `life`: only that one. */
  onDaemonDied(life?: number): void;
  /** A person was told that it is discarded. */
  onDiscarded(sent: Sent): void;
  /** A person was told that it has another text. */
  onEdited(sent: Sent, content: string): void;
}

/** What is checked against. */
export interface SendingCheckSetup {
  readonly mirror: Mirror;
  readonly sent: SentMessages;
  readonly verdict: Verdict;
  /** Most messages that may wait. */
  readonly outboxLimit: number;
  now(): number;
  /** Does the server have it? */
  isStored(id: string): boolean;
  /** Is the daemon one to which storage was refused from its start? It cannot know what waits there, and for how long. */
  forgets(): boolean;
}

/** Attempts that met these do not count: the message was not refused, and the server is not to blame. */
const UNCOUNTED = new Set(['OFFLINE', 'UNAUTHORIZED', 'USER_MISMATCH', 'RATE_LIMITED', 'CANCELLED', 'CLOSED']);
/** A decision and the failure it is about may be stored the other way round, by that much. */
const DECIDED_WITHIN_MS = 10_000;

/** The server is to blame: tried again by itself, that many times. */
const TRANSIENT = new Set(['SERVER_FAILED', 'TIMEOUT']);
/** Read marks of this time reach the server as one. */
const DEBOUNCE_MS = 500;

/** Nothing was sent yet. */
export function createSendingCheck(setup: SendingCheckSetup): SendingCheck {
  const { mirror, sent, verdict, now } = setup;
  const failedAt = new Map<string, number>();
  /** Tokens by life, and how many were refused before each. */
  const refused = new Map<string, number>();
  let refusals = 0;
  /** When the first mark of an operation was set, until it is tried. */
  const markedAt = new Map<string, number>();
  const asked = new Map<SentRequest, { readonly chatId: string; readonly id: string; readonly content: string | null }>();

  const name = (operation: OfflineOperation): string => (operation.type === 'send_message' ? `"${operation.payload.content}"` : 'a read mark');
  const decidedSince = (id: string, at: number): boolean => (sent.all.get(id)?.decidedAt ?? Number.NEGATIVE_INFINITY) >= at - DECIDED_WITHIN_MS;

  const checkChange = (before: OfflineOperation, after: OfflineOperation): void => {
    const code = after._errorCode ?? '';
    if (after.status === 'failed') {
      failedAt.set(after.id, now());
      if (code === 'DUPLICATE' && !after._outcomeUnknown && setup.isStored(after.id)) verdict.broken('#35', `${name(after)} has failed because the server has it`);
      if (TRANSIENT.has(code) && after.retryCount < MAX_RETRIES) verdict.broken('#42', `${name(after)} has failed after ${after.retryCount} attempts that met ${code}`);
      if (UNCOUNTED.has(code)) verdict.broken('#47', `${name(after)} has failed with ${code}`);
    }
    if (before.status === 'failed' && after.status !== 'failed' && !decidedSince(after.id, failedAt.get(after.id) ?? 0)) {
      verdict.broken('S-6', `${name(after)} had failed and is ${after.status} again, and nobody decided so`);
    }
    if (after.status === 'syncing' && before.status === 'pending' && before.nextRetryAt !== null && before._errorCode !== 'OFFLINE' && now() < before.nextRetryAt && !decidedSince(after.id, now())) {
      verdict.broken('early', `${name(after)} was tried ${before.nextRetryAt - now()} ms before it was due, after ${before._errorCode}`);
    }
    if (after.type === 'send_message' && after.status !== 'failed' && after.retryCount >= MAX_RETRIES) verdict.broken('#49', `${name(after)} is tried again after ${after.retryCount} failures`);
    if (after.status === 'syncing') {
      const early = (markedAt.get(after.id) ?? 0) + DEBOUNCE_MS - now();
      if (early > 0) verdict.broken('#64', `${name(after)} is told ${early} ms too early to be one with those after it`);
      markedAt.delete(after.id);
    }
    // Without a time it is only what a life left behind, told by the next one; its code is that of the attempt before.
    if (before.status !== 'syncing' || after.status !== 'pending' || after._errorCode === undefined || (after.nextRetryAt === null && after._outcomeUnknown)) return;
    const counted = after.retryCount - before.retryCount;
    if (UNCOUNTED.has(code) && counted > 0) verdict.broken('#47', `${name(after)}: ${code} counted as an attempt`);
    if (TRANSIENT.has(code) && counted !== 1) verdict.broken('S-4', `${name(after)}: ${code} counted ${counted} attempts`);
  };

  return {
    onCommit: ({ newOperations, changedOperations }) => {
      for (const operation of newOperations) if (operation.type === 'mark_read' && operation.attemptedAt === null) markedAt.set(operation.id, operation.createdAt);
      for (const { type, id, requestId } of newOperations) {
        const others = type === 'mark_read' ? [...mirror.queue.values()].filter((other) => other.type === type && other.requestId === requestId && other.id !== id) : [];
        if (others.length > 0) verdict.broken('R-1', 'two read marks of a chat wait, and a chat has one');
      }
      const waiting = newOperations.length === 0 ? 0 : [...mirror.queue.values()].filter(({ type }) => type === 'send_message').length;
      if (waiting > setup.outboxLimit) verdict.broken('#58', `${waiting} messages wait, the bound is ${setup.outboxLimit}`);
      for (const { before, after } of changedOperations) checkChange(before, after);
    },
    onRequest: (request, token, before) => {
      if ((refused.get(`${request.life} ${token}`) ?? before) < before) verdict.broken('#47', `a ${request.kind} carries a token that was rejected`);
      if (request.kind !== 'send' && request.kind !== 'find' && request.kind !== 'read') return;
      // What is stored on a disk that was refused from the start (SPEC.md, B-3) is not known: nor is a pause that an earlier daemon noted there.
      for (const operation of setup.forgets() ? [] : mirror.queue.values()) {
        if (operation._errorCode !== 'RATE_LIMITED' || operation.status !== 'pending' || operation.nextRetryAt === null || operation.nextRetryAt <= now()) continue;
        verdict.broken('#46', `a ${request.kind} ${operation.nextRetryAt - now()} ms before the pause is over that ${name(operation)} was given`);
      }
      if (request.kind === 'read') return;
      const message = request.kind === 'send' ? (request.detail as { readonly clientTempId: string; readonly content: string }) : null;
      const id = message?.clientTempId ?? (request.detail as string);
      const chatId = sent.all.get(id)?.chatId ?? '';
      const other = [...asked.values()].find((each) => each.chatId === chatId);
      if (other) verdict.broken('S-5', `a ${request.kind} of ${id.slice(-4)} while ${other.id.slice(-4)} is under way in the same chat`);
      asked.set(request, { chatId, id, content: message?.content ?? null });
    },
    onTokenRefused: (life, token) => {
      const key = `${life} ${token}`;
      if (!refused.has(key)) refused.set(key, refusals);
      refusals += 1;
    },
    refusals: () => refusals,
    onDone: (request) => void asked.delete(request),
    onDaemonDied: (life) => {
      for (const request of asked.keys()) if (life === undefined || request.life === life) asked.delete(request);
    },
    onDiscarded: (message) => {
      if (setup.isStored(message.id) && !message.blind) verdict.broken('#51', `"${message.content}" was discarded, and the server has it`);
    },
    onEdited: (message, content) => {
      const old = [...asked.values()].find((each) => each.id === message.id && each.content !== null && each.content !== content);
      if (old) verdict.broken('#50', `"${old.content}" was changed to "${content}" while it was being sent`);
    },
  };
}

const ROUND_MS = 5_000;
const ROUNDS = 80;

/** Heads of lanes that are neither done nor blocked. */
function awake(world: World): OfflineOperation[] {
  const heads = new Map<string, OfflineOperation>();
  for (const operation of world.mirror.queue.values()) {
    const lane = `${operation.type} ${operation.requestId}`;
    if ((heads.get(lane)?._order ?? Number.POSITIVE_INFINITY) > operation._order) heads.set(lane, operation);
  }
  return [...heads.values()].filter((operation) => operation.status !== 'failed');
}

/** Everything is well again and nobody touches anything: what can be sent goes by itself, whatever it waited for (S-4). */
export async function checkAwake(world: World): Promise<void> {
  for (let round = 0; round < ROUNDS && awake(world).length > 0 && !world.verdict.first(); round++) await world.time.advance(ROUND_MS);
  for (const { type, status, _errorCode, nextRetryAt } of awake(world)) {
    world.verdict.broken('S-4', `a ${type} sleeps: ${status} after ${_errorCode ?? 'nothing'}, ${nextRetryAt === null ? 'whenever' : `${world.time.clock.now() - nextRetryAt} ms late`}`);
  }
}
