/**
 * Requests as one user sees them.
 *
 * Owns: the list's cursor, making and changing requests.
 */
import type { ServerTicket, TicketsPage } from '../../protocol/index.ts';
import { mayAccess, requestFor } from './access.ts';
import type { Database, Queries } from './database.ts';
import { appendMessage } from './messages.ts';
import { notify } from './notify.ts';
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

/** Tickets of a user; `$1` is the user, `where` may use more parameters and the tables `r` and `rd`. */
async function selectTickets(db: Queries, reader: Person, where: string, parameters: readonly unknown[]): Promise<ServerTicket[]> {
  const rows = await db.query<TicketRow>(
    `select json_build_object(
       'id', r.id, 'subject', r.subject, 'statusId', r.status_id, 'priority', r.priority,
       'requesterId', r.requester_id, 'requester', ${personJson('q')}, 'technicianId', r.technician_id, 'technician', ${personJson('t')},
       'headSequence', r.head_sequence, 'lastMessagePreview', r.last_message_preview,
       'unreadCount', (select count(*) from messages m where m.request_id = r.id and m.sequence_number > coalesce(rd.last_read_sequence, 0)
          and m.sender_id <> $1 and (${reader.isTechnician ? 'true' : 'not m.is_internal'})),
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

/**
 * Tickets changed since a cursor. The cursor is a transaction id below which everything had ended when it was given, so that a change that
 * commits late is told all the same; some tickets are told twice.
 */
export async function listTickets(database: Database, reader: Person, since: string | null): Promise<TicketsPage> {
  if (since !== null && !/^\d{1,20}$/.test(since)) throw new Problem('invalid', 'since is not a cursor of this server.');
  return database.transaction('snapshot', async (tx) => {
    const [{ cursor }] = (await tx.query<{ cursor: string }>(`select pg_snapshot_xmin(pg_current_snapshot())::text as cursor`)) as [{ cursor: string }];
    if (since === null) return { tickets: await selectTickets(tx, reader, 'true', []), removed: [], cursor };
    const tickets = await selectTickets(tx, reader, `r.changed_xid >= $2::text::xid8 or rd.changed_xid >= $2::text::xid8`, [since]);
    const gone = reader.isTechnician
      ? []
      : await tx.query<{ id: string }>(
          `select a.request_id as id from access_changes a join requests r on r.id = a.request_id
           where a.user_id = $1 and a.changed_xid >= $2::text::xid8 and r.requester_id <> $1`,
          [reader.id, since],
        );
    return { tickets, removed: gone.map((row) => row.id), cursor };
  });
}

/** Opens a request with its first message. */
export async function createRequest(database: Database, author: Person, subject: string, content: string): Promise<ServerTicket> {
  return database.transaction('write', async (tx) => {
    const [row] = await tx.query<{ id: string }>('insert into requests (subject, requester_id, technician_id) values ($1, $2, $3) returning id', [
      subject,
      author.id,
      author.isTechnician ? author.id : null,
    ]);
    const { id } = row as { id: string };
    await appendMessage(tx, author, { requestId: id, content });
    return (await ticketFor(tx, author, id)) as ServerTicket;
  });
}

/** Changes status or technician; technicians only. The change moves the chat's revision, so that every cursor sees it. */
export async function patchRequest(database: Database, reader: Person, requestId: string, change: { statusId?: number | undefined; technicianId?: string | null | undefined }): Promise<ServerTicket> {
  if (!reader.isTechnician) throw new Problem('forbidden', 'Only technicians change tickets.');
  return database.transaction('write', async (tx) => {
    const { revision } = await requestFor(tx, reader, requestId, true);
    if (change.technicianId) {
      const [technician] = await tx.query('select 1 from users where id = $1 and is_technician', [change.technicianId]);
      if (!technician) throw new Problem('invalid', 'technicianId names no technician.');
    }
    await tx.query(
      `update requests set status_id = coalesce($2, status_id), technician_id = case when $3 then $4::uuid else technician_id end,
       revision = revision + 1, updated_at = now(), changed_xid = pg_current_xact_id() where id = $1`,
      [requestId, change.statusId ?? null, change.technicianId !== undefined, change.technicianId ?? null],
    );
    await notify(tx, { kind: 'change', requestId, revision: revision + 1 });
    return (await ticketFor(tx, reader, requestId)) as ServerTicket;
  });
}
