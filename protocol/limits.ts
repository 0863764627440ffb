/**
 * Every number that tabcached's behaviour depends on, in one place.
 *
 * Owns: bounds, deadlines and defaults that more than one room needs. Does not know who applies them.
 * Units are in the names: `Ms` milliseconds, `Bytes` bytes; the rest are counts.
 */

/** Major version of the tab/daemon protocol. In every lock, channel and worker name; changed when a frame's shape breaks. */
export const PROTOCOL_MAJOR = 1;

/** Version of the IndexedDB database (data model, "Database Schema Versioning"). */
export const SCHEMA_VERSION = 3;

/** Messages fetched by the first open of a chat, and by each older or newer page. */
export const PAGE_SIZE = 50;

/** Changes asked for in one delta. */
export const CHANGES_PAGE_SIZE = 500;

/** More missing messages than this and the newest page is fetched first, the rest recorded as a gap. */
export const HUGE_GAP = 300;

/** More gaps than this in one chat and the chat is fetched anew. */
export const MAX_GAPS = 10;

/** A chat not synced for longer than this (7 days) is EXPIRED. */
export const EXPIRES_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

/** How long a push frame that is not the next one may wait for its predecessor before the delta is asked for. */
export const PUSH_GRACE_MS = 250;

/** A repair that made no progress this many times is parked. */
export const STALL_LIMIT = 3;

/** Shortest and longest content of a message, in UTF-16 code units (what `String.length` counts). */
export const CONTENT_MIN = 1;
/** See {@link CONTENT_MIN}. */
export const CONTENT_MAX = 10_000;

/**
 * First sequence of messages that the server has not numbered yet. Above every real sequence, so that a pending row sorts
 * last, is unique in the index `by_request_sequence`, and can never move a watermark.
 */
export const PROVISIONAL_BASE = 2 ** 52;

/** Attempts of one outbox operation before a person has to retry it (data model, "Default: 5"). */
export const MAX_RETRIES = 5;

/** First and longest pause between attempts. The pause before attempt n is drawn from 0 to `min(longest, first * 2 ** n)`. */
export const BACKOFF_FIRST_MS = 1_000;
/** See {@link BACKOFF_FIRST_MS}. */
export const BACKOFF_LONGEST_MS = 16_000;

/** Operations that the outbox holds at most, by default. */
export const OUTBOX_LIMIT = 1_000;

/** From this share of its limit on the outbox warns. */
export const OUTBOX_WARN_SHARE = 0.8;

/** A tab acknowledges at least every this many frames. */
export const ACK_EVERY = 32;

/** Frames a tab may leave unacknowledged before the daemon stops posting and sends a snapshot later. */
export const UNACKED_LIMIT = 64;

/** Deadline of a call from a tab to the daemon, unless the call names its own. */
export const CALL_DEADLINE_MS = 10_000;

/** Rows of one write transaction at most; larger ones block readers. */
export const COMMIT_ROWS_MAX = 500;

/** How long server changes are collected before they are written together. */
export const COMMIT_DELAY_MS = 5;

/** Default media budget of a browser. */
export const BROWSER_BUDGET_BYTES = 100 * 1024 * 1024;

/** Default media budget where media are files. */
export const FILES_BUDGET_BYTES = 500 * 1024 * 1024;

/** Default budget of messages: more than a million of ordinary length. Where the browser's quota is smaller, that counts. */
export const MESSAGE_BUDGET_BYTES = 1024 * 1024 * 1024;

/** Downloads of media at the same time. */
export const MEDIA_SLOTS = 3;

/** Longest name of a file, in UTF-16 code units; names on disk are made from it and are shorter. */
export const FILENAME_MAX = 1_000;

/** Attempts of one download before a person has to retry it. */
export const MEDIA_ATTEMPTS = 5;

/** What a download has received and not stored yet, at most: it is stored in parts of this size, so that a killed daemon can go on from there. */
export const MEDIA_PART_BYTES = 1024 * 1024;

/** Shortest time between two frames that only tell of progress, for each file. */
export const MEDIA_PROGRESS_MS = 100;

/** Longest side of a thumbnail, in pixels: twice what a list shows, for dense screens. */
export const THUMBNAIL_PX = 480;
