/** What readers see before there is anything to see: without a client, on a server, before the first snapshot. */
import type { ChatViewState, ClientStatus, TicketsState } from './client.ts';

/** Status of a tab that has no daemon yet. */
export const NO_STATUS: ClientStatus = {
  connected: false,
  host: 'shared-worker',
  epoch: '',
  link: 'offline',
  storage: 'indexeddb',
  tabs: 0,
  pending: 0,
  needsToken: false,
};

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
