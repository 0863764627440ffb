/**
 * Who may see which request: a technician all, a requester his own. What somebody may not see does not exist for him: 404.
 *
 * Owns: that rule, and locking a request's row for a change.
 */
import type { Queries } from './database.ts';
import type { Person } from './people.ts';
import { Problem } from './problem.ts';

/** A ticket is closed for messages in this status. */
export const CLOSED = 4;

/** A request's row, as far as access and paging need it. */
export interface RequestRow {
  readonly id: string;
  readonly status_id: number;
  readonly requester_id: string;
  readonly head_sequence: number;
  readonly revision: number;
  readonly forgotten_revision: number;
}

/** SQL: may this user see the request `r`? `parameter` holds his id. */
export const mayAccess = (reader: Pick<Person, 'isTechnician'>, parameter: string): string => (reader.isTechnician ? 'true' : `r.requester_id = ${parameter}`);

/** The request, or `not-found` for one that this user may not see. `lock`: hold its row until the transaction ends. */
export async function requestFor(db: Queries, reader: Person, requestId: string, lock = false): Promise<RequestRow> {
  const [row] = await db.query<RequestRow>(
    `select r.id, r.status_id, r.requester_id, r.head_sequence, r.revision, r.forgotten_revision from requests r
     where r.id = $1 and (${reader.isTechnician ? '$2::uuid is not null' : mayAccess(reader, '$2')}) ${lock ? 'for update' : ''}`,
    [requestId, reader.id],
  );
  if (!row) throw new Problem('not-found', 'There is no such request.');
  return row;
}

