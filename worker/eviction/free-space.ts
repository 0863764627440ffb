/**
 * Space for what a person wrote, when the browser has none left: cached files go first, then messages of chats that nobody looks at.
 *
 * Owns: the order. What is pending, drafts and the outbox are never touched: `evict-messages.ts` and the cache of files see to that.
 */
import { createEvictionLog } from './eviction-log.ts';
import { createMessageEviction, type MessageEvictionSetup } from './evict-messages.ts';

/** Freed beyond what is asked for, so that the next message does not meet the same wall. */
const HEADROOM_BYTES = 256 * 1024;

/** What it is made with. */
export interface FreeSpaceSetup extends Omit<MessageEvictionSetup, 'evictions'> {
  /** Evicts at least that many bytes of cached files. False: none could go. */
  files(bytes: number): Promise<boolean>;
}

/** Makes space. */
export interface FreeSpace {
  /** Frees at least that many bytes, or what there is. False: nothing could be freed. */
  free(bytes: number): Promise<boolean>;
  /** Stops at the next slice. */
  close(): void;
}

/** Creates it. */
export function createFreeSpace({ files, ...setup }: FreeSpaceSetup): FreeSpace {
  const messages = createMessageEviction({ ...setup, evictions: createEvictionLog() });
  return {
    free: async (bytes) => (await files(bytes + HEADROOM_BYTES)) || (await messages.evict('quota', (freed) => freed >= bytes + HEADROOM_BYTES)) > 0,
    close: messages.close,
  };
}
