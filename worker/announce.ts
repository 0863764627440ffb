/**
 * From what happened to the small public notices of it.
 *
 * Owns: what each kind of update says: identifiers, sequences and counts, never text. Does not know who listens.
 */
import type { CachedMessage, CachedTicket, ChatState, HostState, OfflineOperation, UpdateBody } from '../protocol/index.ts';
import type { ChatModel } from './sync/chat-model.ts';

/** Sequences or tickets that one update lists at most. */
const LISTED_MAX = 100;

/** Announces changes. */
export interface Announcer {
  rows(model: ChatModel, upserts: readonly CachedMessage[], removals: readonly string[]): void;
  tickets(upserts: readonly CachedTicket[], removals: readonly string[]): void;
  operation(operation: OfflineOperation, status: OfflineOperation['status'] | 'discarded'): void;
  read(model: ChatModel): void;
  /** Says nothing while the state is the one said last. */
  state(requestId: string, state: ChatState): void;
  host(state: HostState): void;
}

/** Creates the announcer. `sendsPending` counts messages that are not confirmed, in all chats. */
export function createAnnouncer(publish: (body: UpdateBody) => void, sendsPending: () => number): Announcer {
  const states = new Map<string, ChatState>();
  return {
    rows: ({ requestId, meta }, upserts, removals) =>
      publish({
        kind: 'messages',
        requestId,
        sequences: upserts.slice(0, LISTED_MAX).map((row) => row.sequenceNumber),
        count: upserts.length,
        removed: removals.length,
        revision: meta.serverRevision,
        unread: meta.unreadCount,
      }),
    tickets: (upserts, removals) => {
      const requestIds = [...upserts.map((ticket) => ticket.id), ...removals].slice(0, LISTED_MAX);
      publish({ kind: 'tickets', requestIds, count: upserts.length, removed: removals.length });
    },
    operation: ({ requestId, id: operationId }, status) => publish({ kind: 'outbox', requestId, operationId, status, pending: sendsPending() }),
    read: ({ requestId, meta }) => publish({ kind: 'read', requestId, lastReadSequence: meta.lastReadSequence, unread: meta.unreadCount }),
    state: (requestId, state) => {
      if (states.get(requestId) === state) return;
      states.set(requestId, state);
      publish({ kind: 'sync', requestId, state });
    },
    host: ({ link, storage, tabs }) => publish({ kind: 'host', link, storage, tabs }),
  };
}
