/**
 * The backend contract: what the daemon needs from a server, and the shapes that cross that boundary.
 *
 * Owns: the port {@link Backend} and the schemas of its answers. Does not know HTTP: `worker/backend` speaks it over HTTP and
 * WebSocket, a team's own `serve({ backend })` speaks whatever its server does.
 *
 * Errors: every method rejects with a `TabcachedError`; which codes mean what is listed at {@link Backend}.
 */
import * as v from 'valibot';
import { Count, MessageBody, SequenceNumber, TicketBody, Uuid } from './records.ts';

/** A message as the server sends it. `revision` is the chat's revision at this message's last change. */
export const ServerMessage = v.object({ ...MessageBody.entries, revision: Count });
/** See {@link ServerMessage}. */
export type ServerMessage = v.InferOutput<typeof ServerMessage>;

/** A ticket as the server sends it to one user: unread count and read mark are that user's. `revision` is its chat's. */
export const ServerTicket = v.object({ ...TicketBody.entries, revision: Count });
/** See {@link ServerTicket}. */
export type ServerTicket = v.InferOutput<typeof ServerTicket>;

/**
 * Tickets changed since a cursor. `removed` names tickets this user may not see any more. Rows are unchecked here: the daemon
 * checks them one by one, so that a bad one costs only itself.
 */
export const TicketsPage = v.object({ tickets: v.array(v.unknown()), removed: v.array(Uuid), cursor: v.string() });
/** See {@link TicketsPage}. */
export type TicketsPage = v.InferOutput<typeof TicketsPage>;

/** Which messages of a chat are asked for. `newest`: the last `limit`. The others name exclusive bounds, a range inclusive ones. */
export type MessagesQuery =
  | { readonly mode: 'newest'; readonly limit: number }
  | { readonly mode: 'since'; readonly sequence: number; readonly limit: number }
  | { readonly mode: 'before'; readonly sequence: number; readonly limit: number }
  | { readonly mode: 'range'; readonly start: number; readonly end: number; readonly limit: number };

/**
 * One page of messages, ascending by sequence, rows unchecked. All of it comes from one snapshot of the database.
 *
 * `hasMore`: older messages exist below the first one. `hasNewer`: newer ones exist above the last one *inside what was asked
 * for* (a `since` or `range` page that was cut by its limit). `complete` is false when the server could not vouch for the
 * page: then nothing missing from it counts as void.
 */
export interface MessagesPage {
  readonly messages: readonly unknown[];
  readonly totalCount: number;
  readonly oldestSequence: number | null;
  readonly newestSequence: number | null;
  readonly hasMore: boolean;
  readonly hasNewer: boolean;
  readonly headSequence: number;
  /** Chat revision of the snapshot, or null from a backend without revisions. */
  readonly revision: number | null;
  readonly complete: boolean;
}

/** A message's removal. `revision` is the chat's at the removal. */
export const Deletion = v.object({ id: Uuid, sequenceNumber: SequenceNumber, revision: Count });
/** See {@link Deletion}. */
export type Deletion = v.InferOutput<typeof Deletion>;

/** What changed in a chat since a revision, in the order of revisions; `hasMore` when cut by the limit. `revision`: all up to it is told. */
export const ChangesPage = v.object({
  changes: v.array(
    v.variant('kind', [
      v.object({ kind: v.literal('upsert'), message: v.unknown() }),
      v.object({ kind: v.literal('delete'), deletion: Deletion }),
    ]),
  ),
  revision: Count,
  headSequence: Count,
  hasMore: v.boolean(),
});
/** See {@link ChangesPage}. */
export type ChangesPage = v.InferOutput<typeof ChangesPage>;

/** What a user sends. */
export interface OutgoingMessage {
  readonly requestId: string;
  readonly content: string;
  readonly isScreenshot: boolean;
  readonly screenshotFileName: string | null;
  readonly clientTempId: string;
}

/** The read mark after a `markRead`; monotone. */
export const ReadState = v.object({ requestId: Uuid, unreadCount: Count, lastReadSequence: Count, revision: Count });
/** See {@link ReadState}. */
export type ReadState = v.InferOutput<typeof ReadState>;

/**
 * A frame of the push link. Every frame of a connection but `ping` is numbered (`n`); the welcome is number 1. A `ping` repeats the
 * last number, so that a missing last frame is noticed.
 *
 * - `welcome`: first frame; names the user the token belongs to.
 * - `change`: one change of one chat. `revision` and `previousRevision` chain. Without `change` it moves the chain alone: something
 *   changed that this user may not see.
 * - `ticket`: a ticket as this user sees it now. `removed`: a ticket this user may not see any more.
 * - `read`: this user's read mark moved (here or on another device); outside the revision chain.
 * - `ping`: alive. `lost`: the server dropped frames; everything has to be caught up.
 */
