/**
 * A recording of the flight recorder: what one daemon was asked and told lately, and what it held at the end, one line each.
 *
 * Owns: the shapes. Texts, names and tokens are replaced by placeholders, the same for the same (`text 3`, `person 2`); ids, sequences,
 * revisions and times are as they were. `npm run sim -- --replay FILE` reads it; recordings of one daemon after another may be put into one
 * file.
 */

/** Format that is written; another number is another format. */
export const FLIGHT_FORMAT = 1;

/** A message without its text. */
export interface FlightRow {
  readonly seq: number;
  readonly id: string;
  readonly revision: number;
  /** A placeholder; empty for a row that breaks the rules. */
  readonly text: string;
  /** `me`, `person N`; null: nobody any more. */
  readonly from: string | null;
  readonly edited: boolean;
  readonly clientTempId?: string;
}

/** A message that is gone. */
export interface FlightGone {
  readonly gone: number;
  readonly revision: number;
}

/** An answer of the server, by the kind of the request. */
export interface FlightAnswer {
  readonly revision?: number | null;
  readonly head?: number;
  /** Of a page: what is not in it between its first and its last row is not there. */
  readonly complete?: boolean;
  readonly rows?: readonly (FlightRow | FlightGone)[];
  readonly removed?: readonly string[];
}

/** One line. `at` is by the daemon's clock, in Unix milliseconds; `tab` names a tab within the recording. */
export type FlightLine =
  | { readonly t: 'flight'; readonly format: number; readonly at: number; readonly exportedAt: number; readonly epoch: string; readonly buildId: string; readonly outboxLimit: number }
  | { readonly t: 'call'; readonly at: number; readonly tab: string; readonly call: string; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly t: 'failed'; readonly at: number; readonly call: string; readonly code: string }
  | { readonly t: 'left'; readonly at: number; readonly tab: string }
  | { readonly t: 'ask'; readonly at: number; readonly ask: number; readonly kind: string; readonly detail: Readonly<Record<string, unknown>> }
  | { readonly t: 'answer'; readonly at: number; readonly ask: number; readonly code: string | null; readonly retryAfterMs?: number; readonly answer: FlightAnswer | null }
  | { readonly t: 'push'; readonly at: number; readonly type: string; readonly requestId?: string; readonly revision?: number; readonly previousRevision?: number; readonly head?: number; readonly row?: FlightRow | FlightGone; readonly lastRead?: number }
  | { readonly t: 'link'; readonly at: number; readonly up: boolean; readonly code?: string }
  | { readonly t: 'log'; readonly at: number; readonly level: string; readonly event: string }
  | {
      readonly t: 'chat';
      readonly requestId: string;
      readonly floor: number;
      readonly watermark: number;
      readonly revision: number | null;
      readonly gaps: readonly { readonly startSeq: number; readonly endSeq: number }[];
      readonly unverified: readonly { readonly startSeq: number; readonly endSeq: number }[];
      readonly voids: readonly { readonly startSeq: number; readonly endSeq: number }[];
      /** The newest ones, ascending; those that are not confirmed are operations. */
      readonly rows: readonly FlightRow[];
    }
  | { readonly t: 'operation'; readonly id: string; readonly requestId: string; readonly type: string; readonly status: string; readonly text: string | null };
