/**
 * The operations in memory, and their writing.
 *
 * Owns: which operations there are, in order, and that an operation and its row change in one transaction. Does not know when one is
 * tried.
 */
import type { CachedMessage, OfflineOperation } from '../../protocol/index.ts';
import type { Clock } from '../env.ts';
import { highestProvisional, readChatMeta } from '../store/chat-reads.ts';
import { chatWriteStores, emptyChat, writeChat } from '../store/chat-writes.ts';
import type { Committer } from '../store/committer.ts';
import { outboxWriteStores, putOrDeleteOperations } from '../store/outbox-rows.ts';
import type { Durability, StoreName, WriteTransaction } from '../store/store.ts';
import { laneOf } from './lane.ts';

/** Operations not confirmed yet. */
export interface Ledger {
  get(id: string): OfflineOperation | undefined;
  all(): readonly OfflineOperation[];
  /** Operations of a lane in their order. */
  lane(name: string): readonly OfflineOperation[];
  lanes(): readonly string[];
  size(): number;
  nextOrder(): number;
  /**
   * Puts an operation, in memory at once, and stores it with its row, if it has one. Resolves when stored with the row as stored: a
   * new row's sequence is checked against the store in the same transaction. With `dropsDraft` the chat's draft goes in it too.
   */
  put(operation: OfflineOperation, row: CachedMessage | null, durability: Durability, dropsDraft?: boolean): Promise<CachedMessage | null>;
  /** Takes an operation into memory; whoever calls stores it. */
  hold(operation: OfflineOperation): void;
  /** Removes an operation and its row, and writes in `ticket_meta` what belongs to that (`also`). When that cannot be stored strictly, the operation is there again; until then nothing is done with it. */
  drop(operation: OfflineOperation, durability: Durability, also?: (tx: WriteTransaction) => Promise<void>): Promise<void>;
  /** Removes operations from memory that somebody else removed from the store. */
  forget(ids: readonly string[]): readonly OfflineOperation[];
}

const indexed = (all: readonly OfflineOperation[]) => {
  const lanes = new Map<string, OfflineOperation[]>();
  for (const operation of all) {
    const lane = lanes.get(laneOf(operation));
    if (lane) lane.push(operation);
    else lanes.set(laneOf(operation), [operation]);
  }
  return { all, lanes };
};

/** Creates the ledger from what the store holds; operations that another build left `completed` go. */
export function createLedger(committer: Pick<Committer, 'add'>, clock: Clock, stored: readonly OfflineOperation[]): Ledger {
  const operations = new Map(stored.filter(({ status }) => status !== 'completed').map((operation) => [operation.id, operation]));
  let order = Math.max(0, ...stored.map((operation) => operation._order));
  /** In order, whole and by lane; void after every change. A look at a hundred lanes must not sort a thousand operations a hundred times. */
  let sorted: { readonly all: readonly OfflineOperation[]; readonly lanes: ReadonlyMap<string, readonly OfflineOperation[]> } | null = null;
  const index = (): NonNullable<typeof sorted> => (sorted ??= indexed([...operations.values()].sort((a, b) => a._order - b._order)));
  const hold = (operation: OfflineOperation): void => {
    operations.set(operation.id, operation);
    sorted = null;
  };
  const remove = (id: string): void => {
    operations.delete(id);
    sorted = null;
  };
  const stores: readonly StoreName[] = [...chatWriteStores, ...outboxWriteStores, 'ticket_meta'];
  const completed = stored.filter(({ status }) => status === 'completed').map(({ id }) => id);
  if (completed.length > 0) {
    const work: Parameters<Committer['add']>[0]['work'] = (tx) => putOrDeleteOperations(tx, { deletes: completed, now: clock.now() });
    committer.add({ stores: outboxWriteStores, rows: completed.length, durability: 'relaxed', work }).catch(() => undefined);
  }

  return {
    get: (id) => operations.get(id),
    all: () => index().all,
    lane: (name) => index().lanes.get(name) ?? [],
    lanes: () => [...index().lanes.keys()],
    size: () => operations.size,
    nextOrder: () => ++order,
    put: async (operation, row, durability, dropsDraft = false) => {
      // A new one is not tried before it is stored: its row and it come first, whole.
      const first = durability === 'strict' && !operations.has(operation.id) ? { ...operation, status: 'syncing' as const } : operation;
      hold(first);
      const now = clock.now();
      const { requestId } = operation;
      let written = row;
      await committer.add({
        stores,
        rows: 2,
        durability,
        about: operation.id,
        work: async (tx) => {
          if (row) {
            // The record as stored, not as in memory: history that is not written yet must not get ahead of its rows (H-6).
            const { _draft, ...meta } = (await readChatMeta(tx, requestId)) ?? emptyChat(requestId, now);
            const known = await tx.get('messages', row.id);
            const highest = known ? 0 : await highestProvisional(tx, requestId);
            written = highest >= row.sequenceNumber ? { ...row, sequenceNumber: highest + 1 } : row;
            await writeChat(tx, { requestId, upserts: [written], deletions: [], meta: _draft === undefined || dropsDraft ? meta : { ...meta, _draft }, now });
          }
          await putOrDeleteOperations(tx, { puts: [operation], now });
        },
      });
      if (operations.get(operation.id) === first) hold(operation);
      return written;
    },
    hold,
    drop: async (operation, durability, also) => {
      const now = clock.now();
      const { requestId, id } = operation;
      // Its lane waits, so that nothing behind it gets ahead of one that may stay.
      if (durability === 'strict') hold({ ...operation, status: 'syncing' });
      else remove(id);
      const dropped = committer.add({
        stores,
        rows: 2,
        durability,
        about: id,
        work: async (tx) => {
          const meta = await readChatMeta(tx, requestId);
          if (meta && operation.type === 'send_message') await writeChat(tx, { requestId, upserts: [], deletions: [], removeIds: [id], meta, now });
          await putOrDeleteOperations(tx, { deletes: [id], now });
          await also?.(tx);
        },
      });
      try {
        await dropped;
        remove(id);
      } catch (error) {
        if (durability === 'strict') hold(operation);
        throw error;
      }
    },
    forget: (ids) => {
      const gone = ids.flatMap((id) => operations.get(id) ?? []);
      for (const { id } of gone) remove(id);
      return gone;
    },
  };
}
