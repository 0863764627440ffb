/** Keeps the references of list items that did not change, so that a virtual list renders only what did. Pure. */
import type { ChatItem } from '../protocol/views.ts';

/** They come from JSON, new with every patch. */
const sameContext = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Do two items show the same? */
const isSame = (a: ChatItem, b: ChatItem): boolean => {
  if (a.type === 'message') return b.type === 'message' && a.message === b.message && a.verified === b.verified && sameContext(a.context, b.context);
  return b.type === 'gap' && a.startSeq === b.startSeq && a.endSeq === b.endSeq;
};

/** `next` with every item of `previous` that shows the same; `previous` itself when all do and none is gone. */
export function keepItems(previous: readonly ChatItem[], next: readonly ChatItem[]): readonly ChatItem[] {
  let unchanged = previous.length === next.length;
  // Most changes happen at the end, where positions tell as much as keys; the map is for the others.
  let known: Map<string, ChatItem> | null = null;
  const kept = next.map((item, index) => {
    let held = previous[index];
    if (held?.key !== item.key) {
      known ??= new Map(previous.map((each) => [each.key, each]));
      held = known.get(item.key);
    }
    const result = held && isSame(held, item) ? held : item;
    unchanged &&= result === previous[index];
    return result;
  });
  return unchanged ? previous : kept;
}
