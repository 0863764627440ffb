/**
 * Whole requests at once, messages and read marks included: seeding and importing write thousands of messages in a few statements.
 *
 * Owns: that what is written so obeys the same counters as what is sent one by one. Nobody is told: the server is not open yet.
 */
import { createHash, randomUUID } from 'node:crypto';
import { storable, type BulkFile, type BulkMessage } from './bulk.ts';
import type { Queries } from './database.ts';
import { isPicture } from './media.ts';

/** A message of a request, with the file that came with it. */
export interface BulkRequestMessage extends BulkMessage {
  readonly file?: BulkFile | undefined;
}

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
  readonly messages: readonly BulkRequestMessage[];
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
    insert into messages (request_id, sequence_number, revision, sender_id, content, created_at,
      is_screenshot, screenshot_file_name, file_name, file_size, file_mime_type)
    select made.id, n, n, (message->>'senderId')::uuid, message->>'content', (message->>'at')::timestamptz,
      coalesce((message->'file'->>'isPicture')::boolean, false),
      case when (message->'file'->>'isPicture')::boolean then message->'file'->>'filename' end,
      message->'file'->>'filename', (message->'file'->>'size')::int, message->'file'->>'mimeType'
    from given join made on made.id = (r->>'id')::uuid, jsonb_array_elements(r->'messages') with ordinality as messages(message, n)),
  kept as (
    insert into media (request_id, filename, bytes, size, mime_type, digest)
    select made.id, file->>'filename', decode(file->>'base64', 'base64'), (file->>'size')::int, file->>'mimeType', file->>'digest'
    from given join made on made.id = (r->>'id')::uuid, jsonb_array_elements(r->'messages') as messages(message), jsonb_extract_path(message, 'file') as file
    where file is not null),
  marked as (
    insert into reads (user_id, request_id, last_read_sequence)
    select (mark->>'userId')::uuid, made.id, (mark->>'upTo')::int
    from given join made on made.id = (r->>'id')::uuid, jsonb_array_elements(r->'reads') as marks(mark))
  select id from made`;

const fileRow = ({ filename, mimeType, bytes }: BulkFile) => ({
  filename,
  mimeType,
  size: bytes.byteLength,
  isPicture: isPicture(mimeType),
  digest: createHash('sha256').update(bytes).digest('base64'),
  base64: Buffer.from(bytes).toString('base64'),
});

/** Writes requests, in a transaction of the caller's. Those whose `externalId` is known are left alone. Answers how many are new. */
export async function bulkRequests(tx: Queries, requests: readonly BulkRequest[]): Promise<number> {
  const rows = requests.map((request) => ({
    ...request,
    id: randomUUID(),
    subject: storable(request.subject),
    messages: request.messages.map(({ file, ...message }) => ({ ...message, content: storable(message.content), ...(file ? { file: fileRow(file) } : {}) })),
  }));
  return (await tx.query(STATEMENT, [JSON.stringify(rows)])).length;
}
