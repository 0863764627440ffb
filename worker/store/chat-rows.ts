/**
 * Finding the stored rows that a batch concerns, with few requests.
 *
 * Owns: how sequences are grouped into ranges and when ids are looked up. Does not know what is done with the rows.
 */
import type { CachedMessage } from '../../protocol/index.ts';
import type { RowChanges } from './merge-rows.ts';
import type { ReadTransaction } from './store.ts';

/** Sequences this far apart are still read in one range: a few rows too many cost less than a request. */
const RANGE_HOLE = 16;

/**
 * Up to this many upserts, each id is looked up, so that a row which is held at another sequence, or in another chat, is found.
 * A get per row costs a quarter of storing it, so larger batches are checked by counting the chat instead (`chat-writes.ts`). That
 * does not see an id which another chat holds: there, the other chat's counters stay too high until a large batch of its own.
 */
export const ID_LOOKUPS_MAX = 64;

/** The stored rows at a batch's sequences and with its ids, each once. */
export async function readConcerned(tx: ReadTransaction, changes: RowChanges): Promise<CachedMessage[]> {
  const { requestId, upserts, deletions, removeIds = [] } = changes;
  const sequences = [...upserts, ...deletions].map(({ sequenceNumber }) => sequenceNumber);
  const ids = upserts.length > ID_LOOKUPS_MAX ? removeIds : [...removeIds, ...upserts.map(({ id }) => id)];
  const [ranges, byId] = await Promise.all([
    Promise.all(
      groupSequences(sequences).map(([first, last]) =>
        tx.getAll('messages', { index: 'by_request_sequence', bounds: { lower: [requestId, first], upper: [requestId, last] } }),
      ),
    ),
    Promise.all([...new Set(ids)].map((id) => tx.get('messages', id))),
  ]);
  const rows = new Map<string, CachedMessage>();
  for (const row of [...ranges.flat(), ...byId]) if (row) rows.set(row.id, row);
  return [...rows.values()];
}

/** Closed ranges that cover the sequences. */
function groupSequences(sequences: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const sequence of sequences.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && sequence - last[1] <= RANGE_HOLE) last[1] = sequence;
    else ranges.push([sequence, sequence]);
  }
  return ranges;
}
