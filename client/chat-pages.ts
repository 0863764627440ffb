/**
 * Loading more of a chat into a window that is open.
 *
 * Owns: one load per direction at a time, what a load has to be reconciled with, and what is shown of it. Does not know where the
 * window came from. A load that was overtaken by a new opening of the view starts again with the new window.
 */
import { TabcachedError, toTabcachedError } from '../protocol/errors.ts';
import { PAGE_SIZE } from '../protocol/limits.ts';
import type { ChatPage, ChatPatch } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import { mergePage, type ChatCore, type Direction } from './chat-core.ts';
import { IDLE, type ChatActivity } from './chat-state.ts';
import type { LiveView } from './live-view.ts';

/** A gap to fill, by its bounds. */
interface GapBounds {
  readonly startSeq: number;
  readonly endSeq: number;
}

/** What a page is asked for. */
export interface PageRequest {
  readonly direction: Direction;
  readonly gap?: GapBounds | undefined;
  readonly limit: number;
}

/** Asks the daemon for one page that extends a window. */
export async function askPage(call: Call, requestId: string, core: ChatCore, { direction, gap, limit }: PageRequest): Promise<ChatPage> {
  const { lo, hi, tail } = core.window;
  return JSON.parse(await call('loadPage', { requestId, direction, lo, hi, tail, gap, limit })) as ChatPage;
}

/** The loads of one view. */
export interface ChatPages {
  /** Resolves when the page is in the view, or there is none. Rejects with the daemon's error, `TIMEOUT`, `CLOSED` or `CANCELLED`. */
  load(direction: Direction, gap?: GapBounds): Promise<void>;
  /** A patch arrived: loads under way have to know. */
  note(patch: ChatPatch): void;
  activity(): ChatActivity;
}

/** What the loads need of their view. */
export interface PagesSetup {
  readonly requestId: string;
  readonly call: Call;
  readonly live: LiveView;
  readonly core: () => ChatCore | null;
  readonly setCore: (core: ChatCore) => void;
  readonly touch: () => void;
}

/** Loads for a view. */
export function createChatPages({ requestId, call, live, core, setCore, touch }: PagesSetup): ChatPages {
  const underWay = new Map<string, { readonly direction: Direction; readonly promise: Promise<void> }>();
  const logs = new Set<ChatPatch[]>();
  let error: ChatActivity['error'] = null;

  const once = async (direction: Direction, gap: GapBounds | undefined): Promise<'done' | 'again'> => {
    await live.settled();
    const before = core();
    if (!live.isActive() || !before) throw new TabcachedError('CANCELLED', 'The view is not open.');
    if (direction === 'newer' && before.window.tail) return 'done';
    if (direction === 'older' && before.window.lo <= 1) return 'done';
    const opening = live.opening();
    const log: ChatPatch[] = [];
    logs.add(log);
    try {
      const page = await askPage(call, requestId, before, { direction, gap, limit: PAGE_SIZE });
      const now = core();
      if (opening !== live.opening() || !now) return 'again';
      setCore(mergePage(now, page, direction, log));
      return 'done';
    } catch (thrown) {
      if (toTabcachedError(thrown).code === 'DAEMON_LOST') return 'again';
      throw thrown;
    } finally {
      logs.delete(log);
    }
  };

  const run = async (direction: Direction, gap: GapBounds | undefined, name: string): Promise<void> => {
    try {
      while ((await once(direction, gap)) === 'again');
    } catch (thrown) {
      const { code, message } = toTabcachedError(thrown);
      error = { code, message };
      throw thrown;
    } finally {
      underWay.delete(name);
      touch();
    }
  };

  return {
    load: (direction, gap) => {
      const name = gap ? `gap:${gap.endSeq}` : direction;
      const same = underWay.get(name);
      if (same) return same.promise;
      error = null;
      const promise = run(direction, gap, name);
      underWay.set(name, { direction, promise });
      touch();
      return promise;
    },
    note: (patch) => {
      for (const log of logs) log.push(patch);
    },
    activity: () => {
      if (underWay.size === 0) return error ? { loading: IDLE.loading, error } : IDLE;
      const directions = new Set([...underWay.values()].map((load) => load.direction));
      return { loading: { older: directions.has('older'), newer: directions.has('newer'), gap: directions.has('gap') }, error };
    },
  };
}
