/**
 * The promises about daemons and their storage: who writes, how often storage is opened, that nobody who gave way goes on, and what is
 * left after a wipe.
 *
 * Owns: these checks. Written from SPEC.md, chapters 2 to 4, without the code under test.
 */
import type { SimWorker } from './host-workers.ts';
import type { Verdict } from './violation.ts';

/** See the head of the file. */
export interface HostCheck {
  onOpen(number: number, worker: SimWorker | undefined): void;
  onClaimed(number: number, generation: number): void;
  onWrote(number: number, generation: number): void;
  onEmptied(): void;
  onWoken(number: number): void;
  /** The server has named the user to a daemon. */
  onWelcome(number: number): void;
  onRequest(number: number, kind: string): void;
  /** Something happened that may cost that many opens more. */
  excuse(opens: number): void;
  /** Somebody else's daemon took the right to write, that long after it had begun; the one before it was awake. */
  onHandOver(number: number, tookMs: number): void;
  /** An older daemon took the right to write from one that was started in its place. */
  onTakenBack(number: number, from: number): void;
  /** Storage is not well for that long: giving way may take its time. */
  unwell(forMs: number): void;
  onSignedOut(): void;
  /** A tab was shown a chat. */
  onShown(): void;
}

const MINUTE_MS = 60_000;
/** One worker alone opens storage no more often than this in a minute: pauses grow from five seconds. */
const OPENS_A_MINUTE = 9;
/** How long a daemon may take to notice that another has the right to write. */
const NOTICED_MS = 1_000;
/** Who is asked to give way does so before the right to write is taken from it. */
const HANDED_OVER_WITHIN_MS = 3_000;
/** Storage that was not well may keep a daemon busy for so much longer. */
const UNWELL_MS = 40_000;

/** Nothing has happened yet. */
export function createHostCheck(verdict: Verdict, now: () => number): HostCheck {
  let highest = 0;
  let writer = 0;
  let claimedAt = 0;
  let signedOut = false;
  let wellAt = Number.NEGATIVE_INFINITY;
  const opens = new Map<SimWorker, number[]>();
  const wokenAt = new Map<number, number>();
  let excuses: number[] = [];

  return {
    onOpen: (_number, worker) => {
      if (!worker) return;
      const recent = [...(opens.get(worker) ?? []), now()].filter((at) => at > now() - MINUTE_MS);
      opens.set(worker, recent);
      excuses = excuses.filter((at) => at > now() - MINUTE_MS);
      if (recent.length > OPENS_A_MINUTE + excuses.length) verdict.broken('loop', `storage was opened ${recent.length} times within a minute by one worker`);
    },
    onClaimed: (number, generation) => {
      if (generation <= highest) verdict.broken('T-2', `daemon ${number} takes the right to write as ${generation}, which ${highest} had before`);
      highest = generation;
      if (writer !== number) claimedAt = now();
      writer = number;
    },
    onWrote: (number, generation) => {
      if (generation < highest) verdict.broken('T-2', `daemon ${number} wrote as ${generation} after ${highest} had taken the right to write`);
    },
    onEmptied: () => {
      highest = 0;
      claimedAt = now();
    },
    onWoken: (number) => void wokenAt.set(number, now()),
    onWelcome: () => void (signedOut = false),
    onRequest: (number, kind) => {
      if (number >= writer || now() - Math.max(claimedAt, wokenAt.get(number) ?? 0) <= NOTICED_MS) return;
      verdict.broken('T-2', `daemon ${number} asks the server (${kind}) after ${writer} has taken its place`);
    },
    excuse: (more) => excuses.push(...Array.from({ length: more }, now)),
    onTakenBack: (number, from) => verdict.broken('T-2', `daemon ${number} takes the right to write from ${from}, which had taken its place`),
    unwell: (forMs) => void (wellAt = Math.max(wellAt, now() + forMs + UNWELL_MS)),
    onHandOver: (number, tookMs) => {
      if (now() >= wellAt && tookMs >= HANDED_OVER_WITHIN_MS) verdict.broken('#89', `daemon ${number} had to take the right to write after ${tookMs} ms: the one before it did not give way`);
    },
    onSignedOut: () => void (signedOut = true),
    onShown: () => {
      if (signedOut) verdict.broken('T-5', 'a chat was shown after the sign-out, before the server had named the user again');
    },
  };
}
