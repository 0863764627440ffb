/**
 * All opened chats in the daemon's memory, and the one place where they change.
 *
 * Owns: per chat one change after the other; memory and views first, then the store (SPEC.md, chapter 12); rows read
 * from the store when a window needs them. Does not know requests, lanes or sessions: it tells its listener what changed.
 */
import type { CachedMessage, ChatSyncState, ServerRead } from '../../protocol/index.ts';
import { PROVISIONAL_BASE } from '../../protocol/limits.ts';
import type { Clock, Log } from '../env.ts';
import { readRange } from '../store/chat-reads.ts';
import { chatWriteStores, deleteChat, emptyChat, writeChat } from '../store/chat-writes.ts';
import { chatCommit, type ChatCommit } from '../store/chat-commits.ts';
import type { Committer } from '../store/committer.ts';
import { outboxWriteStores, putOrDeleteOperations, type OutboxChanges } from '../store/outbox-rows.ts';
import type { Store } from '../store/store.ts';
import { modelOf, type ChatModel } from './chat-model.ts';
import { heldSet, topOf } from './history.ts';
import { mergeChange, NO_CHANGE, shown, type Change } from './merge.ts';
import { contains, difference, intersection, ofValues, rangeSet, size, union, type RangeSet } from './ranges.ts';

/** What changed on every screen that shows the chat. */
export interface ChatEvent {
  readonly requestId: string;
  readonly upserts: readonly CachedMessage[];
  readonly removals: readonly string[];
  /** Operations that this change has confirmed. */
  readonly confirmed: readonly string[];
}

/** The opened chats. */
export interface ChatBook {
  /** The chat, or undefined when it was never opened here. */
  get(requestId: string): ChatModel | undefined;
  /** The chat, opened: from now on push frames for it are kept. */
  open(requestId: string): ChatModel;
  requestIds(): readonly string[];
  /** Merges what the server said; `completed` names operations that are done with it. Resolves when memory and views have it. */
  apply(requestId: string, change: (model: ChatModel) => Change | null): Promise<void>;
  /** Makes the rows of a stretch, or the newest `limit` below a sequence, resident. Answers the lowest sequence now resident there. */
  loadRange(requestId: string, start: number, end: number): Promise<void>;
  loadBefore(requestId: string, before: number, limit: number): Promise<number>;
  /** Changes the record alone (read mark, draft, times), and operations of the outbox with it in one transaction. */
  touch(requestId: string, change: (meta: ChatSyncState) => ChatSyncState, operations?: Omit<OutboxChanges, 'now'>): void;
  /** Runs a task alone with its chat: nothing that {@link ChatBook.apply} does happens meanwhile. */
  turn<T>(requestId: string, task: () => Promise<T>): Promise<T>;
  /** Does a task of that chat run or wait? */
  isTaken(requestId: string): boolean;
  /** Puts a model whose pending rows or doubts changed; nothing is written. */
  replace(model: ChatModel): void;
  /** Forgets the rows of a chat that nobody looks at. */
  unload(requestId: string): void;
  /**
   * Forgets everything confirmed, in memory and store: the server went backwards (H-8), or access was lost. What a person wrote
   * stays. With `keep` the chat stays opened. With `readToo` what the server said of this user's reading counts no more, so that its next
   * word stands; otherwise an answer from before it does not take a mark back.
   */
  reset(requestId: string, keep: boolean, readToo: boolean): Promise<void>;
}

/** What a book is made with. */
export interface ChatBookSetup {
  readonly store: Store;
  readonly committer: Committer;
  readonly clock: Clock;
  readonly log: Log;
  readonly stored: readonly { readonly meta: ChatSyncState; readonly pending: readonly CachedMessage[] }[];
  /** What the ticket list tells of this user's reading: all that is known of it when a chat is opened for the first time. */
  firstRead(requestId: string): ServerRead | null;
  /** What follows from history and rows and is stored with them: the unread count. */
  derive(model: ChatModel): ChatSyncState;
  onChange(event: ChatEvent): void;
  /** Everything confirmed of a chat is forgotten: whoever shows it has to be given what there is now. */
  onForgotten(requestId: string): void;
}

