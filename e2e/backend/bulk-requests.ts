/**
 * Whole requests at once, messages and read marks included: seeding and importing write thousands of messages in a few statements.
 *
 * Owns: that what is written so obeys the same counters as what is sent one by one. Nobody is told: the server is not open yet.
 */
import { randomUUID } from 'node:crypto';
import { storable, type BulkMessage } from './bulk.ts';
import type { Queries } from './database.ts';

/** One request to be written. */
export interface BulkRequest {
  /** Of an imported conversation: written once for ever. */
  readonly externalId: string | null;
  readonly subject: string;
  readonly statusId: number;
  readonly priority: string | null;
  readonly requesterId: string;
  readonly technicianId: string;
  /** At least one, ascending by time. */
  readonly messages: readonly BulkMessage[];
  /** How far these users have read. */
  readonly reads: readonly { readonly userId: string; readonly upTo: number }[];
}

/** One statement is one round trip, and one snapshot: a request is there with all that belongs to it, or not at all. */
const STATEMENT = `
  with given as (select value as r from jsonb_array_elements($1::text::jsonb)),
  made as (
    insert into requests (id, external_id, subject, status_id, priority, requester_id, technician_id, head_sequence, revision,
      last_message_at, last_message_preview, created_at)
    select (r->>'id')::uuid, r->>'externalId', r->>'subject', (r->>'statusId')::int, r->>'priority', (r->>'requesterId')::uuid,
      (r->>'technicianId')::uuid, jsonb_array_length(r->'messages'), jsonb_array_length(r->'messages'),
      (r->'messages'->-1->>'at')::timestamptz, left(r->'messages'->-1->>'content', 120), (r->'messages'->0->>'at')::timestamptz
    from given on conflict (external_id) do nothing returning id),
  said as (
    insert into messages (request_id, sequence_number, revision, sender_id, content, created_at)
    select made.id, n, n, (message->>'senderId')::uuid, message->>'content', (message->>'at')::timestamptz
    from given join made on made.id = (r->>'id')::uuid, jsonb_array_elements(r->'messages') with ordinality as messages(message, n)),
  marked as (
    insert into reads (user_id, request_id, last_read_sequence)
    select (mark->>'userId')::uuid, made.id, (mark->>'upTo')::int
    from given join made on made.id = (r->>'id')::uuid, jsonb_array_elements(r->'reads') as marks(mark))
  select id from made`;

/** Writes requests, in a transaction of the caller's. Those whose `externalId` is known are left alone. Answers how many are new. */
export async function bulkRequests(tx: Queries, requests: readonly BulkRequest[]): Promise<number> {
  const rows = requests.map((request) => ({
    ...request,
    id: randomUUID(),
    subject: storable(request.subject),
    messages: request.messages.map((message) => ({ ...message, content: storable(message.content) })),
  }));
  return (await tx.query(STATEMENT, [JSON.stringify(rows)])).length;
}
