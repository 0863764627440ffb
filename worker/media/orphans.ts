/**
 * Files whose message is gone.
 *
 * Owns: which those are. A file belongs to its chat as long as the message that it was asked for is held, or another one that names it: an
 * own message gets another id when the server has confirmed it. A message that was evicted looks like one that was deleted, so a pinned file
 * goes only when its message is known to be deleted: it was named, or the chat is held from its beginning.
 */
import type { CachedMessage } from '../../protocol/index.ts';
import type { ReadTransaction } from '../store/store.ts';
import type { MediaRecord } from './media-store.ts';

/** Messages read at once. */
const SLICE = 500;

const names = (row: CachedMessage): readonly (string | null)[] => [row.fileName, row.screenshotFileName];

/** Is it the message that a file was asked for, or one that names it? */
export const showsFile = (row: CachedMessage, { messageId, filename }: Pick<MediaRecord, 'messageId' | 'filename'>): boolean =>
  row.id === messageId || names(row).includes(filename);

/** Records without a message; `deleted` names messages that are. The transaction needs `messages` and `chat_meta`. */
export async function orphansOf(tx: ReadTransaction, records: readonly MediaRecord[], deleted: ReadonlySet<string>): Promise<MediaRecord[]> {
  const rows = await Promise.all(records.map((record) => tx.get('messages', record.messageId)));
  const orphans = records.filter((record, at) => rows[at]?.requestId !== record.requestId);
  const named = new Map<string, Set<string>>();
  const whole = new Set<string>();
  for (const requestId of new Set(orphans.map((record) => record.requestId))) {
    named.set(requestId, await filesOf(tx, requestId));
    if ((await tx.get('chat_meta', requestId))?._floor === 1) whole.add(requestId);
  }
  const mayGo = (record: MediaRecord): boolean => !record.isPinned || deleted.has(record.messageId) || whole.has(record.requestId);
  return orphans.filter((record) => !named.get(record.requestId)?.has(record.filename) && mayGo(record));
}

/** Names of all files that messages of a chat show. */
async function filesOf(tx: ReadTransaction, requestId: string): Promise<Set<string>> {
  const files = new Set<string>();
  let after = 0;
  for (;;) {
    const bounds = { lower: [requestId, after], lowerOpen: true, upper: [requestId, Number.MAX_SAFE_INTEGER] };
    const slice = await tx.getAll('messages', { index: 'by_request_sequence', bounds, limit: SLICE });
    for (const row of slice) for (const name of names(row)) if (name !== null) files.add(name);
    if (slice.length < SLICE) return files;
    after = (slice.at(-1) as CachedMessage).sequenceNumber;
  }
}
