/** What a chat view publishes, made from what it knows. Pure. */
import type { ChatViewState } from './api/chat.ts';
import type { CachedMessage } from '../protocol/records.ts';
import { layOutItems, rowKey, type ChatItem, type ChatMeta } from '../protocol/views.ts';
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
    items: appended(previous.items, rows, meta) ?? keepItems(previous.items, layOutItems(rows, meta, window)),
    meta,
    window,
    hasOlder: meta.floor > 1 || (meta.floor > 0 && window.lo > meta.floor),
    hasNewer: !window.tail,
    ...activity,
  };
}

/**
 * The items when all that happened is one new row at the end, else null. By far the commonest change, in up to thirty tabs at once: it
 * needs no new items but one.
 */
function appended(previous: readonly ChatItem[], rows: readonly CachedMessage[], meta: ChatMeta): readonly ChatItem[] | null {
  const last = rows.at(-1);
  if (!last || rows.length !== previous.length + 1 || meta.gaps.length > 0 || meta.unverified.length > 0 || meta.lane.blocked) return null;
  for (let i = 0; i < previous.length; i++) {
    const item = previous[i];
    if (item?.type !== 'message' || item.message !== rows[i] || !item.verified) return null;
  }
  return [...previous, { type: 'message', key: rowKey(last), message: last, verified: true }];
}
