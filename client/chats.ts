/**
 * All chat views of a tab.
 *
 * Owns: one view per chat and anchor, the routing of patches, and the daemon's interest: a chat is closed there when the last of
 * its views has let go. Does not know what a view shows.
 */
import type { Anchor, ChatPatch } from '../protocol/views.ts';
import { createChatView, type ChatViewEntry } from './chat-view.ts';
import type { ChatView } from './api/chat.ts';
import type { Environment } from './env.ts';
import type { Metrics } from './metrics.ts';
import { newestCall, type NewestCall } from './newest-call.ts';

/** The chats of a tab. */
export interface Chats {
  chat(requestId: string, anchor: Anchor): ChatView;
  receive(patch: ChatPatch): void;
  /** A session is up: open what is watched. */
  up(): void;
  down(): void;
  /** The page goes away: what waits to be told is told now. */
  hide(): void;
  /** The daemon left patches out: open these again. */
  stale(requestIds: readonly string[]): void;
  /** No view shows anything any more. */
  forget(): void;
}

/** How long a view that nobody subscribes to is found again by its arguments. */
const KEEP_MS = 5_000;

/** No chats yet. */
export function createChats(env: Environment, deadlineMs: number, metrics: Metrics, isUp: () => boolean): Chats {
  const { call } = metrics;
  const views = new Map<string, ChatView>();
  const watched = new Map<string, Set<ChatViewEntry>>();
  const drafts = new Map<string, NewestCall<string>>();

  const eachEntry = (run: (entry: ChatViewEntry) => void): void => {
    for (const entries of watched.values()) for (const entry of [...entries]) run(entry);
  };

  const draftOf = (requestId: string): NewestCall<string> => {
    const known = drafts.get(requestId) ?? newestCall((text: string) => call('saveDraft', { requestId, text }));
    drafts.set(requestId, known);
    return known;
  };

  const create = (requestId: string, anchor: Anchor, name: string): ChatView => {
    const forget = (): void => {
      if (!entry.live.isActive() && views.get(name) === entry.view) views.delete(name);
    };
    const entry: ChatViewEntry = createChatView({
      env,
      deadlineMs,
      call,
      isUp,
      requestId,
      anchor,
      draft: draftOf(requestId),
      onSnapshot: ({ meta, rows }) => metrics.chatTold({ requestId, meta, rows }),
      onUse: () => {
        if (!views.has(name)) views.set(name, entry.view);
        const entries = watched.get(requestId) ?? new Set();
        watched.set(requestId, entries.add(entry));
      },
      onClose: () => {
        forget();
        const entries = watched.get(requestId);
        if (!entries?.delete(entry) || entries.size > 0) return;
        watched.delete(requestId);
        metrics.chatClosed(requestId);
        if (isUp()) void call('closeChat', { requestId }).catch(() => undefined);
      },
    });
    env.timers.after(KEEP_MS, forget);
    return entry.view;
  };

  return {
    chat: (requestId, anchor) => {
      const name = `${anchor} ${requestId}`;
      const known = views.get(name);
      if (known) return known;
      const view = create(requestId, anchor, name);
      views.set(name, view);
      return view;
    },
    receive: (patch) => {
      const entries = watched.get(patch.requestId);
      if (!entries) return;
      for (const entry of [...entries]) entry.receive(patch);
      metrics.chatTold({ requestId: patch.requestId, meta: patch.meta, rows: patch.upserts });
    },
    up: () => eachEntry((entry) => entry.live.up()),
    down: () => eachEntry((entry) => entry.live.down()),
    hide: () => {
      for (const draft of drafts.values()) draft.flush();
    },
    forget: () => eachEntry((entry) => entry.forget()),
    stale: (requestIds) => {
      for (const requestId of requestIds) for (const entry of [...(watched.get(requestId) ?? [])]) entry.live.reopen();
    },
  };
}
