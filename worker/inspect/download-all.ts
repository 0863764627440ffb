/**
 * Downloading the messages of all chats, because a person asked for it: one chat at a time, page by page, through the same requests as
 * opening them.
 *
 * Owns: the order, pause, resume and cancel, stopping at the limit, and the record by which another daemon goes on (`_downloadAll` in
 * `ticket_meta`). Does not know pages: it asks for them until a chat is whole. Files are not downloaded: they come when they are looked at.
 *
 *   off -> running <-> paused        running -> done | limit        any -> off (cancel)
 */
import type { DownloadAllState, MessagesQuery } from '../../protocol/index.ts';
import { CHANGES_PAGE_SIZE } from '../../protocol/limits.ts';
import { toTabcachedError } from '../../protocol/errors.ts';
import { backoffMs } from '../backoff.ts';
import type { Timers } from '../env.ts';
import type { History } from '../sync/history.ts';

/** What is wanted of it. */
export type DownloadAllAction = 'state' | 'start' | 'pause' | 'resume' | 'cancel';

/** What survives the daemon. */
export interface DownloadAllRecord {
  readonly paused: boolean;
  readonly startedAt: number;
}

/** What the download is made with. */
export interface DownloadAllSetup {
  readonly timers: Timers;
  readonly random: () => number;
  /** Bytes of messages from which on it stops: before eviction would begin. */
  limitBytes(): Promise<number>;
  now(): number;
  /** Chats that this user can see, most recent activity first, with the server's highest sequence. */
  chats(): readonly { readonly requestId: string; readonly head: number }[];
  history(requestId: string): History;
  /** The server refuses the chat to this user. */
  denied(requestId: string): boolean;
  loadPage(requestId: string, query: MessagesQuery): Promise<void>;
  /** Bytes and rows of the cache by its counters. */
  size(): Promise<{ readonly bytes: number; readonly messages: number; readonly messageBytes: number }>;
  save(record: DownloadAllRecord | null): Promise<void>;
  onChange(state: DownloadAllState): void;
}

/** The download. */
export interface DownloadAll {
  act(action: DownloadAllAction): Promise<DownloadAllState>;
  /** Goes on where another daemon stopped. */
  restore(record: DownloadAllRecord): void;
  state(): DownloadAllState;
  close(): void;
}

/** Bytes of a row while none is known. */
const TYPICAL_ROW_BYTES = 750;

/** The request that brings a chat closer to being whole; null when it is. Pure. */
export function nextQuery(history: History, head: number): MessagesQuery | null {
  const limit = CHANGES_PAGE_SIZE;
  if (history.floor === 0) return head === 0 ? null : { mode: 'newest', limit };
  const gap = history.gaps.at(-1);
  if (gap) return { mode: 'range', start: Math.max(gap.start, gap.end - limit + 1), end: gap.end, limit };
  return history.floor > 1 ? { mode: 'before', sequence: history.floor, limit } : null;
}

/** Creates it, off. */
export function createDownloadAll(setup: DownloadAllSetup): DownloadAll {
  let state: DownloadAllState = { status: 'off', chatsDone: 0, chatsTotal: 0, bytes: 0, estimatedBytes: 0, current: null, problem: null };
  let record: DownloadAllRecord | null = null;
  /** Grows with every start and stop: what an older run still finds is void. */
  let run = 0;
  let cancelPause: (() => void) | null = null;

  const set = (change: Partial<DownloadAllState>): void => {
    state = { ...state, ...change };
    setup.onChange(state);
  };
  const isWhole = ({ requestId, head }: { readonly requestId: string; readonly head: number }): boolean =>
    setup.denied(requestId) || nextQuery(setup.history(requestId), head) === null;
  const survey = async (): Promise<Partial<DownloadAllState> & { readonly messageBytes: number }> => {
    const chats = setup.chats();
    const { bytes, messages, messageBytes } = await setup.size();
    const rowBytes = messages > 0 ? messageBytes / messages : TYPICAL_ROW_BYTES;
    const missing = chats.reduce((sum, chat) => {
      const { floor, gaps } = setup.history(chat.requestId);
      const unheld = floor === 0 ? chat.head : floor - 1 + gaps.reduce((total, gap) => total + gap.end - gap.start + 1, 0);
      return setup.denied(chat.requestId) ? sum : sum + unheld;
    }, 0);
    return { chatsTotal: chats.length, chatsDone: chats.filter(isWhole).length, bytes, estimatedBytes: Math.round(missing * rowBytes), messageBytes };
  };
  const pause = (delayMs: number): Promise<void> => new Promise((resolve) => void (cancelPause = setup.timers.after(delayMs, resolve)));

  const work = async (mine: number): Promise<void> => {
    for (let failures = 0; mine === run; ) {
      const next = setup.chats().find((chat) => !isWhole(chat));
      const [{ messageBytes, ...found }, limitBytes] = await Promise.all([survey(), setup.limitBytes()]);
      set(found);
      if (mine !== run) return;
      if (!next || messageBytes >= limitBytes) {
        record = null;
        await setup.save(null);
        return set({ status: next ? 'limit' : 'done', current: null });
      }
      set({ current: next.requestId });
      try {
        const before = setup.history(next.requestId);
        const query = nextQuery(before, next.head);
        if (query) await setup.loadPage(next.requestId, query);
        // A server that answers without getting anywhere is not asked for ever at full speed.
        if (setup.history(next.requestId) === before) throw toTabcachedError(new Error('The answer brought nothing new.'), 'SERVER_FAILED');
        failures = 0;
        if (state.problem) set({ problem: null });
      } catch (thrown) {
        if (mine !== run) return;
        const { code, message, retryAfterMs } = toTabcachedError(thrown);
        set({ problem: { code, message } });
        await pause(backoffMs(failures++, setup.random(), retryAfterMs));
      }
    }
  };
  const begin = (): void => {
    set({ status: 'running', problem: null });
    // Only what storage refuses ends it here; it is said, and can be resumed.
    work(++run).catch((thrown: unknown) => {
      const { code, message } = toTabcachedError(thrown);
      set({ status: 'paused', problem: { code, message } });
    });
  };
  const stop = (): void => {
    run += 1;
    cancelPause?.();
  };

  return {
    act: async (action) => {
      if (action === 'state' && state.status !== 'running') {
        const { messageBytes: _, ...found } = await survey();
        state = { ...state, ...found };
      }
      if (action === 'start' || (action === 'resume' && state.status === 'paused')) {
        record = { paused: false, startedAt: record?.startedAt ?? setup.now() };
        await setup.save(record);
        if (state.status !== 'running') begin();
      }
      if (action === 'pause' && record && state.status === 'running') {
        stop();
        record = { ...record, paused: true };
        await setup.save(record);
        set({ status: 'paused', current: null });
      }
      if (action === 'cancel') {
        stop();
        record = null;
        await setup.save(null);
        set({ status: 'off', current: null, problem: null });
      }
      return state;
    },
    restore: (stored) => {
      record = stored;
      if (stored.paused) set({ status: 'paused' });
      else begin();
    },
    state: () => state,
    close: stop,
  };
}
