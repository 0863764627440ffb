/**
 * Requests as one user sees them.
 *
 * Owns: the list and its cursor. Does not change anything.
 */
import type { ServerTicket, TicketsPage } from '../../protocol/index.ts';
import { mayAccess } from './access.ts';
import type { Database, Queries } from './database.ts';
import { visibleTo } from './message-rows.ts';
import type { Person } from './people.ts';
import { Problem } from './problem.ts';

interface TicketRow {
  readonly ticket: Omit<ServerTicket, 'createdAt' | 'updatedAt' | 'lastMessageAt'>;
  readonly created_at: Date;
  readonly updated_at: Date | null;
  readonly last_message_at: Date | null;
}

const personJson = (alias: string): string =>
  `case when ${alias}.id is null then null else json_build_object('id', ${alias}.id, 'username', ${alias}.username, 'fullName', ${alias}.full_name, 'isTechnician', ${alias}.is_technician) end`;

/** Tickets of a user; `$1` is the user, `where` may use more parameters and the table `r`. */
async function selectTickets(db: Queries, reader: Person, where: string, parameters: readonly unknown[]): Promise<ServerTicket[]> {
  const rows = await db.query<TicketRow>(
    `select json_build_object(
       'id', r.id, 'subject', r.subject, 'statusId', r.status_id, 'priority', r.priority,
       'requesterId', r.requester_id, 'requester', ${personJson('q')}, 'technicianId', r.technician_id, 'technician', ${personJson('t')},
       'headSequence', r.head_sequence, 'lastMessagePreview', r.last_message_preview,
       'unreadCount', (select count(*) from messages m where m.request_id = r.id and m.sequence_number > coalesce(rd.last_read_sequence, 0)
          and m.sender_id <> $1 and ${visibleTo(reader)}),
       'lastReadSequence', coalesce(rd.last_read_sequence, 0), 'revision', r.revision) as ticket,
       r.created_at, r.updated_at, r.last_message_at
     from requests r left join users q on q.id = r.requester_id left join users t on t.id = r.technician_id
       left join reads rd on rd.request_id = r.id and rd.user_id = $1
     where (${mayAccess(reader, '$1')}) and (${where})`,
    [reader.id, ...parameters],
  );
  return rows.map(({ ticket, created_at, updated_at, last_message_at }) => ({
    ...ticket,
    createdAt: created_at.toISOString(),
    updatedAt: updated_at?.toISOString() ?? null,
    lastMessageAt: last_message_at?.toISOString() ?? null,
  }));
}

/** One ticket as this user sees it, or undefined. */
export const ticketFor = async (db: Queries, reader: Person, requestId: string): Promise<ServerTicket | undefined> =>
  (await selectTickets(db, reader, 'r.id = $2', [requestId]))[0];

/** All tickets of a user. */
export const allTickets = (db: Queries, reader: Person): Promise<ServerTicket[]> => selectTickets(db, reader, 'true', []);

/** Requests whose access changed for this user, and which he may not see now. `since`: a cursor. */
export async function lostTickets(db: Queries, reader: Person, since = '0'): Promise<string[]> {
  if (reader.isTechnician) return [];
  const rows = await db.query<{ id: string }>(
    `select a.request_id as id from access_changes a join requests r on r.id = a.request_id
     where a.user_id = $1 and a.changed_xid >= $2::text::xid8 and not (${mayAccess(reader, '$1')})`,
    [reader.id, since],
  );
  return rows.map((row) => row.id);
}

const CHANGED_SINCE = `r.id in (
  select id from requests where changed_xid >= $2::text::xid8
  union select request_id from reads where user_id = $1 and changed_xid >= $2::text::xid8
  union select request_id from access_changes where user_id = $1 and changed_xid >= $2::text::xid8)`;

/**
 * Tickets changed since a cursor. The cursor is a transaction id below which everything had ended when it was given, so that a change that
 * commits late is told all the same; some tickets are told twice. A cursor that this database cannot have given is `cursor-expired`: it
 * is another database, or one restored from a backup.
 */
export async function listTickets(database: Database, reader: Person, since: string | null): Promise<TicketsPage> {
  if (since !== null && !/^\d{1,20}$/.test(since)) throw new Problem('invalid', 'since is not a cursor of this server.');
  return database.transaction('snapshot', async (tx) => {
    const [{ cursor }] = (await tx.query<{ cursor: string }>(`select pg_snapshot_xmin(pg_current_snapshot())::text as cursor`)) as [{ cursor: string }];
    if (since === null) return { tickets: await allTickets(tx, reader), removed: [], cursor };
    if (BigInt(since) > BigInt(cursor)) throw new Problem('cursor-expired', 'That cursor was never given out.');
    return { tickets: await selectTickets(tx, reader, CHANGED_SINCE, [since]), removed: await lostTickets(tx, reader, since), cursor };
  });
}
