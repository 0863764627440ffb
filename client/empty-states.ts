/** What views show before there is anything to show: without a client, on a server, before the first snapshot. */
import type { ChatViewState, TicketsState } from './client.ts';

/** The ticket list before its first snapshot. */
export const NO_TICKETS: TicketsState = { ready: false, tickets: [] };

/** A chat before its first snapshot. */
export const EMPTY_CHAT: ChatViewState = {
  ready: false,
  items: [],
  meta: null,
  window: null,
  hasOlder: false,
  hasNewer: false,
  loading: { older: false, newer: false, gap: false },
  error: null,
};