/** Opens the book with what the store holds. */
export function createChatBook(setup: ChatBookSetup): ChatBook {
  const { store, committer, clock, log } = setup;
  const chats = new Map<string, ChatModel>(setup.stored.map(({ meta, pending }) => [meta.requestId, modelOf(meta, pending)]));
  const queues = new Map<string, Promise<void>>();

  /** One task of a chat after the other. */
  const inTurn: ChatBook['turn'] = (requestId, task) => {
    const turn = (queues.get(requestId) ?? Promise.resolve()).then(task);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    queues.set(requestId, settled);
    void settled.then(() => queues.get(requestId) === settled && queues.delete(requestId));
    return turn;
  };

  /** A chat of which nothing is held but what the ticket list tells. */
  const freshChat = (requestId: string): ChatSyncState => {
    const read = setup.firstRead(requestId);
    const empty = emptyChat(requestId, clock.now());
    // Of the ticket's revision, so that a list which is older than what push has told since takes nothing back.
    return read ? { ...empty, unreadCount: read.unreadCount, lastReadSequence: read.lastReadSequence, _serverRead: read } : empty;
  };

  const open = (requestId: string): ChatModel => {
    let model = chats.get(requestId);
    if (!model) {
      model = modelOf(freshChat(requestId), []);
      chats.set(requestId, model);
    }
    return model;
  };

  /** Held rows that a change touches and that are not in memory. Queued writes come first, so that the store tells the truth. */
  const readTouched = async (model: ChatModel, change: Change): Promise<CachedMessage[]> => {
    const named = [...change.rows, ...change.deletions, ...change.rejected].map((row) => row.sequenceNumber);
    const covered = change.answer ? rangeSet(change.answer.start, change.answer.end) : [];
    const touched = intersection(union(ofValues(named), covered), heldSet(model.history));
    const missing = difference(touched, model.resident).filter((range) => range.start < PROVISIONAL_BASE);
    if (missing.length === 0) return [];
    await committer.flush(model.requestId);
    return readSet(model.requestId, missing);
  };

  const readSet = async (requestId: string, set: RangeSet): Promise<CachedMessage[]> => {
    const parts = await store.read(['messages'], (tx) => Promise.all(set.map(({ start, end }) => readRange(tx, requestId, start, end))));
    return parts.flat();
  };

  // A change that could not be written stays on the screen; the committer has told the daemon.
  const report = (requestId: string) => (error: unknown) => log.warn('chat not stored', { requestId, error: String(error) });
  const commit = (change: ChatCommit): void => void committer.add(chatCommit(change)).catch(report(change.requestId));
  const write = (requestId: string, rows: number, work: Parameters<Committer['add']>[0]['work'], outbox: boolean): void => {
    const stores = outbox ? [...chatWriteStores, ...outboxWriteStores] : chatWriteStores;
    committer.add({ stores, rows, durability: 'relaxed', work, requestId }).catch(report(requestId));
  };

  const applyNow = async (requestId: string, build: (model: ChatModel) => Change | null): Promise<void> => {
    const model = open(requestId);
    const change = build(model);
    if (!change) return;
    const stored = await readTouched(model, change);
    const before = chats.get(requestId) ?? model;
    const now = clock.now();
    const merged = mergeChange(before, stored.length > 0 ? { ...change, stored } : change, now);
    const meta = setup.derive(merged.model);
    chats.set(requestId, { ...merged.model, meta });
    const confirmed = merged.confirmed.map((row) => row.id);
    setup.onChange({ requestId, ...shown(before, merged), confirmed });
    const deletions = merged.removedSequences.map((sequenceNumber) => ({ sequenceNumber, revision: Number.MAX_SAFE_INTEGER }));
    commit({ requestId, upserts: merged.upserts, deletions, removeIds: [...confirmed, ...merged.displaced], meta, now, confirmed });
  };

  const adopt = async (requestId: string, rows: readonly CachedMessage[], stretch: RangeSet): Promise<void> => {
    const model = open(requestId);
    const fresh = difference(stretch, model.resident);
    // While writes fail, the store has rows that were forgotten since.
    const held = intersection(fresh, heldSet(model.history));
    const added = rows.filter((row) => contains(held, row.sequenceNumber));
    const all = [...model.rows, ...added].sort((a, b) => a.sequenceNumber - b.sequenceNumber);
    chats.set(requestId, { ...model, rows: all, resident: union(model.resident, stretch) });
    // What waits under the id of one that was sent long ago was repeated by a tab that never had an answer, and what was deleted may have been
    // sent again (S-2).
    const keys = new Set([...model.pending, ...model.rows].map(({ clientTempId }) => clientTempId));
    const repeated = added.filter(({ clientTempId: key }) => key !== undefined && (keys.has(key) || !keys.add(key)));
    if (repeated.length > 0) await applyNow(requestId, () => ({ ...NO_CHANGE, rows: repeated }));
  };

  const resetNow = (requestId: string, keep: boolean, readToo: boolean): void => {
    const { meta, pending } = open(requestId);
    const now = clock.now();
    const { lastReadSequence, lastReadAt, unreadCount, _draft } = meta;
    const read = { unreadCount, lastReadSequence: Math.max(lastReadSequence, meta._serverRead?.lastReadSequence ?? 0), revision: readToo ? 0 : meta._serverRead?.revision ?? 0 };
    const fresh = { ...emptyChat(requestId, now), lastReadSequence, lastReadAt, unreadCount, _serverRead: read, ...(_draft === undefined ? {} : { _draft }) };
    const stays = keep || pending.length > 0;
    if (stays) chats.set(requestId, modelOf(fresh, pending));
    else chats.delete(requestId);
    const work: Parameters<typeof write>[2] = async (tx) => {
      await deleteChat(tx, requestId, { now });
      if (stays) await writeChat(tx, { requestId, upserts: [], deletions: [], meta: fresh, now });
    };
    write(requestId, 1, work, false);
    setup.onForgotten(requestId);
  };

  return {
    get: (requestId) => chats.get(requestId),
    open,
    requestIds: () => [...chats.keys()],
    turn: inTurn,
    isTaken: (requestId) => queues.has(requestId),
    apply: (requestId, build) => inTurn(requestId, () => applyNow(requestId, build)),
    loadRange: (requestId, start, end) =>
      inTurn(requestId, async () => {
        const missing = difference(rangeSet(start, end), open(requestId).resident);
        if (missing.length === 0) return;
        await committer.flush(requestId);
        await adopt(requestId, await readSet(requestId, missing), missing);
      }),
    loadBefore: (requestId, before, limit) =>
      inTurn(requestId, async () => {
        const model = open(requestId);
        const { history, resident } = model;
        const all = heldSet(history);
        const lowest = newestOf(intersection(all, rangeSet(1, before - 1)), limit) ?? history.floor;
        // Above the highest row there is nothing, so a window that begins there is whole up to the provisional sequences.
        const top = topOf(history);
        const end = before <= top || contains(resident, top) ? Math.min(before - 1, top) : PROVISIONAL_BASE - 1;
        // Only these are looked for in the store: what is in memory may not be there yet.
        const missing = difference(rangeSet(Math.max(1, lowest), end), resident);
        if (missing.length === 0) return lowest;
        await committer.flush(requestId);
        const read = await readSet(requestId, missing);
        const held = intersection(all, missing);
        // While writes fail, the store has rows that were forgotten since.
        const found = committer.waits(requestId) ? read.filter((row) => contains(held, row.sequenceNumber)) : read;
        if (size(held) !== found.length) {
          // The browser cleared rows, or somebody wrote behind our back: what the record says cannot be trusted (#20).
          log.error('rows and record disagree', { requestId, held: size(held), found: found.length });
          resetNow(requestId, true, false);
          return 0;
        }
        await adopt(requestId, read, missing);
        return lowest;
      }),
    touch: (requestId, change, operations) => {
      const model = open(requestId);
      const changed = change(model.meta);
      if (changed === model.meta && !operations) return;
      const meta = setup.derive({ ...model, meta: changed });
      chats.set(requestId, { ...model, meta });
      const now = clock.now();
      if (!operations) return commit({ requestId, upserts: [], deletions: [], meta, now, confirmed: [] });
      write(
        requestId,
        2,
        async (tx) => {
          await writeChat(tx, { requestId, upserts: [], deletions: [], meta, now });
          await putOrDeleteOperations(tx, { ...operations, now });
        },
        true,
      );
    },
    replace: (model) => void chats.set(model.requestId, model),
    unload: (requestId) => {
      const model = chats.get(requestId);
      if (model && model.rows.length > 0) chats.set(requestId, { ...model, rows: [], resident: [] });
    },
    reset: (requestId, keep, readToo) => inTurn(requestId, async () => resetNow(requestId, keep, readToo)),
  };
}

/** The lowest of the `count` highest numbers of a set; undefined when it has fewer. */
function newestOf(set: RangeSet, count: number): number | undefined {
  let left = count;
  for (const { start, end } of set.toReversed()) {
    if (end - start + 1 >= left) return end - left + 1;
    left -= end - start + 1;
  }
  return undefined;
}