export const PushFrame = v.variant('type', [
  v.object({ type: v.literal('welcome'), n: Count, userId: v.string() }),
  v.object({
    type: v.literal('change'),
    n: Count,
    requestId: Uuid,
    revision: Count,
    previousRevision: Count,
    headSequence: v.optional(Count),
    change: v.optional(
      v.variant('kind', [
        v.object({ kind: v.literal('upsert'), message: v.unknown() }),
        v.object({ kind: v.literal('delete'), deletion: Deletion }),
      ]),
    ),
  }),
  v.object({ type: v.literal('ticket'), n: Count, ticket: v.unknown() }),
  v.object({ type: v.literal('removed'), n: Count, requestId: Uuid }),
  v.object({ type: v.literal('read'), n: Count, ...ReadState.entries }),
  v.object({ type: v.literal('ping'), n: Count }),
  v.object({ type: v.literal('lost'), n: Count }),
]);
/** See {@link PushFrame}. */
export type PushFrame = v.InferOutput<typeof PushFrame>;
/** The frame that carries one change of one chat. */
export type ChangeFrame = Extract<PushFrame, { type: 'change' }>;

/** What the daemon hears from its push link. Called in order; never after `close()`. */
export interface PushEvents {
  /** The server accepted the token and named its user. */
  onOpen(userId: string): void;
  /** A frame arrived. Frames that break the schema are reported through `onMalformed` instead. */
  onFrame(frame: PushFrame): void;
  /** A frame broke the schema; the link stays up and everything watched is caught up. */
  onMalformed(reason: string): void;
  /** The link is down; it reconnects by itself. `UNAUTHORIZED`: it waits for a new token. */
  onDown(code: 'OFFLINE' | 'UNAUTHORIZED'): void;
}

/** The push link, which connects at once and reconnects until closed. */
export interface PushLink {
  /** Try again now: the network came back, a tab became visible, a new token arrived. */
  wake(): void;
  close(): void;
}

/** Options that every fetching method takes. */
export interface CallOptions {
  readonly signal: AbortSignal;
}

/** Which part of a media file is asked for; see {@link Backend.media}. */
export interface MediaRange {
  readonly offset: number;
  readonly etag: string | null;
  readonly renew?: boolean;
}

/** Part of a media file. */
export interface MediaBody {
  readonly body: ReadableStream<Uint8Array>;
  /** 200 from the start, 206 from `offset`. */
  readonly offset: number;
  readonly totalBytes: number | null;
  readonly etag: string | null;
  /** Lowercase hex SHA-256 of the whole file, when the server tells it. */
  readonly digest: string | null;
  readonly mimeType: string;
}

/**
 * The server, as the daemon sees it. Optional methods are extensions: without `changes` the daemon syncs by sequence and
 * cannot see edits and deletes of old messages; without `openPush` it polls; without `findByTempId` an unknown outcome is
 * settled by sending again, which the server must then treat as idempotent.
 *
 * Error codes: `OFFLINE`, `TIMEOUT`, `SERVER_FAILED` are transient; `RATE_LIMITED` names its pause; `UNAUTHORIZED` asks a tab for a
 * token; `FORBIDDEN`, `NOT_FOUND`, `TICKET_CLOSED`, `REJECTED`, `INVALID` are permanent; `DUPLICATE` is a success of `send`;
 * `CURSOR_EXPIRED` makes the daemon fetch the chat anew.
 */
export interface Backend {
  tickets(since: string | null, options: CallOptions): Promise<TicketsPage>;
  messages(requestId: string, query: MessagesQuery, options: CallOptions): Promise<MessagesPage>;
  changes?(requestId: string, sinceRevision: number, limit: number, options: CallOptions): Promise<ChangesPage>;
  send(message: OutgoingMessage, options: CallOptions): Promise<ServerMessage>;
  findByTempId?(clientTempId: string, options: CallOptions): Promise<ServerMessage | null>;
  markRead(requestId: string, upToSequence: number, options: CallOptions): Promise<ReadState>;
  /**
   * A file, from `offset` when `etag` is still its tag, else from its beginning. `renew`: the address that was used last was refused with
   * `FORBIDDEN`; a backend that keeps signed addresses asks for a new one.
   */
  media?(requestId: string, filename: string, range: MediaRange, options: CallOptions): Promise<MediaBody>;
  openPush?(events: PushEvents): PushLink;
}
