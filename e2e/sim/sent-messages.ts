/**
 * What people have sent, and what became of it.
 *
 * Owns: the promises about sending, checked when a request reaches the server, when something is stored, and at the end of each step.
 */
import type { OfflineOperation, OutgoingMessage } from '../../protocol/index.ts';
import type { TabcachedError } from '../../protocol/errors.ts';
import type { ModelServer } from '../../worker/testing/model-server.ts';
import type { Mirror } from './mirror.ts';
import type { SentRequest } from './network.ts';
import type { Verdict } from './violation.ts';

/** A message that somebody sent. */
export interface Sent {
  readonly id: string;
  readonly chatId: string;
  /** It was handed to a daemon before. */
  handed: boolean;
  /** Name of the picture that it shows. */
  picture?: string;
  content: string;
  /** A text that replaces it, while nobody knows yet whether it does. */
  editing: string | null;
  /** A text that it had: whoever replaced it may have been forgotten. */
  former: string | null;
  /** When it was handed to the daemon's present life, in the order of that, and which life that was. */
  pressed: number;
  life: number;
  /** Is the tab that handed it over still there to hear? */
  isHeard: () => boolean;
  /** `unknown`: its tab was gone before it heard. */
  state: 'pressed' | 'accepted' | 'refused' | 'unknown';
  /** Number in the order of being stored. */
  stored: number | null;
  /** Stored once more while storage could not be read: nobody could tell that it was known. */
  blind: boolean;
  discarding: boolean;
  discarded: boolean;
  everOnServer: boolean;
  /** Its database was deleted underneath: until it is stored again, the daemon alone has it. */
  exposed: boolean;
  /** Life in which the server refused it for good; null when a person has decided since. */
  refusedIn: number | null;
  /** When a person last decided that it is tried again. */
  decidedAt: number | null;
}

/** All of them. */
export interface SentMessages {
  readonly all: ReadonlyMap<string, Sent>;
  press(id: string, chatId: string, content: string): Sent;
  /** It is handed to a daemon, maybe not the first. Answers its number in the order of pressing; 0: that life, or a later one, has it from another tab. */
  onAttempt(sent: Sent, life: number, isHeard: () => boolean): number;
  /** The line to that daemon is gone, and its answer with it: when it is handed over again, that counts. */
  onLost(sent: Sent, pressed: number): void;
  /** A person wants it tried again. */
  decide(sent: Sent): void;
  onRequest(request: SentRequest): void;
  onArrival(request: SentRequest): void;
  onAnswer(request: SentRequest, error: TabcachedError | null): void;
  /** `blind`: storage could not be read of late. */
  onStored(operations: readonly OfflineOperation[], blind: boolean): void;
  /** `life`: only that one. */
  onDaemonDied(life?: number): void;
  onClockJump(byMs: number): void;
  /** Until when a daemon may pause because the server asked one of them to: what an earlier one was told may be stored. */
  mayPauseUntilAt(): number;
  checkStep(): void;
}

const PERMANENT = new Set(['FORBIDDEN', 'NOT_FOUND', 'TICKET_CLOSED', 'REJECTED', 'INVALID']);

