/**
 * One chat as a simulated tab shows it, by the package's own rules (`client/chat-core.ts`).
 *
 * Owns: opening, patches that come before their snapshot, loading pages. Does not know who calls.
 */
import type { Anchor, CallInput, ChatMeta, ChatPage, ChatPatch, ChatSnapshot } from '../../protocol/index.ts';
import { TabcachedError, toTabcachedError } from '../../protocol/errors.ts';
import { mergePage, openCore, patchCore, type ChatCore, type Direction } from '../../client/chat-core.ts';

/** What a chat needs of its tab. */
export interface SimChatSetup {
  readonly requestId: string;
  readonly anchor: Anchor;
  call(name: 'openChat' | 'loadPage', input: CallInput<'openChat'> | CallInput<'loadPage'>): Promise<string>;
  later(ms: number, run: () => void): void;
  /** A new snapshot is shown. */
  onOpened(): void;
}

/** A chat in a tab. */
export interface SimChat {
  readonly requestId: string;
  core(): ChatCore | null;
  /** Is what is shown the latest that the daemon told, with no opening under way? */
  isLive(): boolean;
  /** Number of the present opening's snapshot, over all chats of the simulation. */
  open(): void;
  patch(patch: ChatPatch): void;
  load(direction: Direction, gap?: ChatMeta['gaps'][number]): Promise<void>;
  /** The daemon is gone: what is shown stays. */
  down(): void;
  close(): void;
}

const LIMIT = 50;

/** A chat that is not opened yet. */
export function createSimChat(setup: SimChatSetup): SimChat {
  const { requestId, anchor } = setup;
  let core: ChatCore | null = null;
  let openings = 0;
  let opening = false;
  /** What is shown is of an opening before the last, which failed. */
  let stale = false;
  let early: ChatPatch[] = [];
  let closed = false;
  const logs = new Set<ChatPatch[]>();

  const open = (): void => {
    if (closed) return;
    const mine = ++openings;
    opening = true;
    early = [];
    setup.call('openChat', { requestId, anchor, limit: LIMIT }).then(
      (text) => {
        if (mine !== openings) return;
        core = openCore(JSON.parse(text) as ChatSnapshot);
        opening = false;
        stale = false;
        setup.onOpened();
        for (const each of early) apply(each);
      },
      (thrown: unknown) => {
        const error = toTabcachedError(thrown);
        if (mine !== openings || error.code === 'DAEMON_LOST') return;
        opening = false;
        stale = true;
        if (error.retryable) setup.later(1_500, () => mine === openings && open());
      },
    );
  };

  const apply = (patch: ChatPatch): void => {
    if (!core) return;
    const next = patchCore(core, patch);
    if (next) core = next;
    else if (!opening) open();
  };

  return {
    requestId,
    core: () => core,
    isLive: () => core !== null && !opening && !stale && !closed,
    open,
    patch: (patch) => {
      for (const log of logs) log.push(patch);
      if (opening) early.push(patch);
      apply(patch);
    },
    load: async (direction, gap) => {
      const before = core;
      if (!before || opening) return;
      if (direction === 'newer' && before.window.tail) return;
      if (direction === 'older' && before.window.lo <= 1) return;
      const mine = openings;
      const log: ChatPatch[] = [];
      logs.add(log);
      try {
        const { lo, hi, tail } = before.window;
        const page = JSON.parse(await setup.call('loadPage', { requestId, direction, lo, hi, tail, limit: LIMIT, ...(gap ? { gap } : {}) })) as ChatPage;
        if (mine === openings && core && !closed) core = mergePage(core, page, direction, log);
      } finally {
        logs.delete(log);
      }
    },
    down: () => {
      openings += 1;
      opening = true;
    },
    close: () => {
      closed = true;
      openings += 1;
    },
  };
}

/** The error of calls whose daemon died. */
export const daemonLost = (): TabcachedError => new TabcachedError('DAEMON_LOST');
