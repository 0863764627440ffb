/**
 * Reading: the mark of each chat, and telling the server.
 *
 * Owns: the mark is monotone, there is at most one operation per chat, scrolling is collected before the server hears of it. Does not
 * know unread counts: they follow from the mark (`sync/unread.ts`).
 */
import type { OfflineOperation, ReadState, ServerRead } from '../../protocol/index.ts';
import type { Environment } from '../env.ts';
import type { ChatBook } from '../sync/chat-book.ts';
import { rowsBetween } from '../sync/chat-model.ts';
import { topOf } from '../sync/history.ts';
import { newerRead } from '../sync/unread.ts';
import { laneOf } from './lane.ts';
import type { Ledger } from './ledger.ts';
import { readOperation, revived } from './operations.ts';

/** Marks set within this time reach the server as one. */
const DEBOUNCE_MS = 500;
/** Message ids that an operation names at most; the sequence says it all. */
const IDS_MAX = 100;

/** What read marks are made with. */
export interface ReadMarksSetup {
  readonly env: Pick<Environment, 'clock' | 'timers' | 'ids'>;
  readonly book: ChatBook;
  readonly ledger: Ledger;
  readonly userId: string;
  onRead(requestId: string): void;
  onOperation(operation: OfflineOperation, status: OfflineOperation['status'] | 'discarded'): void;
  wake(): void;
}

/** Read marks. */
export interface ReadMarks {
  /** Moves the mark up to a sequence; lower ones are ignored. On every screen at once. */
  mark(requestId: string, upToSequence: number): void;
  /** The server lost its memory, or took that chat away: its next word stands, unless a mark of this user's is on its way. */
  forgetServer(requestId?: string): void;
  /** An own message was sent: what is held up to it counts as read, as it does for the server. Not across a gap, which nobody has seen. */
  sent(requestId: string, sequence: number): void;
  /** What the server says of this user's reading, by any path. */
  told(state: ReadState): void;
  confirm(operation: OfflineOperation, state: ReadState): Promise<void>;
  /** The server refuses: the badge goes back to the server's. */
  refuse(operation: OfflineOperation): Promise<void>;
  close(): void;
}

