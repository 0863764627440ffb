/**
 * Many messages of a chat at once, as tests and scripts write them.
 *
 * Owns: that what is written in bulk obeys the same counters as what is sent one by one.
 */
import type { Queries } from './database.ts';
import { notifyAll, type Notice } from './notify.ts';

/** One message to be written. `at`: when it was sent. */
export interface BulkMessage {
  readonly senderId: string;
  readonly content: string;
  readonly at: Date;
}

/** A file that comes with a message. */
export interface BulkFile {
  /** Unique in its request. */
  readonly filename: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** Messages of one statement. */
const BATCH = 500;

/** A half of a surrogate pair, as careless cutting leaves it, cannot be stored; it becomes U+FFFD, as when sent one by one. */
export const storable = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** Appends messages to a request, in order, in a transaction of the caller's. With `tell`, connected clients hear of each. */
export async function bulkAppend(tx: Queries, requestId: string, messages: readonly BulkMessage[], tell = false): Promise<void> {
  for (let first = 0; first < messages.length; first += BATCH) {
    const batch = messages.slice(first, first + BATCH).map((message) => ({ ...message, content: storable(message.content) }));
    const [counters] = await tx.query<{ head: number; revision: number }>(
      `update requests set head_sequence = head_sequence + $2, revision = revision + $2, last_message_at = $3, last_message_preview = left($4, 120),
       changed_xid = pg_current_xact_id() where id = $1 returning head_sequence as head, revision`,
      [requestId, batch.length, batch.at(-1)?.at, batch.at(-1)?.content],
    );
    if (!counters) throw new Error(`There is no request ${requestId}.`);
    await tx.query(
      `insert into messages (request_id, sequence_number, revision, sender_id, content, created_at)
       select $1, $2::int + n::int, $3::int + n::int, (row->>'senderId')::uuid, row->>'content', (row->>'at')::timestamptz
       from jsonb_array_elements($4::text::jsonb) with ordinality as rows(row, n)`,
      [requestId, counters.head - batch.length, counters.revision - batch.length, JSON.stringify(batch)],
    );
    const { revision } = counters;
    if (tell) await notifyAll(tx, batch.map((_, i): Notice => ({ kind: 'change', requestId, revision: revision - batch.length + 1 + i })));
  }
}
