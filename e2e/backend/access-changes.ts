/**
 * Changes of who may see what: another requester for a request, another role for a person.
 *
 * Owns: that cursors from before are of no use to whom it concerns (410), that his list tells what he lost and got, and that his push link
 * hears of it. No route leads here: the reference server has no administration; tests and scripts call it.
 */
import type { Database, Queries } from './database.ts';
import { notify, notifyAll, type Notice } from './notify.ts';
import { personOf } from './people.ts';
import { Problem } from './problem.ts';

/** `where` chooses the requests `r`; `$1` is the user, more parameters follow. Their revision is what his cursors must have reached. */
const recordAccess = (tx: Queries, userId: string, where: string, parameters: readonly unknown[] = []): Promise<unknown> =>
  tx.query(
    `insert into access_changes (user_id, request_id, revision) select $1, r.id, r.revision from requests r where ${where}
     on conflict (user_id, request_id) do update set revision = excluded.revision, changed_xid = pg_current_xact_id()`,
    [userId, ...parameters],
  );

/** Gives a request to another requester; the one before sees it no more, unless he is a technician. */
export function reassignRequest(database: Database, requestId: string, requesterId: string): Promise<void> {
  return database.transaction('write', async (tx) => {
    const [request] = await tx.query<{ requester_id: string; revision: number }>('select requester_id, revision from requests where id = $1 for update', [requestId]);
    if (!request) throw new Problem('not-found', 'There is no such request.');
    if (request.requester_id === requesterId) return;
    const people = [await personOf(tx, request.requester_id), await personOf(tx, requesterId)];
    if (!people[1]) throw new Problem('invalid', 'requesterId names nobody.');
    await tx.query('update requests set requester_id = $2, revision = revision + 1, updated_at = now(), changed_xid = pg_current_xact_id() where id = $1', [
      requestId,
      requesterId,
    ]);
    // A technician sees the request before and after alike.
    for (const person of people) if (person && !person.isTechnician) await recordAccess(tx, person.id, 'r.id = $2', [requestId]);
    await notify(tx, { kind: 'change', requestId, revision: request.revision + 1 });
    if (people[0] && !people[0].isTechnician) await notify(tx, { kind: 'removed', requestId, userId: people[0].id });
  });
}

/**
 * Makes somebody a technician, or no longer. In his own requests internal notes appear or vanish, so that their revision moves; of all
 * others he gets or loses the whole, which moves nothing for anybody else.
 */
export function setRole(database: Database, userId: string, isTechnician: boolean): Promise<void> {
  return database.transaction('write', async (tx) => {
    const [changed] = await tx.query('update users set is_technician = $2 where id = $1 and is_technician <> $2 returning id', [userId, isTechnician]);
    if (!changed) return;
    const own = await tx.query<{ id: string; revision: number }>(
      `update requests set revision = revision + 1, changed_xid = pg_current_xact_id()
       where id in (select id from requests where requester_id = $1 order by id for update) returning id, revision`,
      [userId],
    );
    await recordAccess(tx, userId, 'true');
    await notifyAll(tx, [{ kind: 'role', userId }, ...own.map(({ id, revision }): Notice => ({ kind: 'change', requestId: id, revision }))]);
  });
}
