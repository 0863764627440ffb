/**
 * Windows on a chat: opening one, and making it longer.
 *
 * Owns: which rows an answer has and which window results. Cache first: what is held is answered at once, the network is asked only
 * for what is not. Does not know sessions.
 */
import type { Anchor, CachedMessage, ChatMeta, ChatPage, ChatSnapshot, MessagesQuery, Window } from '../protocol/index.ts';
import { PROVISIONAL_BASE } from '../protocol/limits.ts';
import type { ChatBook } from './sync/chat-book.ts';
import { rowsBetween, type ChatModel } from './sync/chat-model.ts';
import type { SyncEngine } from './sync/engine.ts';
import { topOf } from './sync/history.ts';
import type { Range } from './sync/ranges.ts';

/** What pages are made with. */
export interface ChatPagesSetup {
  readonly book: ChatBook;
  readonly engine: Pick<SyncEngine, 'loadPage'>;
  meta(requestId: string): ChatMeta;
  version(requestId: string): number;
}

/** A tab's wish for more of a chat. */
export interface PageWish {
  readonly direction: 'older' | 'newer' | 'gap';
  readonly window: Window;
  readonly gap?: { readonly startSeq: number; readonly endSeq: number } | undefined;
  readonly limit: number;
}

/** Pages of chats. */
export interface ChatPages {
  /** The window that an anchor means. Asks the network only where an anchor points at what is not held; `hit` when it did not have to. */
  place(requestId: string, anchor: Anchor, limit: number): Promise<{ readonly window: Window; readonly hit: boolean }>;
  snapshot(requestId: string, window: Window): ChatSnapshot;
  load(requestId: string, wish: PageWish): Promise<ChatPage>;
}

/** Asks the network for a page of the chat. */
type Load = (query: MessagesQuery) => Promise<void>;

/** Rows shown above the anchor of a window. */
const CONTEXT = 10;

/** Creates the pages. */
export function createChatPages({ book, engine, meta, version }: ChatPagesSetup): ChatPages {
  const gapAt = (model: ChatModel, sequence: number): Range | undefined =>
    model.history.gaps.find((gap) => sequence >= gap.start && sequence <= gap.end);

  const newest = async (requestId: string, limit: number): Promise<Window> => {
    const lo = await book.loadBefore(requestId, PROVISIONAL_BASE, limit);
    return { lo, hi: topOf(book.open(requestId).history), tail: true };
  };

  const around = async (requestId: string, sequence: number, limit: number, load: Load): Promise<Window> => {
    const tail = await newest(requestId, limit);
    const { history } = book.open(requestId);
    const start = Math.max(1, sequence - CONTEXT);
    const end = Math.min(start + limit - 1, topOf(history));
    if (history.floor === 0 || start >= tail.lo) return tail;
    if (start < history.floor || gapAt(book.open(requestId), sequence)) await load({ mode: 'range', start, end, limit });
    await book.loadRange(requestId, start, end);
    return end >= tail.lo ? { ...tail, lo: start } : { lo: start, hi: end, tail: false };
  };

  const placed = async (requestId: string, anchor: Anchor, limit: number, load: Load): Promise<Window> => {
    const model = book.open(requestId);
    if (anchor === 'newest' || (anchor === 'unread' && meta(requestId).unread === 0 && model.history.floor > 0)) return newest(requestId, limit);
    if (model.history.floor === 0) await load({ mode: 'newest', limit });
    return around(requestId, anchor === 'unread' ? book.open(requestId).meta.lastReadSequence + 1 : anchor, limit, load);
  };

  const rowsOf = (model: ChatModel, window: Window): readonly CachedMessage[] => {
    const rows = rowsBetween(model.rows, window.lo, window.tail ? PROVISIONAL_BASE - 1 : window.hi);
    return window.tail ? [...rows, ...model.pending] : rows;
  };

  /** The window made longer downwards: from memory or store, through a gap or below the floor from the network. */
  const older = async (requestId: string, window: Window, limit: number): Promise<Window> => {
    const { history } = book.open(requestId);
    const lo = window.lo > 0 ? window.lo : history.floor;
    const gap = gapAt(book.open(requestId), lo - 1);
    if (gap) {
      const start = Math.max(gap.start, lo - limit);
      try {
        await engine.loadPage(requestId, { mode: 'range', start, end: lo - 1, limit });
        return { ...window, lo: start };
      } catch (error) {
        // What is held on the far side of the gap can still be shown, with the gap between.
        if (gap.start <= history.floor) throw error;
        return { ...window, lo: await book.loadBefore(requestId, gap.start, limit) };
      }
    }
    if (lo > history.floor) return { ...window, lo: await book.loadBefore(requestId, lo, limit) };
    if (history.floor > 1) await engine.loadPage(requestId, { mode: 'before', sequence: history.floor, limit });
    const floor = book.open(requestId).history.floor;
    await book.loadRange(requestId, floor, lo - 1);
    return { ...window, lo: floor };
  };

  const newer = async (requestId: string, window: Window, limit: number): Promise<Window> => {
    const top = topOf(book.open(requestId).history);
    const end = Math.min(window.hi + limit, top);
    const gap = gapAt(book.open(requestId), window.hi + 1);
    if (gap) await engine.loadPage(requestId, { mode: 'range', start: window.hi + 1, end: Math.min(gap.end, end), limit });
    const hi = gap ? Math.min(gap.end, end) : end;
    await book.loadRange(requestId, window.hi + 1, hi >= top ? PROVISIONAL_BASE - 1 : hi);
    return hi >= top ? { ...window, hi: top, tail: true } : { ...window, hi };
  };

  const answer = (requestId: string, window: Window, from: Window): ChatPage => ({
    requestId,
    version: version(requestId),
    window,
    rows: rowsOf(book.open(requestId), from),
    meta: meta(requestId),
  });

  return {
    place: async (requestId, anchor, limit) => {
      let hit = book.open(requestId).history.floor > 0;
      for (let tries = 0; ; tries++) {
        const { era } = book.open(requestId);
        const window = await placed(requestId, anchor, limit, (query) => {
          hit = false;
          return engine.loadPage(requestId, query);
        });
        // A window of what was forgotten meanwhile would end where that did. While storage fails, each look at it may forget again.
        if (tries > 0 || book.open(requestId).era === era) return { window, hit };
      }
    },
    snapshot: (requestId, window) => answer(requestId, window, window),
    load: async (requestId, { direction, window, gap, limit }) => {
      if (direction === 'gap' && gap) {
        const start = Math.max(gap.startSeq, gap.endSeq - limit + 1);
        await engine.loadPage(requestId, { mode: 'range', start, end: gap.endSeq, limit });
        await book.loadRange(requestId, start, gap.endSeq);
        return answer(requestId, window, { lo: start, hi: gap.endSeq, tail: false });
      }
      if (direction === 'newer') {
        const next = await newer(requestId, window, limit);
        return answer(requestId, next, { ...next, lo: window.hi + 1 });
      }
      const next = await older(requestId, window, limit);
      return answer(requestId, next, { lo: next.lo, hi: (window.lo > 0 ? window.lo : PROVISIONAL_BASE) - 1, tail: false });
    },
  };
}
