/** Files, as an application programs against them. */
import type { MediaPriority, MediaState } from '../../protocol/index.ts';
import type { Readable } from './readable.ts';

/** What is known of a file from the message that shows it, and how urgent it is. */
export interface MediaHints {
  /** The message that shows the file. */
  readonly messageId: string;
  /** Name to show to people, when it is another one. */
  readonly originalFilename?: string | null;
  /** Bytes, as the message says. */
  readonly fileSize?: number | null;
  readonly mimeType?: string | null;
  /** Order among files that wait and are not on screen. Default: `normal`. */
  readonly priority?: MediaPriority;
  /** It is in view now: it comes before all others. Default: true. */
  readonly onScreen?: boolean;
}

/** A file as a tab sees it. */
export interface MediaViewState extends MediaState {
  /** False until the daemon has answered. */
  readonly ready: boolean;
  /**
   * Object URL of the verified bytes; null until they are there. It belongs to this tab and is revoked a moment after the last reader
   * left. Its type is a picture's or `application/octet-stream`: it never runs as a page.
   */
  readonly url: string | null;
  /** Object URL of the thumbnail; null without one. */
  readonly thumbnailUrl: string | null;
}

/** A file of a chat. It is asked for while somebody subscribes, once however many tabs do. */
export interface MediaView extends Readable<MediaViewState> {
  readonly requestId: string;
  readonly filename: string;
  /** Changes how urgent it is, also while it waits. */
  hint(change: Pick<MediaHints, 'priority' | 'onScreen'>): void;
  /** Another try after `failed`, and sooner while it waits. */
  retry(): Promise<void>;
  /** Stops the download, for every tab; `failed` with `CANCELLED` until a retry. */
  cancel(): Promise<void>;
  /** A pinned file is never evicted; false lets go of it. Default: true. */
  pin(pinned?: boolean): Promise<void>;
}
