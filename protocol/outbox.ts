/**
 * The outbox as a tab sees it, across all chats: what waits, what failed, and why nothing moves.
 *
 * Owns: the shapes of snapshot and patches. Read marks count for the limit, but only messages are listed. Free of schemas, so that a
 * tab's bundle stays small.
 */
import type { CachedTicket, Sender } from './records.ts';

/** What happened to a ticket between the writing of a reply and its refusal, as far as the ticket list tells. */
export type RefusalContext =
  /** `statusId` is the ticket's now, `statusIdThen` when the reply was accepted; null: not known. `at`: the ticket's last change. */
  | { readonly kind: 'ticket-closed'; readonly statusId: number | null; readonly statusIdThen: number | null; readonly at: string | null }
  /** Another technician has the ticket now; null: nobody. */
  | { readonly kind: 'reassigned'; readonly from: Sender | null; readonly to: Sender | null; readonly at: string | null }
  /** The ticket is not visible to this user any more. */
  | { readonly kind: 'access-lost' };

/** A ticket as it was when a reply was accepted. */
export type TicketThen = Pick<CachedTicket, 'statusId' | 'technicianId' | 'technician'>;

/** A message that the server has not confirmed. */
export interface OutboxOperation {
  /** The message's `clientTempId`, for retry, edit and discard. */
  readonly operationId: string;
  readonly requestId: string;
  /** Order of acceptance, over all chats. */
  readonly order: number;
  readonly content: string;
  readonly isScreenshot: boolean;
  readonly screenshotFileName: string | null;
  /** `syncing`: an attempt is under way. `failed`: a person has to decide. */
  readonly status: 'pending' | 'syncing' | 'failed';
  /** By the daemon's clock, as {@link OutboxOperation.nextRetryAt}. */
  readonly createdAt: number;
  /** Attempts that counted. */
  readonly retryCount: number;
  /** Null: as soon as the lane and the link allow. */
  readonly nextRetryAt: number | null;
  /** Of the last attempt; null when none failed. */
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** With a failed one: what happened to its ticket meanwhile; null when nothing is known to have. */
  readonly context: RefusalContext | null;
  /** The server may have it already: it is asked first, and till then the message can be neither edited nor discarded. */
  readonly outcomeUnknown: boolean;
}

/** Why nothing at all is being sent. `until`: when it goes on by itself, in Unix milliseconds; null: not known. */
export interface OutboxPause {
  readonly reason: 'offline' | 'unauthorized' | 'rate-limited' | 'storage';
  readonly until: number | null;
}

/** What is said of the outbox as a whole. Goes with every snapshot and patch. */
export interface OutboxHead {
  /** Increases by one with every patch. */
  readonly version: number;
  /** Operations that count for the limit, read marks included. */
  readonly count: number;
  readonly limit: number;
  readonly paused: OutboxPause | null;
}

/** Answer to `watchOutbox`, as JSON text. */
export interface OutboxSnapshot extends OutboxHead {
  readonly operations: readonly OutboxOperation[];
}

/** Change of the outbox from `version - 1` to `version`. */
export interface OutboxPatch extends OutboxHead {
  readonly t: 'outbox';
  readonly upserts: readonly OutboxOperation[];
  /** Ids of operations that are confirmed or discarded. */
  readonly removals: readonly string[];
}
