/** Inputs and answers of the calls about media. Part of the calls in `daemon-api.ts`; what the answers mean is in `media.ts`. */
import * as v from 'valibot';
import { FILENAME_MAX } from './limits.ts';
import type { CacheSize, MediaBytes, MediaState, PinnedMedia } from './media.ts';
import { Count, Uuid } from './records.ts';

/** The server's name of a file within its chat. Any text that can be asked for: it is never taken for a path. */
const Filename = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(FILENAME_MAX),
  v.check((name) => !/\p{Surrogate}/u.test(name), 'Expected well-formed text.'),
);
const file = { requestId: Uuid, filename: Filename };

/** Schema of every input. */
export const mediaCallInputs = {
  /**
   * Watches a file and asks for it. Called again by the same tab, it changes `priority` and `onScreen`, and the order of what waits with
   * them. What a tab watches ends with `unwatchMedia` or with the tab. A file that failed is not asked for again.
   */
  watchMedia: v.object({
    ...file,
    /** The message that shows the file: when it is deleted, so is the file. */
    messageId: Uuid,
    originalFilename: v.optional(v.string()),
    /** As the message says, until the server does. */
    fileSize: v.nullable(Count),
    mimeType: v.nullable(v.string()),
    priority: v.optional(v.picklist(['high', 'normal', 'low']), 'normal'),
    onScreen: v.boolean(),
  }),
  /** Nobody left who watches: a download that is under way stops, and goes on from there the next time. */
  unwatchMedia: v.object(file),
  readMedia: v.object({ ...file, thumbnail: v.optional(v.boolean(), false) }),
  /** Another try after `failed`, and sooner while it waits. */
  retryMedia: v.object(file),
  /** Stops the download for every tab and forgets what was received; the state is `failed` with `CANCELLED` until a retry. */
  cancelMedia: v.object(file),
  /** Pinned files are never evicted. Pinning asks for the file, also when no tab watches it. */
  pinMedia: v.object({ ...file, messageId: Uuid, pinned: v.boolean() }),
  pinnedMedia: v.object({}),
  cacheSize: v.object({}),
} as const;

/** Answers by call. */
export interface MediaCallOutputs {
  readonly watchMedia: MediaState;
  readonly unwatchMedia: null;
  readonly readMedia: MediaBytes;
  readonly retryMedia: null;
  readonly cancelMedia: null;
  readonly pinMedia: MediaState;
  readonly pinnedMedia: readonly PinnedMedia[];
  readonly cacheSize: CacheSize;
}
