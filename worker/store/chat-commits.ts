/**
 * Writes of chats on their way to the committer: several changes of one chat that wait together become one.
 *
 * Owns: the joining. Writing the joined change leaves the store as writing one after the other would; a chat that changes a hundred times a
 * second costs a few writes, not a hundred. Pure but for {@link chatCommit}'s work.
 */
import { chatWriteStores, writeChat, type ChatWrite } from './chat-writes.ts';
import type { Write } from './committer.ts';
import { outboxWriteStores, putOrDeleteOperations } from './outbox-rows.ts';

/** A change of a chat, and the operations that it has confirmed. */
export interface ChatCommit extends ChatWrite {
  readonly confirmed: readonly string[];
}

/** Both changes as one; `later` was made after `earlier`. */
export function joinCommits(earlier: ChatCommit, later: ChatCommit): ChatCommit {
  const replaced = new Set<number | string>([
    ...later.upserts.flatMap((row) => [row.sequenceNumber, row.id]),
    ...later.deletions.map((deletion) => deletion.sequenceNumber),
    ...(later.removeIds ?? []),
  ]);
  const restored = new Set(later.upserts.map((row) => row.sequenceNumber));
  return {
    ...later,
    upserts: [...earlier.upserts.filter((row) => !replaced.has(row.sequenceNumber) && !replaced.has(row.id)), ...later.upserts],
    deletions: [...earlier.deletions.filter((deletion) => !restored.has(deletion.sequenceNumber)), ...later.deletions],
    removeIds: [...(earlier.removeIds ?? []), ...(later.removeIds ?? [])],
    confirmed: [...earlier.confirmed, ...later.confirmed],
  };
}

/** The write of a change, which joins with others of its chat while it waits. */
export function chatCommit(commit: ChatCommit): Write {
  const confirms = commit.confirmed.length > 0;
  return {
    key: `chat ${commit.requestId}`,
    requestId: commit.requestId,
    payload: commit,
    join: (later) => chatCommit(joinCommits(commit, later.payload as ChatCommit)),
    stores: confirms ? [...chatWriteStores, ...outboxWriteStores] : chatWriteStores,
    rows: commit.upserts.length + commit.deletions.length + 1,
    durability: 'relaxed',
    work: async (tx) => {
      await writeChat(tx, commit);
      if (confirms) await putOrDeleteOperations(tx, { deletes: commit.confirmed, now: commit.now });
    },
  };
}
