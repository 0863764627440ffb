/**
 * Is the daemon attached to its server, and since when?
 *
 * Owns: the number of the attachment, so that whoever began a delta can tell whether frames may have been missed meanwhile. A
 * backend without a push link is attached as long as some tab is online; then only polling keeps chats current.
 */

/** The condition of the link. */
export interface LinkStatus {
  attached(): boolean;
  /** Counts up at every attachment and every loss of frames. */
  attachment(): number;
}
