/** What a chat view publishes, made from what it knows. Pure. */
import type { ChatViewState } from './client.ts';
import { layOutItems } from '../protocol/views.ts';
import type { ChatCore } from './chat-core.ts';
import { keepItems } from './chat-items.ts';
import { EMPTY_CHAT } from './empty-states.ts';

/** What is going on beside the rows. */
export interface ChatActivity {
  readonly loading: ChatViewState['loading'];
  readonly error: ChatViewState['error'];
}

/** Nothing is being loaded. */
export const IDLE: ChatActivity = { loading: EMPTY_CHAT.loading, error: null };

/** The state to publish; items that show the same as in `previous` keep their reference. */
export function describeChat(core: ChatCore | null, activity: ChatActivity, previous: ChatViewState): ChatViewState {
  if (!core) return { ...EMPTY_CHAT, ...activity };
  const { meta, window, rows } = core;
  return {
    ready: true,
    items: keepItems(previous.items, layOutItems(rows, meta, window)),
    meta,
    window,
    hasOlder: meta.floor > 1 || (meta.floor > 0 && window.lo > meta.floor),
    hasNewer: !window.tail,
    ...activity,
  };
}
