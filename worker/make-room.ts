/**
 * Room for writes that meet a full disk: the cache gives way to what a person wrote.
 *
 * Owns: that the part which evicts is there before it is needed (a disk may be full while the server is away), one eviction at a time, and
 * that a write is tried once more, not again and again. Does not know what is evicted.
 */
import { toTabcachedError } from '../protocol/errors.ts';
import type { FreeSpace } from './eviction/free-space.ts';
import { isQuotaError } from './store/quota-error.ts';
import type { Committer } from './store/committer.ts';

/** Bytes that a write is taken to need: the longest message, as row and operation. */
const WRITE_BYTES = 64 * 1024;

/** Makes room. */
export interface RoomMaker {
  /** Loads the part that evicts. */
  prepare(): void;
  /** The port: may what did not fit be tried again? False: nothing could be freed. Never rejects. */
  freeSpace(bytesNeeded: number): Promise<boolean>;
  /** As {@link Committer.add}; a strict write that meets a full disk is tried once more when room was made. */
  readonly add: Committer['add'];
  close(): void;
}

/** Creates it; `open` loads the part. */
export function createRoomMaker(committer: Pick<Committer, 'add'>, open: () => Promise<FreeSpace>): RoomMaker {
  let loading: Promise<FreeSpace> | null = null;
  let freeing: Promise<boolean> | null = null;
  const load = (): Promise<FreeSpace> => {
    loading ??= open();
    loading.catch(() => (loading = null));
    return loading;
  };
  const freeSpace: RoomMaker['freeSpace'] = (bytesNeeded) =>
    (freeing ??= load()
      .then((part) => part.free(bytesNeeded))
      .catch(() => false)
      .finally(() => (freeing = null)));
  return {
    prepare: () => void load().catch(() => undefined),
    freeSpace,
    add: async (write) => {
      try {
        await committer.add(write);
      } catch (thrown) {
        if (write.durability !== 'strict' || !isQuotaError(thrown) || !(await freeSpace(WRITE_BYTES))) throw toTabcachedError(thrown);
        await committer.add(write);
      }
    },
    close: () => void loading?.then((part) => part.close()).catch(() => undefined),
  };
}
