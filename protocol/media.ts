/**
 * Media: what a tab sees of an attached file, and how its state reaches it.
 *
 * Owns: shapes and the names of files. A tab watches a file; whoever watches it gets its state now and a frame with every change. Bytes
 * are asked for when the state says that they are there; they cross the port as a `Blob`, and object URLs are the tab's own. The inputs of
 * the calls are in `media-calls.ts`. Free of schemas, so that the tab's first bundle stays small.
 */
import type { WireError } from './errors.ts';

/** Order among files that wait and are not on screen. Those on screen come before all others. */
export type MediaPriority = 'high' | 'normal' | 'low';

/**
 * What is known of a file.
 *
 * - `idle`: not held, and nobody asked for it (only answered by calls that do not ask for it, such as `pinMedia`).
 * - `queued`: waits for a free place, for the network, or for its next attempt; then `error` tells why the last one failed.
 * - `downloading`: `progress` moves.
 * - `completed`: verified bytes are there: `readMedia` gives them.
 * - `failed`: given up until a person retries; `error` tells why.
 */
export interface MediaState {
  readonly status: 'idle' | 'queued' | 'downloading' | 'completed' | 'failed';
  /** Whole per cent, 0 to 100. */
  readonly progress: number;
  /** A small picture is there: `readMedia` with `thumbnail` gives it, also when the file itself is not held. */
  readonly thumbnail: boolean;
  /** A type that may be shown (see {@link shownType}); everything else is `application/octet-stream`: a download, never a page. */
  readonly mimeType: string;
  /** Bytes; null while nobody has told. */
  readonly fileSize: number | null;
  readonly pinned: boolean;
  /** The file did not fit into the budget: it is held in memory for those who watch it now, and stored nowhere. */
  readonly passedThrough: boolean;
  readonly error: MediaError | null;
}

/** Why a file could not be had. */
export interface MediaError extends Pick<WireError, 'code' | 'message'> {
  /** A later attempt, without any change, may succeed. */
  readonly retryable: boolean;
}

/** The state of a file changed. Goes to the tabs that watch it, and to no other. */
export interface MediaFrame {
  readonly t: 'media';
  /** See {@link mediaId}. */
  readonly id: string;
  readonly state: MediaState;
}

/** Answer to `readMedia`. Null: not there (any more); the state that follows says what is done about it. */
export interface MediaBytes {
  /** Its `type` is a shown type or `application/octet-stream`. */
  readonly blob: Blob | null;
}

/** Answer to `cacheSize`: what stored media takes up, as the data model's settings page shows it. */
export interface CacheSize {
  /** Files, thumbnails and parts of files not complete yet, in bytes. */
  readonly totalBytes: number;
  readonly limitBytes: number;
  /** Whole per cent, rounded down; 100 for a limit of 0. */
  readonly usagePercent: number;
}

/** A pinned file, in the answer to `pinnedMedia`. */
export interface PinnedMedia {
  readonly requestId: string;
  readonly messageId: string;
  readonly filename: string;
  readonly originalFilename: string | null;
  readonly mimeType: string;
  readonly fileSize: number;
  /** False: it is still to be fetched. */
  readonly held: boolean;
}

/** Counters of media in one life of the daemon. */
export interface MediaStats {
  /** Requests for files or rests of files, repeated ones included. */
  readonly requests: number;
  /** Downloads that went on from what was held. */
  readonly resumed: number;
  /** Files verified and stored. */
  readonly completed: number;
  readonly failed: number;
  /** Files too large for the budget, or for what of it is not pinned. */
  readonly passedThrough: number;
  /** Bytes received. */
  readonly receivedBytes: number;
  readonly evictedFiles: number;
  readonly evictedBytes: number;
}

/** Primary key of a file's record (data model, section 3). Chats are UUIDs, so two files never share one. */
export const mediaId = (requestId: string, filename: string): string => `${requestId}:${filename}`;

/** The type of everything that is not shown. */
export const OCTETS = 'application/octet-stream';

/** Pictures that every browser decodes and that cannot carry script. SVG is not among them: it is a document. */
const SHOWN_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);

/** The type a file is given to a page with: the one that the server names when it is on the list, else octets. Contents are never looked at. */
export function shownType(named: string | null): string {
  const type = (named ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return SHOWN_TYPES.has(type) ? type : OCTETS;
}
