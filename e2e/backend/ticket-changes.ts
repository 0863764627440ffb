/** Opening requests and changing them. */
import type { ServerTicket } from '../../protocol/index.ts';
import { requestFor } from './access.ts';
import type { Database } from './database.ts';
import { appendMessage } from './messages.ts';
import { notify } from './notify.ts';
import type { Person } from './people.ts';
import { Problem } from './problem.ts';
import { ticketFor } from './tickets.ts';

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
export async function patchRequest(
  database: Database,
  reader: Person,
  requestId: string,
  change: { statusId?: number | undefined; technicianId?: string | null | undefined },
): Promise<ServerTicket> {
  return database.transaction('write', async (tx) => {
    const { revision } = await requestFor(tx, reader, requestId, true);
    if (!reader.isTechnician) throw new Problem('forbidden', 'Only technicians change tickets.');
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
