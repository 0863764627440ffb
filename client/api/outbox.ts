/** What waits to be sent, as an application programs against it. */
import type { OutboxOperation, OutboxPause } from '../../protocol/index.ts';
import type { Readable } from './readable.ts';

/** Messages of one chat that the server has not confirmed, in their order. */
export interface OutboxLane {
  readonly requestId: string;
  /** The first one failed: nothing behind it is sent until it is retried, edited or discarded. */
  readonly blocked: boolean;
  readonly operations: readonly OutboxOperation[];
}

/** What waits to be sent, in all chats. */
export interface OutboxState {
  /** False until the first snapshot is there. */
  readonly ready: boolean;
  /** Operations that may wait, and that do; read marks count too. */
  readonly limit: number;
  readonly count: number;
  /** `nearly-full` from 80 % of the limit on; `full`: `send` rejects with `OUTBOX_FULL`. */
  readonly warning: 'none' | 'nearly-full' | 'full';
  /** Why nothing at all is being sent; null when that is not so. */
  readonly paused: OutboxPause | null;
  /** Chats with unconfirmed messages, the one with the oldest first. */
  readonly lanes: readonly OutboxLane[];
}

/** The outbox, live while somebody subscribes. Its chats need not be open, and several tabs may press the same button. */
export interface Outbox extends Readable<OutboxState> {
  retry(operationId: string): Promise<void>;
  /** Retries everything that has failed. */
  retryAll(): Promise<void>;
  /** Rejects with `INVALID`, or `IN_FLIGHT` while the server may be acting on it. */
  edit(operationId: string, content: string): Promise<void>;
  /** Rejects with `IN_FLIGHT` while the server may be acting on it. */
  discard(operationId: string): Promise<void>;
}
