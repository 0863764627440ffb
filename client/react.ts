/**
 * `tabcached/react`: hooks over `useSyncExternalStore`.
 *
 * Owns: nothing but the binding. Every hook takes a client or null, so that a component can render before `connect` has resolved
 * and on a server, where it sees the empty states.
 */
import { createContext, createElement, useCallback, useContext, useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import type { Anchor } from '../protocol/views.ts';
import type { ChatView, ChatViewState } from './api/chat.ts';
import type { MediaHints, MediaView, MediaViewState } from './api/media.ts';
import type { OutboxState } from './api/outbox.ts';
import type { Readable } from './api/readable.ts';
import type { ClientStatus } from './api/status.ts';
import type { TabsState } from './api/tabs.ts';
import type { TicketsState } from './api/tickets.ts';
import type { Client } from './client.ts';
import { NO_MEDIA } from './empty-media.ts';
import { EMPTY_CHAT, EMPTY_OUTBOX, NO_TABS, NO_TICKETS } from './empty-states.ts';
import { NO_STATUS } from './no-status.ts';

const ClientContext = createContext<Client | null>(null);

/** Gives a client to the components below; null while connecting. */
export function TabcachedProvider({ client, children }: { readonly client: Client | null; readonly children?: ReactNode }): ReactNode {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the nearest provider; null without one, or while it connects. */
export const useClient = (): Client | null => useContext(ClientContext);

/** The value of a readable; `empty` without one and on a server. */
function useReadable<T>(readable: Readable<T> | null, empty: T): T {
  const subscribe = useCallback((listener: () => void) => readable?.subscribe(listener) ?? (() => undefined), [readable]);
  return useSyncExternalStore(
    subscribe,
    () => readable?.getSnapshot() ?? empty,
    () => empty,
  );
}

/** What this tab knows of its daemon. */
export const useStatus = (client: Client | null): ClientStatus => useReadable(client?.status ?? null, NO_STATUS);

/** The ticket list, newest activity first. It is live while a component uses it. */
export const useTickets = (client: Client | null): TicketsState => useReadable(client?.tickets ?? null, NO_TICKETS);

/** What waits to be sent, in all chats. It is live while a component uses it. */
export const useOutbox = (client: Client | null): OutboxState => useReadable(client?.outbox ?? null, EMPTY_OUTBOX);

/** The user's tabs and what they show. It is live while a component uses it. */
export const useTabs = (client: Client | null): TabsState => useReadable(client?.tabs ?? null, NO_TABS);

/** A chat in a component. */
export interface ChatInComponent {
  readonly state: ChatViewState;
  /** The view, to act on; null while there is no client or no chat. */
  readonly view: ChatView | null;
}

/** A live window on a chat, open while the component is mounted. Default anchor: `newest`. */
export function useChat(client: Client | null, requestId: string | null, options: { readonly anchor?: Anchor } = {}): ChatInComponent {
  const { anchor = 'newest' } = options;
  const view = useMemo(() => (client && requestId ? client.chat(requestId, { anchor }) : null), [client, requestId, anchor]);
  const state = useReadable(view, EMPTY_CHAT);
  return useMemo(() => ({ state, view }), [state, view]);
}

/** A file in a component. */
export interface MediaInComponent {
  readonly state: MediaViewState;
  /** To act on it; null while there is no client or no file. */
  readonly file: MediaView | null;
}

/**
 * A file of a chat, asked for while the component is mounted; with `filename` null it is not. Hints may change from render to render: only
 * `priority` and `onScreen` are told to the daemon again.
 */
export function useMedia(client: Client | null, requestId: string, filename: string | null, hints: MediaHints): MediaInComponent {
  const { messageId, originalFilename = null, fileSize = null, mimeType = null, priority = 'normal', onScreen = true } = hints;
  const file = useMemo(
    () => (client && filename !== null ? client.media(requestId, filename, { messageId, originalFilename, fileSize, mimeType }) : null),
    [client, requestId, filename, messageId, originalFilename, fileSize, mimeType],
  );
  // Before the effect that subscribes: what is asked for first is asked for with these.
  useEffect(() => file?.hint({ priority, onScreen }), [file, priority, onScreen]);
  const state = useReadable(file, NO_MEDIA);
  return useMemo(() => ({ state, file }), [state, file]);
}
