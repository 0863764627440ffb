/**
 * How a tab gets a line to a daemon that runs in another tab's dedicated worker.
 *
 * Owns: the messages of the lobby and of a line's two ends, beside calls and frames. A tab opens a channel of its own, asks for it in the
 * lobby, and uses it once the worker has said that it listens there: what is posted on a channel before is heard by nobody.
 */

/** What is said in the lobby. */
export type LobbyMessage =
  /** A tab wants a line: it listens on the channel of that name and holds the lock of that name. */
  | { readonly t: 'join'; readonly line: string }
  /** A worker has come up; who still waits asks again. `life` is random, another one for each worker. */
  | { readonly t: 'here'; readonly life: string };

/** What is said on a line itself. Objects without an id, so calls pass over them; frames are strings. */
export type LineMessage =
  /** The worker listens from now on. */
  | { readonly t: 'open'; readonly life: string }
  /** The tab has no use for the line any more. */
  | { readonly t: 'close' };
