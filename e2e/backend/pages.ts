/**
 * Reading a chat: pages of messages, and what changed since a revision. Everything of one answer comes from one snapshot.
 *
 * Owns: the three paging modes and their bounds, which cursors are still good. Does not know headers.
 */
import type { ChangesPage, MessagesQuery, ServerMessage } from '../../protocol/index.ts';
import { requestFor } from './access.ts';
import type { Database, Queries } from './database.ts';
import { messageColumns, toServerMessage, visibleTo, type MessageRow } from './message-rows.ts';
import type { Person } from './people.ts';
import { Problem } from './problem.ts';
import { markOf } from './reads.ts';

/** A page and what its headers say. */
export interface Page {
  readonly messages: readonly ServerMessage[];
  readonly totalCount: number;
  readonly hasMore: boolean;
  readonly hasNewer: boolean;
  readonly headSequence: number;
  readonly revision: number;
}

const MAX_SEQUENCE = 2 ** 31 - 1;

/** Inclusive bounds of what a query asks for, and the end from which it is filled. */
function boundsOf(query: MessagesQuery): { readonly low: number; readonly high: number; readonly forward: boolean } {
  const clip = (sequence: number): number => Math.min(sequence, MAX_SEQUENCE);
  switch (query.mode) {
    case 'newest':
      return { low: 1, high: MAX_SEQUENCE, forward: false };
    case 'before':
      return { low: 1, high: clip(query.sequence - 1), forward: false };
    case 'since':
      return { low: clip(query.sequence + 1), high: MAX_SEQUENCE, forward: true };
    case 'range':
      return { low: clip(query.start), high: clip(query.end), forward: true };
  }
}

const exists = async (tx: Queries, requestId: string, visible: string, low: number, high: number): Promise<boolean> =>
  (await tx.query(`select 1 from messages m where m.request_id = $1 and ${visible} and m.sequence_number between $2 and $3 limit 1`, [requestId, low, high])).length > 0;

/** A page of messages, ascending. */
export function readPage(database: Database, reader: Person, requestId: string, query: MessagesQuery): Promise<Page> {
  const { low, high, forward } = boundsOf(query);
  const visible = visibleTo(reader);
  return database.transaction('snapshot', async (tx) => {
    const request = await requestFor(tx, reader, requestId);
    const lastRead = await markOf(tx, reader, requestId);
    const rows = await tx.query<MessageRow>(
      `select ${messageColumns} from messages m join users s on s.id = m.sender_id
       where m.request_id = $1 and ${visible} and m.sequence_number between $2 and $3
       order by m.sequence_number ${forward ? 'asc' : 'desc'} limit $4`,
      [requestId, low, high, query.limit],
    );
    if (!forward) rows.reverse();
    const [counted] = await tx.query<{ count: number }>(`select count(*)::int as count from messages m where m.request_id = $1 and ${visible}`, [requestId]);
    const first = rows[0]?.sequence_number;
    const last = rows.at(-1)?.sequence_number;
    return {
      messages: rows.map((row) => toServerMessage(row, reader, lastRead)),
      totalCount: counted?.count ?? 0,
      hasMore: await exists(tx, requestId, visible, 1, (first ?? low) - 1),
      hasNewer: forward && last !== undefined && (await exists(tx, requestId, visible, last + 1, high)),
      headSequence: request.head_sequence,
      revision: request.revision,
    };
  });
}

interface DeletionRow {
  readonly id: string;
  readonly sequenceNumber: number;
  readonly revision: number;
}

/** What changed since a revision, in the order of revisions. `cursor-expired` for a cursor that cannot be served. */
export function readChanges(database: Database, reader: Person, requestId: string, since: number, limit: number): Promise<ChangesPage> {
  return database.transaction('snapshot', async (tx) => {
    const request = await requestFor(tx, reader, requestId);
    const [access] = await tx.query<{ revision: number }>('select revision from access_changes where user_id = $1 and request_id = $2', [reader.id, requestId]);
    if (since > request.revision) throw new Problem('cursor-expired', 'That revision was never given out.');
    if (since < Math.max(request.forgotten_revision, access?.revision ?? 0)) throw new Problem('cursor-expired');
    const lastRead = await markOf(tx, reader, requestId);
    const messages = await tx.query<MessageRow>(
      `select ${messageColumns} from messages m join users s on s.id = m.sender_id
       where m.request_id = $1 and ${visibleTo(reader)} and m.revision > $2 order by m.revision limit $3`,
      [requestId, since, limit + 1],
    );
    const deletions = await tx.query<DeletionRow>(
      `select m.message_id as id, m.sequence_number as "sequenceNumber", m.revision from deletions m
       where m.request_id = $1 and ${visibleTo(reader)} and m.revision > $2 order by m.revision limit $3`,
      [requestId, since, limit + 1],
    );
    const all = [
      ...messages.map((row) => ({ revision: row.revision, change: { kind: 'upsert' as const, message: toServerMessage(row, reader, lastRead) } })),
      ...deletions.map((deletion) => ({ revision: deletion.revision, change: { kind: 'delete' as const, deletion } })),
    ].sort((a, b) => a.revision - b.revision);
    const told = all.slice(0, limit);
    const hasMore = told.length < all.length;
    return { changes: told.map((entry) => entry.change), revision: hasMore ? (told.at(-1)?.revision ?? since) : request.revision, headSequence: request.head_sequence, hasMore };
  });
}
