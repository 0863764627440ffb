/**
 * One live window on a chat.
 *
 * Owns: opening it, applying patches in order, publishing. Does not know other views of the same chat, nor when the daemon has to
 * be told that nobody watches any more; `chats.ts` does.
 */
import { toTabcachedError } from '../protocol/errors.ts';
import type { Anchor, ChatPatch, ChatSnapshot } from '../protocol/views.ts';
import type { Call } from './calls.ts';
import { keepRows, mergePage, openCore, patchCore, type ChatCore } from './chat-core.ts';
import { chatActions } from './chat-actions.ts';
import { askPage, createChatPages } from './chat-pages.ts';
import { describeChat } from './chat-state.ts';
import { missingPage, openingOf } from './chat-window.ts';
import type { ChatView, ChatViewState } from './api/chat.ts';
import { EMPTY_CHAT } from './empty-states.ts';
import type { Environment } from './env.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import type { NewestCall } from './newest-call.ts';
import { createSeenMarks } from './seen-marks.ts';
import { createSource } from './source.ts';

/** What a chat view needs to know. */
export interface ChatViewSetup {
  readonly env: Environment;
  readonly deadlineMs: number;
  readonly call: Call;
  readonly isUp: () => boolean;
  readonly requestId: string;
  readonly anchor: Anchor;
  /** Saves what is typed in this chat, whichever view it is typed in. */
  readonly draft: NewestCall<string>;
  /** Somebody begins to read, before the view opens. */
  readonly onUse: () => void;
  /** The view shows what this snapshot tells. */
  readonly onSnapshot: (snapshot: ChatSnapshot) => void;
  /** The view has let go of its window. */
  readonly onClose: () => void;
}

/** A chat view and the wires that its registry pulls. */
export interface ChatViewEntry {
  readonly view: ChatView;
  readonly live: LiveView;
  receive(patch: ChatPatch): void;
  /** Shows nothing any more. */
  forget(): void;
}

/** A page that cannot be had now leaves the window smaller than it was; the end of the daemon is another matter. */
function missing(thrown: unknown): null {
  const { code } = toTabcachedError(thrown);
  if (code === 'DAEMON_LOST' || code === 'CLOSED' || code === 'SIGNED_OUT') throw thrown;
  return null;
}

/** A view that opens when somebody subscribes. */
export function createChatView(setup: ChatViewSetup): ChatViewEntry {
  const { env, call, requestId, anchor } = setup;
  let core: ChatCore | null = null;
  let failure: ChatViewState['error'] = null;
  /** An opening under way: patches that arrive before its answer, and what has been put together so far. */
  let draft: { readonly log: ChatPatch[]; core: ChatCore | null } | null = null;

  const live = createLiveView(env, setup.deadlineMs, setup.isUp, {
    open: async (isCurrent) => {
      const before = core;
      const mine: NonNullable<typeof draft> = { log: [], core: null };
      draft = mine;
      const { anchor: from, limit } = openingOf(before, anchor);
      const snapshot = JSON.parse(await call('openChat', { requestId, anchor: from, limit })) as ChatSnapshot;
      if (!isCurrent()) return;
      mine.core = openCore(snapshot);
      for (const patch of mine.log) if (!advance(mine, patch)) return;
      for (let wish = missingPage(mine.core, before); wish; ) {
        const askedFrom: ChatCore = mine.core;
        const page = await askPage(call, requestId, askedFrom, wish).catch(missing);
        if (!isCurrent()) return;
        if (!page) break;
        mine.core = mergePage(mine.core, page, wish.direction, mine.log);
        const { lo, hi } = mine.core.window;
        const grew = lo < askedFrom.window.lo || hi > askedFrom.window.hi;
        wish = grew ? missingPage(mine.core, before) : null;
      }
      core = keepRows(mine.core, before);
      draft = null;
      failure = null;
      source.touch();
      setup.onSnapshot(snapshot);
    },
    close: () => {
      forget();
      setup.onClose();
    },
    onFailure: ({ code, message }) => {
      draft = null;
      failure = { code, message };
      source.touch();
    },
  });

  const forget = (): void => {
    core = draft = failure = null;
    source.touch();
  };

  /** Applies a patch to an opening under way; false when one before it was missed and the opening starts again. */
  const advance = (opening: NonNullable<typeof draft>, patch: ChatPatch): boolean => {
    const next = opening.core && patchCore(opening.core, patch);
    if (!next) {
      live.reopen();
      return false;
    }
    opening.core = next;
    return true;
  };

  const source = createSource<ChatViewState>(
    (previous) => {
      const activity = pages.activity();
      return describeChat(core, failure && !activity.error ? { ...activity, error: failure } : activity, previous ?? EMPTY_CHAT);
    },
    (used) => {
      if (used) setup.onUse();
      live.use(used);
    },
  );
  const setCore = (next: ChatCore): void => {
    core = next;
    source.touch();
  };
  const pages = createChatPages({ requestId, call, live, core: () => core, setCore, touch: source.touch });

  const actions = chatActions(call, requestId, env.ids.uuid, () => core?.meta.lastReadSequence ?? 0, setup.draft);
  const marks = createSeenMarks(env.page, actions.markRead);

  return {
    live,
    forget,
    view: {
      requestId,
      subscribe: source.subscribe,
      getSnapshot: source.getSnapshot,
      loadOlder: () => pages.load('older'),
      loadNewer: () => pages.load('newer'),
      fillGap: ({ startSeq, endSeq }) => pages.load('gap', { startSeq, endSeq }),
      ...actions,
      seen: marks.seen,
    },
    receive: (patch) => {
      pages.note(patch);
      if (draft) {
        draft.log.push(patch);
        if (draft.core) advance(draft, patch);
      } else if (core) {
        const next = patchCore(core, patch);
        if (!next) live.reopen();
        else if (next !== core) setCore(next);
      }
    },
  };
}