/** Nothing was sent yet. `forgets`: the daemon is one to which storage was refused from its start: it cannot know what waits there. */
export function createSentMessages(server: ModelServer, mirror: Mirror, now: () => number, verdict: Verdict, forgets: () => boolean): SentMessages {
  const all = new Map<string, Sent>();
  const underWay = new Set<SentRequest>();
  let presses = 0;
  let stores = 0;
  /** Stored since the last check, with what was true then: whose daemon has died meanwhile may have been handed over again. */
  let fresh: { readonly sent: Sent; readonly life: number; readonly pressed: number }[] = [];
  let pausedUntilAt = 0;
  let mayPauseUntilAt = 0;

  const messageIn = (request: SentRequest): OutgoingMessage => request.detail as OutgoingMessage;

  const arrived = (message: OutgoingMessage): void => {
    const sent = all.get(message.clientTempId);
    if (server.chats.get(message.requestId)?.denied) return;
    if (!sent) return verdict.broken('S-1', `a message was sent under an id that nobody knows: "${message.content}"`);
    if (server.byTempId(sent.id)) {
      if (!server.idempotent) verdict.broken('S-1', `"${sent.content}" was sent twice without asking`);
      return;
    }
    if (sent.discarded) verdict.broken('S-3', `"${sent.content}" was sent after it had been discarded`);
    if (![sent.content, sent.editing, sent.former].includes(message.content)) verdict.broken('S-3', `"${message.content}" was sent, the text is "${sent.content}"`);
    if (!sent.everOnServer && sent.stored === null && sent.state !== 'unknown') verdict.broken('S-4', `"${sent.content}" was sent before it was stored`);
    for (const other of all.values()) {
      const before = other.chatId === sent.chatId && other.stored !== null && sent.stored !== null && other.stored < sent.stored;
      if (before && !(forgets() && mirror.queue.has(other.id)) && !other.everOnServer && !other.discarded && !other.discarding && !sent.everOnServer) verdict.broken('S-3', `"${sent.content}" overtook "${other.content}"`);
    }
    sent.everOnServer = true;
  };

  return {
    all,
    onAttempt: (sent, life, isHeard) => {
      if (life <= sent.life) return 0;
      sent.isHeard = isHeard;
      sent.life = life;
      sent.pressed = ++presses;
      return sent.pressed;
    },
    onLost: (sent, pressed) => {
      if (pressed !== sent.pressed) return;
      sent.life = 0;
      sent.isHeard = () => false;
    },
    press: (id, chatId, content) => {
      const sent: Sent = { id, chatId, handed: false, content, editing: null, former: null, pressed: 0, life: 0, isHeard: () => false, state: 'pressed', stored: null, blind: false, discarding: false, discarded: false, everOnServer: false, exposed: false, refusedIn: null, decidedAt: null };
      all.set(id, sent);
      return sent;
    },
    decide: (sent) => {
      sent.refusedIn = null;
      sent.decidedAt = now();
    },
    onRequest: (request) => {
      if (request.kind !== 'send' && request.kind !== 'read') return;
      if (now() < pausedUntilAt) verdict.broken('#46', `a ${request.kind} ${pausedUntilAt - now()} ms before the pause that the server asked for was over`);
      if (request.kind !== 'send') return;
      const message = messageIn(request);
      const other = [...underWay].find((each) => messageIn(each).requestId === message.requestId);
      if (other) verdict.broken('S-5', `"${message.content}" was sent while "${messageIn(other).content}" was under way`);
      const sent = all.get(message.clientTempId);
      if (sent && sent.refusedIn === request.life) verdict.broken('S-6', `"${message.content}" was sent again after it had been refused`);
      underWay.add(request);
    },
    onArrival: (request) => {
      if (request.kind === 'send') arrived(messageIn(request));
    },
    onAnswer: (request, error) => {
      underWay.delete(request);
      if (error?.code === 'RATE_LIMITED' && (request.kind === 'send' || request.kind === 'read')) {
        pausedUntilAt = Math.max(pausedUntilAt, now() + (error.retryAfterMs ?? 0));
        mayPauseUntilAt = Math.max(mayPauseUntilAt, pausedUntilAt);
      }
      if (request.kind !== 'send' || !error || !PERMANENT.has(error.code)) return;
      const sent = all.get(messageIn(request).clientTempId);
      if (sent) sent.refusedIn = request.life;
    },
    onStored: (operations, blind) => {
      for (const operation of operations) {
        if (operation.type !== 'send_message') continue;
        const sent = all.get(operation.id);
        if (!sent) return verdict.broken('S-1', 'an operation under an id that nobody knows');
        sent.blind = blind;
        sent.exposed = false;
        if (sent.stored !== null) continue;
        sent.stored = ++stores;
        fresh.push({ sent, life: sent.life, pressed: sent.pressed });
      }
    },
    onDaemonDied: (life) => {
      for (const request of underWay) if (life === undefined || request.life === life) underWay.delete(request);
      pausedUntilAt = 0;
    },
    onClockJump: (byMs) => {
      pausedUntilAt = 0;
      for (const sent of all.values()) if (sent.decidedAt !== null) sent.decidedAt += byMs;
    },
    mayPauseUntilAt: () => mayPauseUntilAt,
    checkStep: () => {
      for (const { sent, life, pressed } of fresh) {
        const overtaken = [...all.values()].find((other) => other.chatId === sent.chatId && other.life === life && other.pressed < pressed && other.state === 'pressed' && other.stored === null && other.isHeard());
        if (overtaken) verdict.broken('S-3', `"${sent.content}" was stored before "${overtaken.content}", which was pressed first`);
      }
      fresh = [];
      for (const sent of all.values()) {
        const kept = sent.everOnServer || mirror.queue.has(sent.id);
        if (sent.state === 'accepted' && !kept && !sent.exposed && !sent.discarded && !sent.discarding) verdict.broken('S-4', `"${sent.content}" was accepted and is lost`);
        if (sent.state === 'refused' && sent.stored === null && sent.everOnServer) verdict.broken('S-4', `"${sent.content}" was refused and sent all the same`);
      }
    },
  };
}
