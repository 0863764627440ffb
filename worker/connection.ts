/** One tab's line to the daemon, whatever carries it: a SharedWorker's port, a channel, or a test. */
import type { CallResult } from '../protocol/index.ts';

/** The daemon's end of a line. */
export interface Connection {
  /** Never rejects: errors are results. */
  call(name: string, input: unknown): Promise<CallResult<unknown>>;
  /** The line is gone; idempotent. */
  close(): void;
}

/** Opens a line. `post` carries daemon frames, as JSON text. */
export type Connect = (post: (frame: string) => void) => Connection;
