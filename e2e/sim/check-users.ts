/**
 * T-5: two people of one browser profile see, send and remove nothing of each other's; a sign-out in one tab signs out all tabs of that person.
 *
 * Owns: these checks, made at every frame, answer, request and removal. Written from SPEC.md, without the code under test.
 */
import { databaseName } from '../../protocol/names.ts';
import type { SentRequest } from './network.ts';
import type { Profile } from './profile.ts';
import type { SimTab } from './sim-tab.ts';
import type { Verdict } from './violation.ts';

/** Two people: what all of each one's chats have in their ids, what all that each writes or hears begins with, and whose tokens are whose. */
export interface Person {
  readonly userId: string;
  readonly chatMark: string;
  readonly tokenMark: string;
}

/** See the head of the file. */
export interface UsersCheck {
  /** A daemon of that person told one of that person's tabs something. `isBehind`: it hung while others went on, and has not noticed that it is over. */
  onText(userId: string, text: string, isBehind?: boolean): void;
  onRequest(userId: string, request: SentRequest, token: string): void;
  /** A server has welcomed a daemon of `userId` as `named`. */
  onWelcome(userId: string, named: string): void;
  /** A daemon removes a database or a cache. */
  onRemoved(userId: string, name: string): void;
  /** `partly`: something could not be noted, or removed. `others`: that person's other tabs, which were connected. */
  onSignedOut(userId: string, kind: 'kept' | 'wiped' | 'partly', others: readonly SimTab[]): void;
  /** What a person's stores hold, as text. */
  checkStored(userId: string, text: string): void;
}

/** How long a tab may take to hear that its person has signed out. */
const HEARD_WITHIN_MS = 2_000;

/** Tickets, or a message that a server has numbered. A chat of which nothing is held is no secret to who asks for it by its name, nor what he wrote since. */
const HOLDS_SOMETHING = /tickets\\?":\[\{|sequenceNumber\\?":\d{1,12}\b/;

/** Is a lock that person's daemon's? */
export const isOf = (userId: string, lock: string): boolean => (lock.includes(':daemon:') || lock.includes(':writer:')) && lock.split(':').includes(userId);

/** Nobody has done anything yet. Each person who is there has a cache beside the database. */
export function createUsersCheck(people: readonly Person[], profile: Profile, verdict: Verdict, later: (ms: number, run: () => void) => void): UsersCheck {
  const out = new Set<string>();
  // Spelled here, so that a name that has lost its user is told.
  const cacheOf = (userId: string): string => `tabcached:1:own:${userId}:pictures`;
  const strangers = (userId: string): readonly Person[] => people.filter((person) => person.userId !== userId);
  const markOf = (userId: string): string => people.find((person) => person.userId === userId)?.chatMark ?? '';

  return {
    onText: (userId, text, isBehind = false) => {
      for (const stranger of strangers(userId)) if (text.includes(stranger.chatMark)) verdict.broken('T-5', `a tab of ${userId} is told of ${stranger.userId}: ${text.slice(0, 200)}`);
      if (!isBehind && out.has(userId) && text.includes(markOf(userId)) && HOLDS_SOMETHING.test(text)) verdict.broken('T-5', `after the sign-out, and before the server has named ${userId} again, a tab is told: ${text.slice(0, 200)}`);
    },
    onRequest: (userId, request, token) => {
      for (const stranger of strangers(userId)) {
        if (token.startsWith(stranger.tokenMark)) verdict.broken('T-5', `the daemon of ${userId} asks (${request.kind}) as ${stranger.userId}`);
        if (JSON.stringify(request.detail ?? null).includes(stranger.chatMark)) verdict.broken('T-5', `the daemon of ${userId} asks for what is ${stranger.userId}'s: ${request.kind} ${JSON.stringify(request.detail)}`);
      }
    },
    onWelcome: (userId, named) => {
      if (userId !== named) return;
      out.delete(userId);
      // The page keeps something of its own again.
      profile.caches.add(cacheOf(userId));
    },
    onRemoved: (userId, name) => {
      for (const stranger of strangers(userId)) {
        const isStrange = name.startsWith(databaseName(stranger.userId)) || name.startsWith(`tabcached:1:own:${stranger.userId}:`);
        if (isStrange) verdict.broken('T-5', `${userId} signs out, and "${name}" of ${stranger.userId} is removed`);
      }
      profile.caches.delete(name);
      profile.remove(name);
    },
    onSignedOut: (userId, kind, others) => {
      const wiped = kind === 'wiped';
      if (kind === 'kept') out.add(userId);
      if (wiped) out.delete(userId);
      if (wiped && profile.exists(databaseName(userId))) verdict.broken('T-4', `everything of ${userId} was said to be removed, and the database is there`);
      if (wiped && profile.caches.has(cacheOf(userId))) verdict.broken('T-4', `everything of ${userId} was said to be removed, and a cache is there`);
      later(HEARD_WITHIN_MS, () => {
        for (const tab of others) if (tab.isAlive() && !tab.isFrozen()) verdict.broken('#97', `${userId} signed out in one tab, and another one goes on`);
      });
    },
    checkStored: (userId, text) => {
      for (const stranger of strangers(userId)) if (text.includes(stranger.chatMark)) verdict.broken('T-5', `the database of ${userId} holds something of ${stranger.userId}`);
    },
  };
}
