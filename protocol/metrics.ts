/**
 * The timings that a client takes: their names, which stay, and what each one spans. The README's table is this one.
 *
 * Owns: the names and the words. A name is never given another meaning; a new one may be added in any version.
 */

/** Every name with what it spans. */
export const METRICS = {
  'tabcached:connect': 'from `connect()` until the first daemon has answered',
  'tabcached:open-cache': 'from opening a chat until its messages are in the view, when the cache held some',
  'tabcached:open-network': 'the same, when nothing was held and the server had to be asked',
  'tabcached:sync': 'from the moment a chat on screen is being synchronised until it is up to date (`ok: false`: it failed)',
  'tabcached:page': 'an older or newer page, or the page of a gap',
  'tabcached:send-stored': 'from `send` until the message is stored in the outbox (`ok: false`: it was refused, the caller keeps the text)',
  'tabcached:send-confirmed': 'from `send` until the server’s own copy is in the view; not taken when the chat is left before',
  'tabcached:media-cache': 'from watching a file until its bytes are in the tab, when the cache held them',
  'tabcached:media-network': 'the same, when it had to be downloaded (`ok: false`: the download failed)',
} as const;

/** Name of a timing. */
export type MetricName = keyof typeof METRICS;

/** One timing. Holds no message text, no file name, no token. */
export interface Metric {
  readonly name: MetricName;
  /** On the page's own clock, as `performance.now()` tells it. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** The chat; null when it is about none. */
  readonly requestId: string | null;
  /** False when what was timed ended in a failure. */
  readonly ok: boolean;
}
