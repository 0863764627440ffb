/** What views show before there is anything to show: without a client, on a server, before the first snapshot. */
import { OUTBOX_LIMIT } from '../protocol/limits.ts';
import type { ChatViewState } from './api/chat.ts';
import type { OutboxState } from './api/outbox.ts';
import type { TabsState } from './api/tabs.ts';
import type { TicketsState } from './api/tickets.ts';

/** The ticket list before its first snapshot. */
export const NO_TICKETS: TicketsState = { ready: false, tickets: [] };

/** The tabs before the first answer. */
export const NO_TABS: TabsState = { ready: false, tabs: [] };

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

/** The outbox before its first snapshot. */
export const EMPTY_OUTBOX: OutboxState = { ready: false, limit: OUTBOX_LIMIT, count: 0, warning: 'none', paused: null, lanes: [] };
