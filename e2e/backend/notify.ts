/**
 * What a change tells the other processes: ids only, because a payload ends at 8,000 bytes.
 *
 * Owns: the spelling. A notification is sent in the transaction of its change, so it arrives when that is committed and not before.
 */
import type { Queries } from './database.ts';

/** Name of the channel. */
export const CHANNEL = 'tabcached';

/** One thing that happened. `role`: a person is a technician now, or no longer. */
export type Notice =
  | { readonly kind: 'change'; readonly requestId: string; readonly revision: number }
  | { readonly kind: 'read'; readonly requestId: string; readonly userId: string }
  | { readonly kind: 'removed'; readonly requestId: string; readonly userId: string }
  | { readonly kind: 'role'; readonly userId: string };

/** Tells something, when the transaction commits. */
export const notify = (tx: Queries, notice: Notice): Promise<unknown> => tx.query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(notice)]);

/** Tells many things with one statement, in their order. */
export const notifyAll = (tx: Queries, notices: readonly Notice[]): Promise<unknown> =>
  tx.query(`select pg_notify($1, row #>> '{}') from jsonb_array_elements($2::text::jsonb) with ordinality as rows(row, n) order by n`, [
    CHANNEL,
    JSON.stringify(notices.map((notice) => JSON.stringify(notice))),
  ]);

/** The notice in a payload. */
export const parseNotice = (payload: string): Notice => JSON.parse(payload) as Notice;
