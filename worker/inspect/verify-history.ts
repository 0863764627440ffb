/**
 * Comparing a chat's record with its rows in the store, and putting right what differs.
 *
 * Owns: that what is missing becomes a gap and is fetched again (H-1). Counting and stray rows are `store/verify-chat.ts`'s.
 */
import type { VerifyReport } from '../../protocol/index.ts';
import type { Clock } from '../env.ts';
import type { Parts } from '../parts.ts';
import { chatCommit } from '../store/chat-commits.ts';
import { chatWriteStores } from '../store/chat-writes.ts';
import { verifyChat, type StoredChat } from '../store/verify-chat.ts';
import { metaOf } from '../sync/chat-model.ts';
import { heldSet, loseRows } from '../sync/history.ts';
import { contains, difference, ofValues, size } from '../sync/ranges.ts';

/** Verifies a chat, in its turn. Rejects with `STORAGE_FAILED`. */
export const verifyHistory = ({ book, committer }: Pick<Parts, 'book' | 'committer'>, clock: Clock, requestId: string): Promise<VerifyReport> =>
  book.turn(requestId, async () => {
    await committer.flush();
    const model = book.open(requestId);
    const held = heldSet(model.history);
    const now = clock.now();
    let found: StoredChat = { sequences: [], countersWrong: false };
    await committer.add({
      stores: chatWriteStores,
      rows: 1,
      requestId,
      durability: 'strict',
      work: async (tx) => void (found = await verifyChat(tx, requestId, (sequence) => contains(held, sequence), now)),
    });
    const stored = ofValues(found.sequences);
    const missing = difference(held, stored);
    if (missing.length > 0) {
      const lost = { ...model, history: loseRows(model.history, missing), rows: model.rows.filter((row) => !contains(missing, row.sequenceNumber)) };
      const meta = metaOf(lost, now);
      book.replace({ ...lost, meta });
      // Stored soon; until then the rows are found missing again.
      committer.add(chatCommit({ requestId, upserts: [], deletions: [], meta, now, confirmed: [] })).catch(() => undefined);
    }
    return { rows: found.sequences.length, missing: size(missing), stray: size(difference(stored, held)), countersWrong: found.countersWrong };
  });
