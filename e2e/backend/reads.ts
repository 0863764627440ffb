/** Read marks: one per user and chat, monotone. */
import type { ReadState } from '../../protocol/index.ts';
import { requestFor } from './access.ts';
import type { Database, Queries } from './database.ts';
import { visibleTo } from './message-rows.ts';
import { notify } from './notify.ts';
import type { Person } from './people.ts';

/** Moves a mark up; a lower one changes nothing. Answers whether it moved. */
export async function moveMark(tx: Queries, reader: Pick<Person, 'id'>, requestId: string, upToSequence: number): Promise<boolean> {
  const moved = await tx.query(
    `insert into reads (user_id, request_id, last_read_sequence) values ($1, $2, $3)
     on conflict (user_id, request_id) do update set last_read_sequence = excluded.last_read_sequence, changed_xid = pg_current_xact_id()
     where reads.last_read_sequence < excluded.last_read_sequence returning 1`,
    [reader.id, requestId, upToSequence],
  );
  return moved.length > 0;
}

/** A user's mark in a chat; 0 when nothing was read. */
export async function markOf(db: Queries, reader: Pick<Person, 'id'>, requestId: string): Promise<number> {
  const [row] = await db.query<{ last_read_sequence: number }>('select last_read_sequence from reads where user_id = $1 and request_id = $2', [reader.id, requestId]);
  return row?.last_read_sequence ?? 0;
}

/** Mark and unread count of a user in a chat, of one moment. */
export async function readState(db: Queries, reader: Person, requestId: string): Promise<ReadState> {
  const [row] = await db.query<Omit<ReadState, 'requestId'>>(
    `select r.revision, coalesce(rd.last_read_sequence, 0) as "lastReadSequence",
       (select count(*)::int from messages m where m.request_id = r.id and m.sequence_number > coalesce(rd.last_read_sequence, 0)
        and m.sender_id <> $2 and ${visibleTo(reader)}) as "unreadCount"
     from requests r left join reads rd on rd.request_id = r.id and rd.user_id = $2 where r.id = $1`,
    [requestId, reader.id],
  );
  return { requestId, unreadCount: row?.unreadCount ?? 0, lastReadSequence: row?.lastReadSequence ?? 0, revision: row?.revision ?? 0 };
}

/** Moves the mark, never beyond the newest message. */
export function markRead(database: Database, reader: Person, requestId: string, upToSequence: number): Promise<ReadState> {
  return database.transaction('write', async (tx) => {
    const request = await requestFor(tx, reader, requestId);
    const moved = await moveMark(tx, reader, requestId, Math.min(upToSequence, request.head_sequence));
    if (moved) await notify(tx, { kind: 'read', requestId, userId: reader.id });
    return readState(tx, reader, requestId);
  });
}
