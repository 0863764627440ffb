/** Which chats the inspector lists, and in which order: what needs attention first. Pure. */
import type { ChatState, InspectedChat } from 'tabcached';

/** How much a state asks for attention. */
export const toneOf = (state: ChatState): 'good' | 'quiet' | 'caution' | 'attention' =>
  state === 'SYNCED' ? 'good' : state === 'FAILED' ? 'attention' : state === 'GAP_DETECTED' || state === 'EXPIRED' ? 'caution' : 'quiet';

const rank = { attention: 0, caution: 1, quiet: 2, good: 3 } as const;

/** Chats whose subject, id, state or reason has the words; watched ones before others of their kind. */
export function chooseChats(chats: readonly InspectedChat[], words: string): readonly InspectedChat[] {
  const wanted = words.trim().toLowerCase();
  const matches = ({ subject, requestId, state, why }: InspectedChat): boolean => `${subject ?? ''} ${requestId} ${state} ${why}`.toLowerCase().includes(wanted);
  return chats
    .filter((chat) => wanted === '' || matches(chat))
    .toSorted((a, b) => rank[toneOf(a.state)] - rank[toneOf(b.state)] || b.watchers - a.watchers || b.lastSyncedAt - a.lastSyncedAt || (a.requestId < b.requestId ? -1 : 1));
}
