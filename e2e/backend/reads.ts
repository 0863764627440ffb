/** Read marks: one per user and chat, monotone. */
import type { ReadState } from '../../protocol/index.ts';
import { requestFor } from './access.ts';
import type { Database, Queries } from './database.ts';
import { visibleTo } from './message-rows.ts';
import { notify } from './notify.ts';
import type { Person } from './people.ts';

/** Moves a mark up; a lower one changes nothing. */
export const moveMark = (tx: Queries, reader: Pick<Person, 'id'>, requestId: string, upToSequence: number): Promise<unknown> =>
  tx.query(
    `insert into reads (user_id, request_id, last_read_sequence) values ($1, $2, $3)
     on conflict (user_id, request_id) do update set last_read_sequence = excluded.last_read_sequence, changed_xid = pg_current_xact_id()
     where reads.last_read_sequence < excluded.last_read_sequence`,
    [reader.id, requestId, upToSequence],
  );

/** A user's mark in a chat; 0 when nothing was read. */
export async function markOf(db: Queries, reader: Pick<Person, 'id'>, requestId: string): Promise<number> {
  const [row] = await db.query<{ last_read_sequence: number }>('select last_read_sequence from reads where user_id = $1 and request_id = $2', [reader.id, requestId]);
  return row?.last_read_sequence ?? 0;
}

/** Mark and unread count of a user in a chat. */
export async function readState(db: Queries, reader: Person, requestId: string): Promise<ReadState> {
  const lastReadSequence = await markOf(db, reader, requestId);
  const [row] = await db.query<{ unread: number; revision: number }>(
    `select r.revision, (select count(*)::int from messages m where m.request_id = r.id and m.sequence_number > $3 and m.sender_id <> $2 and ${visibleTo(reader)}) as unread
     from requests r where r.id = $1`,
    [requestId, reader.id, lastReadSequence],
  );
  return { requestId, unreadCount: row?.unread ?? 0, lastReadSequence, revision: row?.revision ?? 0 };
}

/** Moves the mark, never beyond the newest message. */
export function markRead(database: Database, reader: Person, requestId: string, upToSequence: number): Promise<ReadState> {
  return database.transaction('write', async (tx) => {
    const request = await requestFor(tx, reader, requestId);
    await moveMark(tx, reader, requestId, Math.min(upToSequence, request.head_sequence));
    await notify(tx, { kind: 'read', requestId, userId: reader.id });
    return readState(tx, reader, requestId);
  });
}
