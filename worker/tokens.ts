/**
 * The token: asked of one tab, kept in memory, given to whoever calls the server.
 *
 * Owns: one question at a time; another tab is asked when the one asked closes or has none; a rejected token is never given again. Does not
 * know what a token says.
 */
import { TabcachedError } from '../protocol/errors.ts';
import type { Timers } from './env.ts';
import type { Session } from './sessions.ts';

/** A tab that has not answered within this time is passed over; signing in again takes a person a while. */
const ANSWER_MS = 60_000;

/** What the token source is made with. */
export interface TokenSourceSetup {
  readonly timers: Timers;
  /** Tabs to ask, the best first. */
  candidates(): readonly Session[];
  ask(session: Session, requestNumber: number, rejected: string | null): void;
  /** `needed()` may have changed. */
  onNeed(needed: boolean): void;
}

/** The token source. */
export interface TokenSource {
  /** True while a tab has been asked, or none has a token. */
  needed(): boolean;
  /** Every token that tabs gave, so that it can be cut out of what leaves the daemon. */
  readonly given: ReadonlySet<string>;
  /** The token. Rejects with `UNAUTHORIZED` when no tab has one, `CANCELLED` when aborted. */
  get(rejected: string | null, signal: AbortSignal): Promise<string>;
  /** A push welcome named this daemon's user: the token that is at hand is good. */
  verify(): void;
  /** Is the token at hand the one that was verified? */
  isVerified(token: string): boolean;
  /** A tab's answer; null: it has none. */
  answer(session: Session, requestNumber: number, token: string | null): void;
  /** A tab is gone, or a new one is here. */
  left(session: Session): void;
  /** Forgets the token at hand and never takes it again: it belongs to another user. */
  refuse(): void;
}

/** Creates the source; nothing is asked before somebody needs a token. */
export function createTokenSource({ timers, candidates, ask, onNeed }: TokenSourceSetup): TokenSource {
  let token: string | null = null;
  /** The last one that was rejected, to be told to tabs, and all of them: none is ever taken again. */
  let rejectedToken: string | null = null;
  const rejectedTokens = new Set<string>();
  const allTokens = new Set<string>();
  let verified: string | null = null;
  let cancelTimer: () => void = () => undefined;
  let question: { session: Session; number: number; readonly asked: Set<Session>; readonly settle: (token: string | null) => void; readonly answer: Promise<string | null> } | null = null;
  let number = 0;
  let lacking = false;

  const need = (needed: boolean): void => {
    lacking = needed;
    onNeed(needed);
  };
  const reject = (given: string): void => {
    rejectedToken = given;
    rejectedTokens.add(given);
  };

  const askNext = (): void => {
    cancelTimer();
    if (!question) return;
    const { asked } = question;
    const next = candidates().find((session) => !asked.has(session));
    if (!next) {
      question.settle(null);
      question = null;
      return;
    }
    asked.add(next);
    question.session = next;
    question.number = ++number;
    cancelTimer = timers.after(ANSWER_MS, askNext);
    ask(next, question.number, rejectedToken);
  };

  const obtain = (): Promise<string | null> => {
    if (question) return question.answer;
    let settle!: (token: string | null) => void;
    const answer = new Promise<string | null>((resolve) => (settle = resolve));
    const [first] = candidates();
    if (!first) return Promise.resolve(null);
    question = { session: first, number: 0, asked: new Set(), settle, answer };
    need(true);
    askNext();
    return answer;
  };

  return {
    needed: () => lacking,
    given: allTokens,
    get: async (rejected, signal) => {
      if (rejected !== null && rejected === token) token = null;
      if (rejected !== null) reject(rejected);
      const found = token ?? (await obtain());
      if (signal.aborted) throw new TabcachedError('CANCELLED');
      if (found === null) throw new TabcachedError('UNAUTHORIZED', 'No tab has a valid token.');
      return found;
    },
    verify: () => {
      verified = token;
    },
    isVerified: (given) => given === verified,
    answer: (session, requestNumber, given) => {
      if (given !== null) allTokens.add(given);
      if (question?.session !== session || question.number !== requestNumber) return;
      if (given === null || rejectedTokens.has(given)) return askNext();
      cancelTimer();
      token = given;
      question.settle(given);
      question = null;
      need(false);
    },
    left: (session) => {
      if (question?.session === session) askNext();
    },
    refuse: () => {
      if (token !== null) reject(token);
      token = null;
      need(true);
    },
  };
}
