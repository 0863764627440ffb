/**
 * What is durably stored, as the oracle sees it: built from the writes of committed transactions alone.
 *
 * Owns: that copy. It is compared with the store itself at the end.
 */
import { rowBytes, type CachedMessage, type CachedTicket, type CacheStats, type ChatSyncState, type OfflineOperation } from '../../protocol/index.ts';
import { createMediaMirror, type MediaChanges, type MediaMirror } from './media-mirror.ts';
import type { StoreName } from '../../worker/store/store.ts';

/** One write of a transaction. */
export type WriteOp =
  | { readonly kind: 'put'; readonly store: StoreName; readonly value: object }
  | { readonly kind: 'delete'; readonly store: StoreName; readonly key: string }
  | { readonly kind: 'clear'; readonly store: StoreName };

/** One stored chat. */
export interface MirrorChat {
  meta: ChatSyncState | null;
  /** By id, pending ones too. */
  readonly rows: Map<string, CachedMessage>;
  bytes: number;
}

/** Stored rows that a transaction replaced, and the records it began with. */
export interface Committed {
  readonly touched: ReadonlyMap<string, ChatSyncState | null>;
  readonly replaced: readonly { readonly before: CachedMessage; readonly after: CachedMessage }[];
  readonly newOperations: readonly OfflineOperation[];
  readonly changedOperations: readonly { readonly before: OfflineOperation; readonly after: OfflineOperation }[];
  readonly goneOperations: readonly OfflineOperation[];
  /** Null: nothing about files. */
  readonly media: MediaChanges | null;
}

/** The copy. */
export interface Mirror {
  readonly chats: Map<string, MirrorChat>;
  readonly messages: Map<string, CachedMessage>;
  readonly queue: Map<string, OfflineOperation>;
  readonly tickets: Map<string, CachedTicket>;
  readonly media: MediaMirror;
  stats: CacheStats | null;
  apply(ops: readonly WriteOp[]): Committed;
  /** The database is gone. */
  forget(): void;
}

/** A copy of an empty store. */
export function createMirror(): Mirror {
  const chats = new Map<string, MirrorChat>();
  const messages = new Map<string, CachedMessage>();
  const queue = new Map<string, OfflineOperation>();
  const tickets = new Map<string, CachedTicket>();
  const media = createMediaMirror();

  const chatOf = (requestId: string): MirrorChat => {
    let chat = chats.get(requestId);
    if (!chat) chats.set(requestId, (chat = { meta: null, rows: new Map(), bytes: 0 }));
    return chat;
  };
  const drop = (row: CachedMessage | undefined): void => {
    if (!row) return;
    const chat = chatOf(row.requestId);
    messages.delete(row.id);
    chat.rows.delete(row.id);
    chat.bytes -= rowBytes(row);
  };

  const mirror: Mirror = {
    chats,
    messages,
    queue,
    tickets,
    media,
    stats: null,
    forget: () => {
      for (const map of [chats, messages, queue, tickets]) map.clear();
      mirror.stats = null;
    },
    apply: (ops) => {
      const touched = new Map<string, ChatSyncState | null>();
      const replaced: { before: CachedMessage; after: CachedMessage }[] = [];
      const newOperations: OfflineOperation[] = [];
      const changedOperations: { before: OfflineOperation; after: OfflineOperation }[] = [];
      const goneOperations: OfflineOperation[] = [];
      const touch = (requestId: string): void => {
        if (!touched.has(requestId)) touched.set(requestId, chatOf(requestId).meta);
      };
      for (const op of ops) {
        if (op.kind === 'clear') {
          if (op.store === 'media_blobs') continue;
          throw new Error(`${op.store} was cleared`);
        }
        if (op.store === 'messages') {
          const known = messages.get(op.kind === 'put' ? (op.value as CachedMessage).id : op.key);
          if (known) touch(known.requestId);
          drop(known);
          if (op.kind === 'delete') continue;
          const row = op.value as CachedMessage;
          touch(row.requestId);
          const chat = chatOf(row.requestId);
          messages.set(row.id, row);
          chat.rows.set(row.id, row);
          chat.bytes += rowBytes(row);
          if (known) replaced.push({ before: known, after: row });
        } else if (op.store === 'chat_meta') {
          const requestId = op.kind === 'put' ? (op.value as ChatSyncState).requestId : op.key;
          touch(requestId);
          chatOf(requestId).meta = op.kind === 'put' ? (op.value as ChatSyncState) : null;
        } else if (op.store === 'offline_queue') {
          const id = op.kind === 'put' ? (op.value as OfflineOperation).id : op.key;
          const known = queue.get(id);
          if (op.kind === 'put') {
            const operation = op.value as OfflineOperation;
            touch(operation.requestId);
            if (known) changedOperations.push({ before: known, after: operation });
            else newOperations.push(operation);
            queue.set(id, operation);
          } else if (known) {
            touch(known.requestId);
            goneOperations.push(known);
            queue.delete(id);
          }
        } else if (op.store === 'tickets') {
          if (op.kind === 'put') tickets.set((op.value as CachedTicket).id, op.value as CachedTicket);
          else tickets.delete(op.key);
        } else if (op.store === 'cache_stats' && op.kind === 'put') mirror.stats = op.value as CacheStats;
      }
      return { touched, replaced, newOperations, changedOperations, goneOperations, media: media.apply(ops) };
    },
  };
  return mirror;
}
