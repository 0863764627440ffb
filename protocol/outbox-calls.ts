/** Calls about what waits to be sent. Their schemas load with the part of the daemon that answers them. */
import * as v from 'valibot';
import { Content, Uuid } from './records.ts';

/** Key in `ticket_meta`: messages that were discarded of late, when each was (Unix milliseconds) by its `clientTempId`. */
export const DISCARDED_KEY = '_discarded';

const operation = { operationId: Uuid };

/** Schema of every call's input. */
export const outboxInputs = {
  retry: v.object(operation),
  edit: v.object({ ...operation, content: Content }),
  discard: v.object(operation),
  /** Retries everything that has failed, in all chats. */
  retryAll: v.object({}),
  /** From now on this tab is sent `{t:'outbox'}` patches; the answer is the snapshot they follow. */
  watchOutbox: v.object({ watching: v.boolean() }),
} as const;

/** Answers by call. */
export interface OutboxOutputs {
  readonly retry: null;
  readonly edit: null;
  readonly discard: null;
  readonly retryAll: null;
  /** JSON text of an `OutboxSnapshot`; null when the tab stops watching. */
  readonly watchOutbox: string | null;
}
