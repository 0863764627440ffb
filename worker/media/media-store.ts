/**
 * The port of stored media: metadata in `media_meta`, bytes in `media_blobs` (`indexeddb`) or in files (`files`). Both twins pass one
 * contract suite, `worker/testing/media-store-contract.ts`.
 *
 * Owns: the promise that metadata, bytes and counters agree after every call and after a kill in the middle of one. Does not know downloads,
 * digests, budgets or tabs: callers hash, and decide what goes. Metadata is always in the database, so every change is fenced.
 *
 * A file's bytes, by whom they count: `cache_stats.mediaSize` is what is really stored (each shared body once, thumbnails, partials);
 * `cache_stats.mediaCount` counts files whose body is held; `chat_meta.mediaSize` is the sum of `fileSize` of the chat's held files.
 *
 * Calls about one file must not overlap; calls about different files may. All reject with `STORAGE_FAILED` or `FENCED`; whatever they had
 * done until then is sound and counted, and the call can be repeated. A file is never half visible.
 */
import type { CachedMediaMeta } from '../../protocol/index.ts';

/** A file that is known. */
export type MediaRecord = CachedMediaMeta;

/** What may be changed of a record without touching bytes. Members that are undefined are taken away. */
export type MediaNotes = Partial<
  Pick<MediaRecord, 'messageId' | 'downloadStatus' | 'downloadProgress' | 'lastAccessedAt' | 'isPinned' | 'priority' | 'mimeType' | 'fileSize' | 'sha256Hash'> & {
    readonly originalFilename: string | undefined;
    readonly _error: MediaRecord['_error'] | undefined;
  }
>;

/** A body whose digest was checked by the caller. */
export interface VerifiedBody {
  /** Lowercase hex SHA-256 of the whole body; computed by the caller, whether or not the server told one. */
  readonly digest: string;
  readonly size: number;
  readonly mimeType: string;
  /** Did the server name a digest, and was it this one? Goes to `isVerified`. */
  readonly verified: boolean;
  /** What follows the stored partial, which is the beginning; without a partial, all of it. */
  readonly rest: Blob;
}

/** What a recount found. */
export interface MediaRecount {
  readonly mediaSize: number;
  readonly mediaCount: number;
  /** By `requestId`, for chats with held files. */
  readonly chats: ReadonlyMap<string, number>;
}

/** What was put right at the start. */
export interface MediaReconciled {
  /** Records whose bytes or thumbnail were gone: they are cache misses now. */
  readonly missing: number;
  /** Bytes that no record knows: they are deleted. */
  readonly orphans: number;
  /** Counters were not those of what is stored: they are corrected. */
  readonly countersWrong: boolean;
  /** Bytes that no record knows and that could not be deleted: they are still there. */
  readonly left: number;
}

/** Stored media. */
export interface MediaStore {
  readonly kind: 'indexeddb' | 'files';
  get(id: string): Promise<MediaRecord | undefined>;
  /** All records, or those of one chat. */
  list(requestId?: string): Promise<MediaRecord[]>;
  /** Stores a record that is not there yet; one that is there stays. Answers what is there afterwards. No bytes belong to a new one. */
  add(record: MediaRecord): Promise<MediaRecord>;
  /** Changes notes of a record; undefined when there is none. */
  note(id: string, notes: MediaNotes): Promise<MediaRecord | undefined>;

  /**
   * Adds to the end of a file's partial, which begins with the first append. `offset` must be its size before, else the call rejects with
   * `INVALID`. The tag is that of all parts; appending under another one rejects likewise: discard first.
   */
  append(id: string, offset: number, bytes: Blob, etag: string): Promise<MediaRecord>;
  /** The partial, whole, to be hashed again; null when there is none, or when less of it is there than the record says. */
  readPartial(id: string): Promise<Blob | null>;
  /** Deletes the partial; no error when there is none. */
  discardPartial(id: string): Promise<void>;

  /**
   * Makes a verified body visible: afterwards the record is `completed`, the partial gone. Bodies of the same digest are stored once.
   * Rejects with `INVALID` when partial and rest are not `size` bytes. Resolves once the body is visible; a partial that storage does not let go
   * then is left to {@link MediaStore.reconcile}.
   * Undefined when the record is gone: then nothing is stored.
   */
  publish(id: string, body: VerifiedBody, now: number): Promise<MediaRecord | undefined>;
  /** Stores a thumbnail beside the original, in place of one that is there. Undefined when the record is gone: then nothing is stored. */
  putThumbnail(id: string, thumbnail: Blob): Promise<MediaRecord | undefined>;
  /**
   * The bytes, with the record's type (a thumbnail's own), or null. Bytes that are gone behind our back are a miss: the record is corrected
   * before null is answered.
   */
  read(id: string, what: 'body' | 'thumbnail'): Promise<Blob | null>;

  /**
   * Frees body, partial and thumbnail and keeps the record; `pending` afterwards. Answers the bytes that were really freed: a body that
   * another file shares is not. `mayGo` is asked with the record as it is then; false: nothing goes.
   */
  evict(id: string, mayGo?: (record: MediaRecord) => boolean): Promise<number>;
  /** Removes everything of a file: body (unless shared), thumbnail, partial, record. Answers the bytes freed; 0 when it was not there. */
  remove(id: string): Promise<number>;

  /** `cache_stats.mediaSize`. */
  size(): Promise<number>;
  /** Counts what is really stored. */
  recount(): Promise<MediaRecount>;
  /** No other call that writes may be under way. Puts right what a kill, a cleaner or a person left, and bytes that could not be deleted. */
  reconcile(): Promise<MediaReconciled>;
  /** Idempotent. Does not close the database. */
  close(): void;
}
