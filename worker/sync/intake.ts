/**
 * Rows from the server on their way in: the validation rules of the data model, row by row.
 *
 * Owns: turning a server's message into a row of the cache, or into the reason why it is not stored. A bad row costs only
 * itself. Pure.
 */
import { ServerMessage, SequenceNumber, type CachedMessage } from '../../protocol/index.ts';
import * as v from 'valibot';
import { complaint } from '../complaint.ts';

/** A row that was refused. `sequenceNumber` 0: not even that could be read. */
export interface RejectedRow {
  readonly sequenceNumber: number;
  readonly revision: number;
  readonly reason: string;
}

/** Valid rows, and those that were refused. */
export interface Intake {
  readonly rows: readonly CachedMessage[];
  readonly rejected: readonly RejectedRow[];
}

/** Checks rows of one chat. `revision` stands in for that of a refused row that names none. */
export function takeIn(raw: readonly unknown[], requestId: string, revision: number, now: number): Intake {
  const rows: CachedMessage[] = [];
  const rejected: RejectedRow[] = [];
  for (const candidate of raw) {
    const result = v.safeParse(ServerMessage, candidate);
    if (result.success && result.output.requestId === requestId) rows.push(toRow(result.output, now));
    else {
      const sequence = v.safeParse(SequenceNumber, (candidate as { sequenceNumber?: unknown } | null)?.sequenceNumber);
      const named = v.safeParse(SequenceNumber, (candidate as { revision?: unknown } | null)?.revision);
      rejected.push({
        sequenceNumber: sequence.success ? sequence.output : 0,
        revision: named.success ? named.output : revision,
        reason: result.success ? 'row of another chat' : complaint(result.issues),
      });
    }
  }
  return { rows, rejected };
}

/** A server's message as a confirmed row. */
export function toRow({ revision, ...message }: v.InferOutput<typeof ServerMessage>, now: number): CachedMessage {
  return { ...message, status: 'sent', _cachedAt: now, _syncVersion: 0, _revision: revision };
}
