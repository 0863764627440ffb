/** Records as they are before anything is stored: a chat that was never synced, statistics of nothing. */
import type { CacheStats, ChatSyncState } from '../../protocol/index.ts';

/** Meta of a chat that was never synced. `now`: milliseconds since the epoch. */
export const emptyChat = (requestId: string, now: number): ChatSyncState => ({
  requestId,
  lastSyncedSequence: 0,
  lastSyncedAt: 0,
  totalMessageCount: 0,
  knownGaps: [],
  unreadCount: 0,
  lastReadSequence: 0,
  lastReadAt: null,
  messageCount: 0,
  mediaSize: 0,
  lastAccessedAt: now,
  serverRevision: null,
  _floor: 0,
  _voids: [],
  _ahead: [],
  _unverified: [],
  _headSequence: 0,
  _serverRead: null,
  _messagesSize: 0,
  _lastSyncFailed: false,
});

/** Statistics of an empty cache. `now`: milliseconds since the epoch. */
export const emptyStats = (now: number): CacheStats => ({
  key: 'stats',
  totalSize: 0,
  messagesSize: 0,
  mediaSize: 0,
  chatCount: 0,
  messageCount: 0,
  mediaCount: 0,
  cacheHits: 0,
  cacheMisses: 0,
  hitRate: 0,
  lastFullSync: null,
  lastDeltaSync: null,
  pendingOperations: 0,
  createdAt: now,
  updatedAt: now,
});
