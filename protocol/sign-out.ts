/**
 * Signing out: what a tab asks, what it is told, and what is kept of it in `ticket_meta`.
 *
 * Owns: shapes and keys. A sign-out keeps the user's cache, unless it is asked to wipe it.
 */
import * as v from 'valibot';
import { Count } from './records.ts';

/** Key in `ticket_meta`: the user signed out; reads wait for the push welcome that names the user, which takes it away. */
export const SIGNED_OUT_KEY = '_signedOut';
/** Key in `ticket_meta`: everything of the user is to be removed. It goes with the database, which goes last, so a wipe that was interrupted is finished. */
export const WIPING_KEY = '_wiping';

/** Schema of every input. */
export const signOutInputs = {
  signOut: v.object({
    wipe: v.boolean(),
    /** Unsent messages that a person agreed to lose. While there are more, a wipe does nothing but count. */
    confirmUnsent: Count,
  }),
} as const;

/** Answer to `signOut`. */
export interface SignOutReport {
  /** False: nothing happened, because a wipe would lose more unsent messages than were agreed to. */
  readonly signedOut: boolean;
  /** Messages that were written and not sent: kept for the next sign-in, or lost by a wipe. */
  readonly unsent: number;
  /** Chats with a text that was begun. */
  readonly drafts: number;
  /** What could not be removed (after a wipe) or marked, for a person; empty when nothing is left. A wipe is finished at the next start. */
  readonly left: readonly string[];
}

/** Answers by call. */
export interface SignOutOutputs {
  readonly signOut: SignOutReport;
}