/** Creates the read marks. */
export function createReadMarks(setup: ReadMarksSetup): ReadMarks {
  const { env, book, ledger } = setup;
  let cancelTimer: (() => void) | null = null;
  /** When the server was last forgotten, in Unix milliseconds. */
  let forgottenAt = 0;

  const waitingMarks = (requestId: string): number[] =>
    ledger.lane(laneOf({ type: 'mark_read', requestId })).map((operation) => (operation.type === 'mark_read' ? operation.payload.upToSequence : 0));

  const told = (state: ReadState): void => {
    if (!book.get(state.requestId)) return;
    const { requestId, ...read } = state;
    let news = false;
    book.touch(requestId, (meta) => {
      const serverRead = newerRead(meta._serverRead, read);
      if (serverRead === meta._serverRead || sameRead(serverRead, meta._serverRead)) return meta;
      news = true;
      // What was known when the server was forgotten, of no revision, does not bind it. A mark that is on its way is this user's, and so is one
      // that was set since: it lies above.
      const own = meta._serverRead?.revision === 0 && meta.lastReadSequence <= meta._serverRead.lastReadSequence ? Math.max(0, ...waitingMarks(requestId)) : meta.lastReadSequence;
      return { ...meta, _serverRead: serverRead, lastReadSequence: Math.max(own, serverRead.lastReadSequence) };
    });
    if (news) setup.onRead(requestId);
  };

  return {
    mark: (requestId, upToSequence) => {
      const model = book.open(requestId);
      const mark = Math.min(upToSequence, Math.max(topOf(model.history), model.meta._headSequence));
      const before = model.meta.lastReadSequence;
      if (mark <= before) return;
      const now = env.clock.now();
      const [waits] = ledger.lane(laneOf({ type: 'mark_read', requestId }));
      const ids = rowsBetween(model.rows, before + 1, mark).filter((row) => row.senderId !== setup.userId).map((row) => row.id);
      const fresh = readOperation(waits?.id ?? env.ids.uuid(), requestId, mark, ids.slice(-IDS_MAX), now, waits?._order ?? ledger.nextOrder());
      // Not before the window ends, even when the lane is looked at for another reason. One that is on its way goes again after its answer.
      const operation: OfflineOperation = { ...(waits?.status === 'syncing' ? { ...waits, payload: fresh.payload } as typeof fresh : fresh), nextRetryAt: waits?.nextRetryAt ?? now + DEBOUNCE_MS };
      ledger.hold(operation);
      // Mark and operation in one transaction: a mark that survives a crash is one that the server will hear of.
      book.touch(requestId, (meta) => ({ ...meta, lastReadSequence: mark, lastReadAt: now }), { puts: [operation] });
      setup.onRead(requestId);
      setup.onOperation(operation, operation.status);
      cancelTimer ??= env.timers.after(DEBOUNCE_MS, () => {
        cancelTimer = null;
        setup.wake();
      });
    },
    sent: (requestId, sequence) => {
      const { history, meta } = book.open(requestId);
      const unseen = meta.lastReadSequence + 1 < history.floor || history.gaps.some((gap) => gap.start <= sequence && gap.end > meta.lastReadSequence);
      if (history.floor === 0 || sequence <= meta.lastReadSequence || unseen) return;
      book.touch(requestId, (before) => ({ ...before, lastReadSequence: sequence, lastReadAt: env.clock.now() }));
      setup.onRead(requestId);
    },
    forgetServer: (only) => {
      forgottenAt = env.clock.now();
      for (const requestId of book.requestIds()) {
        if (requestId !== (only ?? requestId)) continue;
        book.touch(requestId, (meta) => {
          const known = meta._serverRead;
          return known ? { ...meta, _serverRead: { unreadCount: meta.unreadCount, lastReadSequence: Math.max(meta.lastReadSequence, known.lastReadSequence), revision: 0 } } : meta;
        });
      }
    },
    told,
    confirm: async (operation, state) => {
      // What was asked for before the server was forgotten may be older than what was known of it then: the list is told anew.
      if ((operation.attemptedAt ?? 0) > forgottenAt) told(state);
      const asked = operation.type === 'mark_read' ? operation.payload.upToSequence : 0;
      // A server that does not go as far as it was asked to is one that was restored: there is nothing to be read up there.
      if (book.get(operation.requestId)) book.touch(operation.requestId, (meta) =>
        meta.lastReadSequence === asked && state.lastReadSequence < asked ? { ...meta, lastReadSequence: state.lastReadSequence } : meta,
      );
      const current = ledger.get(operation.id);
      if (current?.type === 'mark_read' && current.payload.upToSequence > asked) {
        // Read further while that was on its way: it waits again, as one that was set then.
        const next = { ...revived(current), nextRetryAt: current.nextRetryAt };
        setup.onOperation(next, 'pending');
        return void (await ledger.put(next, null, 'relaxed'));
      }
      const dropped = ledger.drop(operation, 'relaxed');
      setup.onOperation(operation, 'completed');
      await dropped;
    },
    refuse: async (operation) => {
      book.touch(operation.requestId, (meta) => ({ ...meta, lastReadSequence: meta._serverRead?.lastReadSequence ?? 0 }));
      const dropped = ledger.drop(operation, 'relaxed');
      setup.onRead(operation.requestId);
      setup.onOperation(operation, 'discarded');
      await dropped;
    },
    close: () => cancelTimer?.(),
  };
}

const sameRead = (a: ServerRead, b: ServerRead | null): boolean =>
  b !== null && a.unreadCount === b.unreadCount && a.lastReadSequence === b.lastReadSequence && a.revision === b.revision;
