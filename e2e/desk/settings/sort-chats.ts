/** The order of the table of chats. Pure. */
import type { ChatUsage } from 'tabcached';

/** What it can be sorted by. */
export type SortKey = 'subject' | 'messageCount' | 'mediaSize' | 'lastAccessedAt';

/** Sorted copies; equal ones keep the order of their ids, so that rows do not jump. */
export function sortChats(chats: readonly ChatUsage[], key: SortKey, descending: boolean): readonly ChatUsage[] {
  const compare = (a: ChatUsage, b: ChatUsage): number =>
    key === 'subject' ? (a.subject ?? '').localeCompare(b.subject ?? '') : a[key] - b[key];
  return chats.toSorted((a, b) => (descending ? -1 : 1) * compare(a, b) || (a.requestId < b.requestId ? -1 : 1));
}
